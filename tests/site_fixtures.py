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
    """Return a copy of the real site, built once for all tests; none of them edits it.

    Folder, time zone, order of hashes and date are not those of the site itself, with which
    ``test_project`` compares it.
    """
    elsewhere = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1700000000"}
    copy = Copy.of_the_site(tmp_path_factory.mktemp("site") / "conv1x1", **elsewhere)
    build = copy.build()
    assert build.code == 0, build.output
    return copy


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return a copy in which few pages compute, built once for ``copy``, and a copy of that."""
    folder = tmp_path_factory.mktemp("part")
    small = Copy.of_a_part(folder / "conv1x1")
    build = small.build()
    assert build.code == 0, build.output
    shutil.copytree(small.folder, folder / "as-built", symlinks=True)
    return small


@pytest.fixture
def copy(small: Copy) -> Iterator[Copy]:
    """Return the small copy of the real site; what a test does to it is undone."""
    yield small
    shutil.rmtree(small.folder)
    shutil.copytree(small.folder.parent / "as-built", small.folder, symlinks=True)


@pytest.fixture(scope="session")
def books(built: Copy) -> Path:
    """Build the e-book and the LaTeX source from the pages that were read for the site."""
    for target in ("epub", "latex"):
        build = built.run("make", target)
        assert build.code == 0, build.output
        assert build.warnings == []
        assert build.pages_read == []
    return built.folder / "_build"


@pytest.fixture(scope="session")
def dist(built: Copy) -> Path:
    """Build the package."""
    build = built.run("make", "dist")
    assert build.code == 0, build.output
    assert build.output.count("PASSED") == 2
    assert re.search(r"conv1x1-[\d.]+-py3-none-any\.whl: OK", build.output)
    return built.folder / "dist"


@pytest.fixture(scope="session")
def alone(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an empty environment that the package's wheel was installed into."""
    (wheel,) = dist.glob("*.whl")
    environment = tmp_path_factory.mktemp("alone") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    # Its byte code is made of what is imported, when it is.
    pip = [sys.executable, "-m", "pip", "--python", str(environment), "install"]
    subprocess.run([*pip, "--quiet", "--no-compile", f"{wheel}[notebooks]"], check=True)
    return environment / "bin" / "python"
