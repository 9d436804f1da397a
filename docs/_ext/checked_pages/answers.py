"""The ``{answer}`` directive: hides the cells above it, and its own text, until asked for.

Cells that belong to an answer carry the tag ``answer``. They run, and are checked, like any
other cell.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from checked_pages.cells import cells_above

logger = logging.getLogger(__name__)


class answer(nodes.container):  # noqa: N801 - docutils names its nodes in lower case
    """The hidden part of an exercise."""


class Answer(SphinxDirective):
    """Read the text that explains an answer."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        node = answer("", *self.parse_content_to_nodes())
        self.set_source_info(node)
        return [node]


class CollectCells(SphinxTransform):
    """Move the cells of an answer into it."""

    default_priority = 50

    def apply(self, **_: Any) -> None:
        for node in list(self.document.findall(answer)):
            cells = cells_above(node, "answer")
            if not cells:
                logger.warning(
                    "an answer needs a code cell tagged 'answer' directly above it",
                    type="answer",
                    location=node,
                )
            for cell in cells:
                node.parent.remove(cell)
            node[:0] = cells


def visit_answer(self: HTML5Translator, node: answer) -> None:
    self.body.append('<details class="answer"><summary>Show the answer</summary>\n')


def depart_answer(self: HTML5Translator, node: answer) -> None:
    self.body.append("</details>\n")


def ignore(self: nodes.NodeVisitor, node: answer) -> None:
    """Show the answer in the open, where nothing can be folded."""


def setup(app: Sphinx) -> dict[str, bool]:
    shown = (ignore, ignore)
    app.add_node(
        answer, html=(visit_answer, depart_answer), latex=shown, notebook=shown, text=shown
    )
    app.add_directive("answer", Answer)
    app.add_transform(CollectCells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
