"""The ``{answer}`` directive: hides the cells above it, and its own text, until asked for.

Cells that belong to an answer carry the tag ``answer``. They run, and are checked, like any
other cell.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from checked_pages.expected import running_page

logger = logging.getLogger(__name__)


class answer(nodes.container):  # noqa: N801 - docutils names its nodes in lower case
    """The hidden part of an exercise."""


class Answer(SphinxDirective):
    """Collect the cells of the answer, and the text that explains them."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        page = running_page(self.state.document)
        siblings = page.current_node.children if page else []
        cells: list[nodes.Node] = []
        while siblings and "tag_answer" in getattr(siblings[-1], "attributes", {}).get(
            "classes", []
        ):
            cells.insert(0, siblings[-1])
            del siblings[-1]
        if not cells:
            logger.warning(
                "an answer needs a code cell tagged 'answer' directly above it",
                type="answer",
                location=self.get_location(),
            )
        return [answer("", *cells, *self.parse_content_to_nodes())]


def visit_answer(self: HTML5Translator, node: answer) -> None:
    self.body.append('<details class="answer"><summary>Show the answer</summary>\n')


def depart_answer(self: HTML5Translator, node: answer) -> None:
    self.body.append("</details>\n")


def ignore(self: nodes.NodeVisitor, node: answer) -> None:
    """Show the answer in the open, where nothing can be folded."""


def setup(app: Sphinx) -> dict[str, bool]:
    shown = (ignore, ignore)
    app.add_node(answer, html=(visit_answer, depart_answer), latex=shown, text=shown)
    app.add_directive("answer", Answer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
