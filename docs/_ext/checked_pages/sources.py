"""What the source of a page may hold, and how new content is written into its directives.

MyST's own parser says where a directive stands, so that what is a directive to the site is one
here, whatever its fence and options. What is written is read again before it is kept, and no other
byte changes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from docutils.parsers.rst import Directive
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

#: Characters that end a line for :meth:`str.splitlines`, and so for a part of what reads a page,
#: but for no editor and no Markdown parser: what follows one would be taken for something else.
_LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def _names(characters: str) -> str:
    return " and ".join(f"U+{ord(character):04X}" for character in sorted(set(characters)))


def refuse_line_ends(app: Sphinx, docname: str, source: list[str]) -> None:
    """Complain about each line that holds a character that ends lines for some readers only."""
    for number, line in enumerate(source[0].split("\n"), start=1):
        if found := [character for character in line if character in _LINE_ENDS]:
            logger.warning(
                "this line holds %s, which ends a line for some programs only: delete it",
                _names("".join(found)),
                type="sources",
                location=(docname, number),
            )
    source[0] = source[0].translate(dict.fromkeys(map(ord, _LINE_ENDS), " "))


def write_contents(
    path: Path, contents: Mapping[int, str], kind: type[Directive], config: MdParserConfig
) -> dict[int, str]:
    """Write the contents of the directives of one kind that begin on these lines of a page.

    Returns for each line where that cannot be done the reason why; nothing is changed there.
    """
    config = replace(config, enable_extensions={*config.enable_extensions, "colon_fence"})
    parser = create_md_parser(config, RendererHTML)
    text = path.read_bytes().decode("utf-8")
    lines = io.StringIO(text, newline="").readlines()  # each with its own end
    plain = [line.rstrip("\r\n") for line in lines]
    fences = _fences(parser, [plain[0].removeprefix("\ufeff"), *plain[1:]])
    refused: dict[int, str] = {}
    for line, content in sorted(contents.items(), reverse=True):
        fence = fences.get(line)
        if fence is None:
            refused[line] = "the directive that holds it is not closed, or not a fence of its own"
            continue
        start, end = fence.map or (0, 0)
        wanted = content.rstrip("\n").split("\n")
        written = next(_written(parser, kind, fence, plain[start:end], wanted), None)
        if written is None:
            unusual = [character for character in content if character in f"{_LINE_ENDS}\r\0"]
            refused[line] = f"no directive can hold {_names(''.join(unusual))}: show a repr instead"
            continue
        ends = [lines[start][len(plain[start]) :]] * len(written)
        ends[-1] = lines[end - 1][len(plain[end - 1]) :]
        lines[start:end] = [text + line_end for text, line_end in zip(written, ends, strict=True)]
    path.write_bytes("".join(lines).encode("utf-8"))
    return refused


def _fences(parser: MarkdownIt, lines: list[str]) -> dict[int, Token]:
    """Return what is fenced, and closed, by the line on which it begins, from 1."""
    fences: dict[int, Token] = {}
    for token in parser.parse("\n".join(lines).rstrip("\n") + "\n"):
        if token.type in {"fence", "colon_fence"} and token.map:
            start, end = token.map
            if end - start == token.content.count("\n") + 2:
                fences[start + 1] = token
    return fences


def _written(
    parser: MarkdownIt, kind: type[Directive], fence: Token, old: list[str], wanted: list[str]
) -> Iterator[list[str]]:
    """Yield the lines of a directive with new content that are read as what is wanted."""
    for new in _ways(kind, fence, old, wanted):
        read = _fences(parser, new).get(1)
        if read and parse_directive_text(kind, "", read.content).body == wanted:
            yield new


def _ways(
    kind: type[Directive], fence: Token, old: list[str], wanted: list[str]
) -> Iterator[list[str]]:
    """Yield ways to write new content: as before, below a blank line, below no options."""
    mark, name = fence.markup[0], fence.info.split()[0]
    indent, _, first = old[0].partition(fence.markup)
    runs = (len(list(run)) for line in wanted for char, run in groupby(line) if char == mark)
    length = max(len(fence.markup), 1 + max(runs, default=0))
    # Content may begin on the first line, but not what is longer.
    opening = indent + mark * length + (first if fence.info == name else name)
    closing = old[-1] if old[-1].count(mark) >= length else indent + mark * length
    options = parse_directive_text(kind, "", fence.content.rstrip("\n")).body_offset
    head = old[1 : 1 + options]
    while head and not head[-1].strip():
        head.pop()
    body = [indent + line if line else "" for line in wanted]
    for above in [[*head, ""]] if head else [[], [""], [f"{indent}---", f"{indent}---"]]:
        yield [opening, *above, *body, closing]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", refuse_line_ends)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
