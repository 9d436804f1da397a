"""Settings of every test: Hypothesis draws the same examples each time, and has no clock.

Tests that share what is costly to make run in one process, where there are several.
"""

import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "conv1x1",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],  # says more about the machine than about a test
)
settings.load_profile("conv1x1")

# Sphinx writes in colour where CI is set, and the tests read what it writes.
os.environ["NO_COLOR"] = "1"

#: Fixtures that take seconds to make, and are made once for all tests that use them.
SHARED = ("built", "small", "anywhere", "folder", "registry", "right", "wrong")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Run one process more than there are cores: now and then one waits for a kernel."""
    cores = yield
    return cores if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else cores + 1


# Around the hook in which pytest-xdist reads the marks.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Keep the tests that share a fixture together; see ``make test``.

    A version of pytest that pytest-xdist does not know ignores the groups without a word, and
    builds what they share once for each process: that is an error.
    """
    for item in items:
        for name in SHARED:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(name))
    yield
    if getattr(config.option, "loadgroup", False):
        lost = [i for i in items if i.get_closest_marker("xdist_group") and "@" not in i.nodeid]
        if lost:
            raise pytest.UsageError(
                f"pytest-xdist does not group {lost[0].nodeid}: see tool.uv in pyproject.toml"
            )


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_unconfigure() -> Iterator[None]:
    """Say last, after all that pytest says, which tests a program was missing for."""
    yield
    for line in _missing:
        print(line)


_missing: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests that were skipped, by what they need."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    skipped = "; ".join(f"{count} ({reason})" for reason, count in reasons.items())
    _missing[:] = [f"Tests that were skipped: {skipped}"] if skipped else []
