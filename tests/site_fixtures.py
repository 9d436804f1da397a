"""Fixtures of the tests that build sites."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return an empty site."""
    return Site(tmp_path)
