"""Fixtures of the tests that build sites."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import Copy, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return an empty site."""
    return Site(tmp_path)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return a copy of the real site, built once for all tests, and a copy of that."""
    folder = tmp_path_factory.mktemp("site")
    copy = Copy.of_the_site(folder / "conv1x1")
    build = copy.build()
    assert build.code == 0, build.output
    shutil.copytree(copy.folder, folder / "as-built", symlinks=True)
    return copy


@pytest.fixture
def copy(built: Copy) -> Iterator[Copy]:
    """Return the built copy of the real site; what a test does to it is undone."""
    yield built
    shutil.rmtree(built.folder)
    shutil.copytree(built.folder.parent / "as-built", built.folder, symlinks=True)


@pytest.fixture(scope="session")
def books(built: Copy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the e-book and the LaTeX source from the pages that were read for the site."""
    for target in ("epub", "latex"):
        build = built.run("make", target)
        assert build.code == 0, build.output
        assert build.warnings == []
        assert build.pages_read == []
    # A test that edits the copy puts it back as it was before these were built.
    folder = tmp_path_factory.mktemp("books") / "_build"
    return Path(shutil.copytree(built.folder / "_build", folder))


@pytest.fixture(scope="session")
def alone(built: Copy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an empty environment that the package's wheel was installed into."""
    build = built.run("make", "dist")
    assert build.code == 0, build.output
    assert build.output.count("PASSED") == 2
    assert re.search(r"conv1x1-[\d.]+-py3-none-any\.whl: OK", build.output)
    (wheel,) = (built.folder / "dist").glob("*.whl")
    environment = tmp_path_factory.mktemp("alone") / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{wheel}[notebooks]"], check=True)
    return python
