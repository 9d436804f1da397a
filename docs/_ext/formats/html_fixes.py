"""HTML that validators and screen readers accept, in two places where a library writes other.

- Docutils gives a reference the role ``doc-biblioentry``, which ARIA has given up: a screen reader
  misses the items of the list of references.
- MyST-NB puts paragraphs into the ``summary`` of a hidden cell, which HTML does not allow, and
  names it other than it is labelled, so that nobody can open it by saying what it says.
"""

from __future__ import annotations

from checked_pages.cells import HideCodeCellNode
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    HTML5Translator.visit_citation(self, node)
    self.body[-1] = self.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def visit_hidden_cell(self: HTML5Translator, node: HideCodeCellNode) -> None:
    self.body.append(
        f'<details class="hide {" ".join(node["classes"])}"><summary>'
        f'<span class="collapsed">{self.encode(node["prompt_show"])}</span>'
        f'<span class="expanded">{self.encode(node["prompt_hide"])}</span></summary>\n'
    )


def depart_hidden_cell(self: HTML5Translator, node: HideCodeCellNode) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    shown = {
        nodes.citation: (visit_citation, HTML5Translator.depart_citation),
        HideCodeCellNode: (visit_hidden_cell, depart_hidden_cell),
    }
    for node, functions in shown.items():
        app.add_node(node, override=True, html=functions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
