"""Fixtures of the tests that build sites."""

from __future__ import annotations

import shutil
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
