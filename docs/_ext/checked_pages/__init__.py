"""Checks of MyST-NB pages: what a cell shows, what a sentence states, what a page depends on.

Nothing here knows of the site that it checks. ``extensions = ["checked_pages"]`` loads all of it.
"""

from __future__ import annotations

from sphinx.application import Sphinx

_EXTENSIONS = (
    "answers",
    "cells",
    "dependencies",
    "doctests",
    "expected",
    "progress",
    "questions",
    "sources",
    "typed_numbers",
    "values",
)


def setup(app: Sphinx) -> dict[str, bool]:
    for name in _EXTENSIONS:
        app.setup_extension(f"checked_pages.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
