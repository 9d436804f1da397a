"""What a page says, in the Markdown of notebooks, written from its resolved doctree.

So everything arrives as a reader of the page saw it: values, citations, numbers of figures and
equations, titles of admonitions. Pictures are inside; a notebook is one file.

Written by hand, because sphinx-markdown-builder 0.6.11 loses parts of a page: a caption, an
admonition with a title of its own, the number of an equation; it splits a table at the ``|`` in a
cell and code at the backtick in it, leaves pictures behind as files, and writes a whole page, which
a notebook has to cut at its code cells.

A node that has no form here is a warning with its page and line, and its text stays. An extension
gives its nodes a form as for any other writer: ``app.add_node(node, notebook=(visit, depart))``
shows what is inside the node.
"""

from __future__ import annotations

import posixpath
import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import quote

from checked_pages.cells import has_cells
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx.util import logging
from sphinx.util.images import guess_mimetype

from formats.drawings import file_of, place_of
from formats.mathml import as_display, number_of

logger = logging.getLogger(__name__)

# What would be markup anywhere in a line, and at its start.
_ANYWHERE = re.compile(r"[\\`*_\[\]<$~]|&(?=#?\w+;)")
_AT_START = re.compile(r"^(\s*)([#>=+-]+(?=\s|$)|\d+(?=[.)](?:\s|$)))", re.MULTILINE)
#: Nodes that are what is inside them, as blocks below each other or as text in a line.
_BLOCKS = (
    *("HideCodeCellNode", "compound", "container", "definition", "definition_list_item", "desc"),
    *("desc_content", "description", "document", "field", "field_body", "figure", "glossary"),
    *("hlist", "hlistcol", "legend", "list_item", "option_list_item", "section"),
)
_TEXTS = (
    *("compact_paragraph", "generated", "inline", "line", "manpage", "paragraph", "pending_xref"),
    *("problematic", "target", "value"),
)
#: Nodes that no reader sees.
_HIDDEN = ("comment", "index", "meta", "substitution_definition", "tabular_col_spec", "toctree")


class MarkdownWriter:
    """Writes the nodes of one page; the method that is named like a node returns its text."""

    def __init__(self, app: Sphinx, page: str, doctree: nodes.document) -> None:
        self.app, self.env, self.page = app, app.env, page
        self._pages = {app.builder.get_target_uri(name): name for name in app.env.found_docs}
        self._own = app.builder.get_target_uri(page)
        links = doctree.findall(nodes.reference)
        self._anchors = {self._local(link) for link in links} - {None}
        self._anchors |= {note["refid"] for note in doctree.findall(nodes.footnote_reference)}
        self._in_table = False

    # -- Any node ---------------------------------------------------------------------------------

    def write(self, node: nodes.Node) -> str:
        """Return a node as Markdown, after the anchors of what the page itself refers to."""
        name = type(node).__name__
        shows = self.app.registry.translation_handlers.get("notebook", {})
        if name in admonitionlabels or (isinstance(node, nodes.Admonition) and _has_title(node)):
            text = self._admonition(node)
        elif method := getattr(self, f"visit_{name}", None):
            text = method(node)
        elif name in _HIDDEN:
            text = ""
        elif name in _TEXTS:
            text = self._text(node)
        elif name in _BLOCKS or name in shows:
            text = self._blocks(node)
        else:
            logger.warning(
                "a notebook has no form for <%s>; add_node(…, notebook=…) shows what is in it",
                name,
                type="notebook",
                location=place_of(node),
            )
            text = _escape(node.astext())
        return self.anchors(node) + text

    def anchors(self, node: nodes.Node) -> str:
        """Return the places in a node that a link of this page leads to."""
        ids = [i for i in getattr(node, "attributes", {}).get("ids", []) if i in self._anchors]
        end = "" if isinstance(node, nodes.Inline) else "\n\n"
        return "".join(f'<a id="{i}"></a>' for i in ids) + (end if ids else "")

    def _text(self, node: nodes.Node) -> str:
        return "".join(self.write(child) for child in node.children)

    def _blocks(self, node: nodes.Node | Iterable[nodes.Node], between: str = "\n\n") -> str:
        children = node.children if isinstance(node, nodes.Node) else node
        return between.join(text for child in children if (text := self.write(child).strip("\n")))

    # -- Text in a line ---------------------------------------------------------------------------

    def visit_Text(self, node: nodes.Text) -> str:  # noqa: N802 - its name in docutils
        return _escape(node.astext())

    def visit_emphasis(self, node: nodes.Element) -> str:
        return f"*{self._text(node)}*"

    visit_literal_emphasis = visit_title_reference = visit_emphasis

    def visit_strong(self, node: nodes.Element) -> str:
        return f"**{self._text(node)}**"

    visit_literal_strong = visit_strong

    def visit_literal(self, node: nodes.Element) -> str:
        return _code(node.astext())

    def visit_subscript(self, node: nodes.Element) -> str:
        return f"<sub>{self._text(node)}</sub>"

    def visit_superscript(self, node: nodes.Element) -> str:
        return f"<sup>{self._text(node)}</sup>"

    def visit_abbreviation(self, node: nodes.Element) -> str:
        meaning = node.get("explanation", "")
        return self._text(node) + (f" ({_escape(meaning)})" if meaning else "")

    def visit_math(self, node: nodes.math) -> str:
        latex = node.astext().strip()
        if self._in_table:  # where a | would end the cell
            latex = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        return f"${latex}$"

    def visit_raw(self, node: nodes.raw) -> str:
        return node.astext() if "html" in node["format"].split() else ""

    def visit_footnote_reference(self, node: nodes.Element) -> str:
        return f"<sup>[{node.astext()}](#{node['refid']})</sup>"

    def visit_reference(self, node: nodes.Element) -> str:
        return _link(self._text(node), self._target(node))

    visit_number_reference = visit_reference

    def visit_download_reference(self, node: nodes.Element) -> str:
        if "filename" not in node:
            return self._text(node)  # Sphinx has warned of it
        return _link(self._text(node), self._relative(f"_downloads/{quote(node['filename'])}"))

    def visit_image(self, node: nodes.Element) -> str:
        path, text = file_of(self.env, node), _escape(node.get("alt", ""))
        if path is None:
            return f"![{text}]({node['uri']})" if node["uri"].startswith("data:") else text
        data = b64encode(path.read_bytes()).decode()
        return f"![{text}](data:{guess_mimetype(path)};base64,{data})"

    visit_drawing = visit_image

    def _relative(self, uri: str) -> str:
        return posixpath.relpath(uri, posixpath.dirname(self._own) or ".")

    def _local(self, link: nodes.Element) -> str | None:
        """Return the place on this page that a link leads to."""
        if "refid" in link:
            return str(link["refid"])
        path, _, place = link.get("refuri", "").partition("#")
        return place if place and path in ("", posixpath.basename(self._own)) else None

    def _target(self, link: nodes.Element) -> str:
        """Return where a link leads: to the notebook of a page, or to a place on the page."""
        if place := self._local(link):
            return f"#{place}"
        uri = str(link.get("refuri", ""))
        page = self._pages.get(
            posixpath.normpath(posixpath.join(posixpath.dirname(self._own), uri))
        )
        if link.get("internal") and page and has_cells(self.env, page):
            return f"{self._relative(quote(page))}.ipynb"
        return uri

    # -- Blocks -----------------------------------------------------------------------------------

    def visit_title(self, node: nodes.title) -> str:
        text = self._number(node.parent) + self._text(node).replace("\n", " ")
        if not isinstance(node.parent, nodes.section):
            return f"**{text}**"
        level, above = 0, cast(Any, node.parent)
        while isinstance(above, nodes.section):
            level, above = level + 1, above.parent
        return f"{'#' * min(level, 6)} {text}"

    def visit_subtitle(self, node: nodes.Element) -> str:
        return f"**{self._text(node)}**"

    visit_rubric = visit_centered = visit_subtitle

    def visit_caption(self, node: nodes.Element) -> str:
        return self._number(node.parent) + self._text(node)

    def visit_block_quote(self, node: nodes.Element) -> str:
        return _indent(self._blocks(node), "> ", "> ")

    def visit_topic(self, node: nodes.Element) -> str:
        return self.visit_block_quote(node)

    visit_sidebar = visit_versionmodified = visit_topic

    def visit_attribution(self, node: nodes.Element) -> str:
        return f"— {self._text(node)}"

    def _admonition(self, node: Any) -> str:
        label = "" if _has_title(node) else str(admonitionlabels[node.tagname])
        title = f"**{_escape(label)}**\n\n" if label else ""
        return _indent(title + self._blocks(node), "> ", "> ")

    def visit_transition(self, node: nodes.Element) -> str:
        return "---"

    def visit_line_block(self, node: nodes.Element) -> str:
        return "\\\n".join(self.write(line) for line in node.children)

    def visit_literal_block(self, node: nodes.Element) -> str:
        text = node.astext()
        if self._in_table:
            return "<br>".join(_code(line) for line in text.split("\n") if line)
        language = node.get("language", "")
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return f"{fence}{'' if language in ('default', 'none') else language}\n{text}\n{fence}"

    def visit_doctest_block(self, node: nodes.Element) -> str:
        node["language"] = "pycon"
        return self.visit_literal_block(node)

    def visit_math_block(self, node: nodes.math_block) -> str:
        latex = re.sub(r"\n\s*\n", "\n", as_display(node.astext()).strip())
        number = number_of(self.app.builder, node)
        tag = rf" \tag{{{number}}}" if number else ""
        return f"$$\n{latex}{tag}\n$$"

    def visit_footnote(self, node: nodes.Element) -> str:
        label, *text = node.children
        return f"\\[{_escape(label.astext())}\\] {self._blocks(text)}"

    visit_citation = visit_footnote

    # -- Lists ------------------------------------------------------------------------------------

    def visit_bullet_list(self, node: nodes.Element) -> str:
        return self._list(["- "] * len(node), node)

    def visit_enumerated_list(self, node: nodes.Element) -> str:
        first, kind = node.get("start", 1), node.get("enumtype", "arabic")
        if kind == "arabic":
            return self._list([f"{first + i}. " for i in range(len(node))], node)
        # Markdown counts in digits alone.
        letters = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}
        items = "".join(f"<li>\n\n{self._blocks(item)}\n\n</li>\n" for item in node.children)
        return f'<ol type="{letters[kind]}" start="{first}">\n{items}</ol>'

    def _list(self, markers: list[str], node: nodes.Element) -> str:
        items = [
            _indent(self.write(item), marker, " " * len(marker))
            for marker, item in zip(markers, node.children, strict=True)
        ]
        return ("\n" if all("\n\n" not in item for item in items) else "\n\n").join(items)

    def visit_definition_list(self, node: nodes.Element) -> str:
        return self._list(["- "] * len(node), node)

    visit_field_list = visit_option_list = visit_definition_list
    visit_term = visit_field_name = visit_subtitle

    def visit_classifier(self, node: nodes.Element) -> str:
        return f"*{self._text(node)}*"

    def visit_option_group(self, node: nodes.Element) -> str:
        return ", ".join(_code(option.astext()) for option in node.children)

    def visit_desc_signature(self, node: nodes.Element) -> str:
        return _code(node.astext())

    # -- Tables -----------------------------------------------------------------------------------

    def visit_table(self, node: nodes.table) -> str:
        titles = [child for child in node.children if isinstance(child, nodes.title)]
        (group,) = node.findall(nodes.tgroup)
        heads: list[Any] = [row for head in group.findall(nodes.thead) for row in head.children]
        bodies: list[Any] = [row for body in group.findall(nodes.tbody) for row in body.children]
        self._in_table = True
        grid = self._grid([*heads, *bodies], group["cols"])
        self._in_table = False
        # Markdown has one row above the line, empty where a table has no head.
        rows = grid if heads else [[""] * group["cols"], *grid]
        rows.insert(1, ["---"] * group["cols"])
        lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return "\n\n".join([*map(self.write, titles), lines])

    def _grid(self, rows: list[Any], columns: int) -> list[list[str]]:
        """Return the cells of all rows; what a cell spans is empty."""
        grid = [[""] * columns for _ in rows]
        taken: set[tuple[int, int]] = set()
        for y, row in enumerate(rows):
            for entry in row.children:
                x = next(x for x in range(columns) if (y, x) not in taken)
                below, right = entry.get("morerows", 0), entry.get("morecols", 0)
                taken |= {(y + j, x + i) for j in range(below + 1) for i in range(right + 1)}
                text = self._blocks(entry, "<br>").replace("|", r"\|")
                grid[y][x] = re.sub(r"\n\n|\n(?=- |\d+\. )", "<br>", text).replace("\n", " ")
        return grid

    # -- What stands before it --------------------------------------------------------------------

    def _number(self, node: nodes.Element) -> str:
        """Return the number of a section, a figure or a table, as it stands on the page."""
        place = f"#{node['ids'][0]}" if node.get("ids") else ""
        if isinstance(node, nodes.section):
            numbers = self.env.toc_secnumbers.get(self.page, {})
            is_page = isinstance(node.parent, nodes.document)
            number = numbers.get("" if is_page else place)
            return ".".join(map(str, number)) + ". " if number else ""
        kind = self.env.domains.standard_domain.get_enumerable_node_type(node)
        number = self.env.toc_fignumbers.get(self.page, {}).get(kind or "", {}).get(place[1:])
        if kind is None or not number:
            return ""
        form: str = self.app.config.numfig_format[kind]
        return form % ".".join(map(str, number)) + " "


def _escape(text: str) -> str:
    """Keep text from being read as markup."""
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    return _AT_START.sub(lambda m: m[1] + (m[2] + "\\" if m[2].isdigit() else "\\" + m[2]), text)


def _code(text: str) -> str:
    """Return text as code in a line, whatever backticks are in it."""
    text = text.replace("\n", " ")
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{blank}{text}{blank}{ticks}"


def _link(text: str, target: str) -> str:
    return f"[{text}](<{target}>)" if re.search(r"[\s()]", target) else f"[{text}]({target})"


def _indent(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = ((others + line).rstrip() for line in lines[1:])
    return "\n".join([(first + lines[0]).rstrip(), *rest])


def _has_title(node: Any) -> bool:
    return bool(node.children) and isinstance(node[0], nodes.title)
