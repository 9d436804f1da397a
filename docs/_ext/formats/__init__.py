"""How a page is written: mathematics, drawings, HTML that validates, notebooks and books."""

from __future__ import annotations

from sphinx.application import Sphinx

_EXTENSIONS = ("books", "drawings", "html_fixes", "mathml", "notebooks", "tables")


def setup(app: Sphinx) -> dict[str, bool]:
    for name in _EXTENSIONS:
        app.setup_extension(f"formats.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
