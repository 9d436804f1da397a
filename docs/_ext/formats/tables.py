"""The columns of a table have their widths before its rows are there.

A browser lays out a table with the rows that it has, and again when more have come: on a slow
network what one reads would move. So the head of each column says its part of the table's width, by
the length of its longest cell, and that its longest word fits.
"""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

# How wide a sign is at most, in widths of a bold zero, in which the head of a column measures.
_NARROW, _WIDE, _LOWER, _OTHER = 0.55, 1.5, 1.0, 1.1
_WIDTHS = {**dict.fromkeys("Ifijlrt.,:;()[]'·| -", _NARROW), **dict.fromkeys("MWmw%", _WIDE)}
_BOLD = 1.1


def _widths(cell: nodes.entry) -> Iterator[float]:
    """Give how wide it is what stays in one line: words, and code, which the style sheet keeps."""
    for text in cell.findall(nodes.Text):
        bold = _BOLD if isinstance(text.parent, nodes.strong) else 1
        for part in [str(text)] if isinstance(text.parent, nodes.literal) else text.split():
            yield bold * sum(_WIDTHS.get(c, _LOWER if c.islower() else _OTHER) for c in part)


def _style(head: nodes.entry) -> str:
    """Return the style of the head of a column."""
    rows = list(head.parent.parent.parent.findall(nodes.row))
    columns = list(zip(*(row.children for row in rows), strict=True))
    lengths = [max(1, *(len(cell.astext()) for cell in column)) for column in columns]
    place = head.parent.index(head)
    widest = max((width for cell in columns[place] for width in _widths(cell)), default=0)
    share = lengths[place] / sum(lengths)
    return f"width: {share:.0%}; min-width: calc({widest:.1f}ch + 0.8rem)"  # with its padding


def visit_entry(self: HTML5Translator, node: nodes.entry) -> None:
    start = len(self.body)
    HTML5Translator.visit_entry(self, node)
    if isinstance(node.parent.parent, nodes.thead):
        self.body[start] = self.body[start].replace("<th", f'<th style="{_style(node)}"', 1)


def setup(app: Sphinx) -> dict[str, bool]:
    shown = (visit_entry, HTML5Translator.depart_entry)
    app.add_node(nodes.entry, override=True, html=shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
