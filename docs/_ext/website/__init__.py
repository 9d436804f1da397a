"""What only this site has: its explorers, what its pages may load and send, where it is hosted."""

from __future__ import annotations

from sphinx.application import Sphinx

_EXTENSIONS = ("csp", "explorer", "faq", "finish", "hosting", "purge", "search")


def setup(app: Sphinx) -> dict[str, bool]:
    for name in _EXTENSIONS:
        app.setup_extension(f"website.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
