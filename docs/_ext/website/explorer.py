"""The ``{explorer}`` directive: an interactive picture, with a still one for everybody else.

.. code-block:: markdown

   ```{explorer} maps
   What readers without JavaScript see in its place, and what is printed.
   ```

The argument is one of :data:`conv1x1.explorer.MODES`. Code cells directly above that carry the
tag ``explorer`` join the text inside, so a figure can be what is seen instead. The package writes
the explorer's data into the page. ``docs/_static/explorer.js`` and the file of the mode do the
rest, and only the pages that have such an explorer load them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from checked_pages.cells import cells_above
from checked_pages.dependencies import modules_read
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

import conv1x1
from conv1x1.explorer import MODES, data

logger = logging.getLogger(__name__)

#: The script of a mode is explorer-MODE.js, but for those that share one.
_FILES = {"filters": "maps"}


class explorer(nodes.container):  # noqa: N801 - docutils names its nodes in lower case
    """An explorer; its children are what stands in for it."""


class Explorer(SphinxDirective):
    """Collect what stands in for the explorer, and the data that it needs."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        mode = self.arguments[0]
        if mode not in MODES:
            raise self.error(f"an explorer is one of {', '.join(MODES)}, not {mode!r}")
        package = Path(conv1x1.__file__).parent
        modules = modules_read("import conv1x1.explorer", [package.parent])
        for path in sorted([*modules, *package.glob("*.json")]):
            self.env.note_dependency(path)
        node = explorer("", *self.parse_content_to_nodes(), mode=mode, json=_json(data(mode)))
        self.set_source_info(node)
        return [node]


class CollectCells(SphinxTransform):
    """Move the cells that stand in for an explorer into it."""

    default_priority = 50

    def apply(self, **_: Any) -> None:
        for node in list(self.document.findall(explorer)):
            cells = cells_above(node, "explorer")
            for cell in cells:
                node.parent.remove(cell)
            node[:0] = cells
            if not node.children:
                logger.warning(
                    "an explorer needs something to show without JavaScript",
                    type="explorer",
                    location=node,
                )


def _json(content: dict[str, Any]) -> str:
    # A "<" could end the script element that holds the text.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", r"\u003c")


def visit_explorer(self: HTML5Translator, node: explorer) -> None:
    if not _runs_scripts(self.builder):
        return
    self.body.append(
        f'<conv1x1-explorer mode="{node["mode"]}">'
        f'<script type="application/json">{node["json"]}</script>\n<div class="instead">\n'
    )


def depart_explorer(self: HTML5Translator, node: explorer) -> None:
    if _runs_scripts(self.builder):
        self.body.append("</div></conv1x1-explorer>\n")


def _runs_scripts(builder: Builder) -> bool:
    return builder.name != "epub"  # an e-book reader may run none


def ignore(self: nodes.NodeVisitor, node: explorer) -> None:
    """Show what stands in for it, where no script runs."""


def load_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let a page with an explorer load its script and style sheet, and no other page."""
    modes = {node["mode"] for node in doctree.findall(explorer)} if doctree else set()
    if modes and _runs_scripts(app.builder):
        app.add_css_file("explorer.css")
        # Deferred rather than type="module": a browser loads no module through file://, and the
        # site has to work unpacked from a zip. The files are the same either way.
        for name in ["", *sorted({f"-{_FILES.get(mode, mode)}" for mode in modes})]:
            app.add_js_file(f"explorer{name}.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    shown = (ignore, ignore)
    app.add_node(
        explorer, html=(visit_explorer, depart_explorer), latex=shown, notebook=shown, text=shown
    )
    app.add_directive("explorer", Explorer)
    app.add_transform(CollectCells)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
