"""No result is typed: a number in a sentence comes from ``{eval}``, or is on the list of names.

What a reader reads is searched for digits: the text of the page after it was parsed, captions,
tables, footnotes and descriptions of pictures included. Code, mathematics, labels, addresses, what
cells show and what ``{eval}`` computed are not. A number that only names something, such as the
kernel size in "3×3", is on the list, whose every entry says why.

The list is the file that ``typed_numbers_names`` in ``conf.py`` names. Each ``[[name]]`` in it has
a ``pattern``, a regular expression for text as it is typed, in which a line end counts as a blank;
a ``reason``; and the ``page``, where it is not meant for all.

With ``typed_numbers_words = True`` numbers that are spelled, such as "thirteen" or "twenty-two",
are numbers too. "One" and ordinals are none: they rarely count anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from checked_pages.answers import answer
from checked_pages.cells import is_cell
from checked_pages.questions import question

logger = logging.getLogger(__name__)

#: What holds no prose: code and its descriptions, mathematics, labels, and what nobody sees.
_NOT_PROSE = (
    addnodes.desc,
    nodes.FixedTextElement,
    nodes.citation_reference,
    nodes.docinfo,
    nodes.footnote_reference,
    nodes.label,
    nodes.literal,
    nodes.math,
    nodes.problematic,
    nodes.subscript,
    nodes.substitution_definition,
    nodes.superscript,
    nodes.system_message,
    nodes.target,
)
_NUMBER = r"[-−]?\d+(?:[.,]\d+)*\s?%?"
_UNITS = "two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORD = (
    rf"\b(?:(?:{_TENS})-(?:one|{_UNITS})|{_TENS}|{_UNITS}|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|dozen|hundred|thousand|million|billion)s?\b"
)


def prose_of(node: nodes.Node) -> Iterator[tuple[nodes.Node, str]]:
    """Yield the texts of a document that a reader reads as prose, each with where it begins.

    What is not prose in a text is a blank, and its lines are those of the source.
    """
    if isinstance(node, nodes.raw):
        yield node, _text_of_html(node.astext()) if "html" in node["format"].split() else ""
    elif isinstance(node, nodes.image):
        yield node, node.get("alt", "")
    elif isinstance(node, addnodes.toctree):
        yield node, " | ".join(node.extract_original_messages())
    elif is_cell(node):
        yield from ((caption, _text(caption)) for caption in node.findall(nodes.caption))
    elif isinstance(node, question):
        # What is asked supposes numbers, and the wrong choices are wrong on purpose.
        for part in node.children:
            if isinstance(part, answer):
                yield from prose_of(part)
    elif isinstance(node, nodes.TextElement) and not isinstance(node, _NOT_PROSE):
        yield node, _text(node)
    elif not _is_no_prose(node):
        for child in node.children:
            yield from prose_of(child)


def _is_no_prose(node: nodes.Node) -> bool:
    if isinstance(node, addnodes.pending_xref):
        return not node.get("refexplicit")  # the text is the target's own, or its name
    if isinstance(node, nodes.reference):
        return bool(node.get("refuri") == node.astext())
    if isinstance(node, nodes.field_list):
        # That of the page itself holds what stands in its front matter.
        return isinstance(node.parent, nodes.document) and node.parent.index(node) == 0
    if isinstance(node, nodes.inline):
        return "value" in node["classes"]
    is_docstring = ":docstring of " in (getattr(node, "source", "") or "")
    return is_docstring or isinstance(node, _NOT_PROSE)


def _text(node: nodes.Node) -> str:
    if isinstance(node, nodes.raw):  # such as the end of a line
        return "\n" if node["format"] == "html" and node.astext().endswith("\n") else " "
    if _is_no_prose(node):
        return " " + "\n" * node.rawsource.count("\n") if isinstance(node, nodes.Element) else " "
    return "".join(map(_text, node.children)) if node.children else node.astext()


class _Words(HTMLParser):
    """Keep the words of HTML, each in its line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, str] = {}

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:  # a script or a style sheet
            for number, text in enumerate(data.split("\n"), start=self.getpos()[0]):
                self.lines[number] = f"{self.lines.get(number, '')} {text}"


def _text_of_html(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return "\n".join(words.lines.get(n, "") for n in range(1, max(words.lines, default=0) + 1))


def typed_numbers(
    text: str, allowed: list[str], *, words: bool = False
) -> Iterator[tuple[int, str]]:
    """Yield the line, from 0, and the text of each number in prose that is not allowed."""
    line = text.replace("\n", " ")
    blank = line
    for pattern in allowed:
        for name in re.finditer(pattern, line):
            start, end = name.span()
            blank = blank[:start] + " " * (end - start) + blank[end:]
    numbers = f"{_NUMBER}|{_WORD}" if words else _NUMBER
    for number in re.finditer(numbers, blank, re.IGNORECASE):
        yield text.count("\n", 0, number.start()), number[0].strip()


class FindTypedNumbers(SphinxTransform):
    """Complain about every number of a page that was typed."""

    default_priority = 700  # before quotes and dashes become typographic

    def apply(self, **_: Any) -> None:
        allowed = self._allowed()
        for node, text in prose_of(self.document):
            source, first = _place(node)
            for line, number in typed_numbers(text, allowed, words=self.config.typed_numbers_words):
                logger.warning(
                    "the number %s is typed: compute it with {eval}, or name it in %s "
                    "with a reason",
                    number,
                    self.config.typed_numbers_names,
                    type="typed_numbers",
                    location=f"{source}:{first + line}",
                )

    def _allowed(self) -> list[str]:
        path = self.config.typed_numbers_names
        entries = tomllib.loads(Path(self.app.confdir, path).read_text(encoding="utf-8"))["name"]
        for entry in entries:
            if not entry.get("reason", "").strip():
                raise ConfigError(f"{path}: {entry} needs a reason")
        docname = self.env.docname
        return [e["pattern"] for e in entries if e.get("page", docname) == docname]


def _place(node: nodes.Node) -> tuple[str, int]:
    """Return the file and the line of a node, or of what it stands in."""
    source, line, below = node.source, node.line, 0
    while node.parent is not None:
        if isinstance(node.parent, nodes.tbody):
            below = 2 + node.parent.index(node)
        node = node.parent
        if (
            isinstance(node, nodes.table)
            and line == node.line
            and "colwidths-auto" in node["classes"]
        ):
            line = (line or 0) + below  # a cell of a Markdown table has the line of the table
        source, line = source or node.source, line or node.line
    return source or "", line or 1


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("typed_numbers_names", "docs/names.toml", "env", str)
    app.add_config_value("typed_numbers_words", False, "env", bool)
    app.add_transform(FindTypedNumbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
