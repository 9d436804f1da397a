"""No result is typed: a number in a sentence comes from ``{eval}``, or is on the list of names.

Code, mathematics, roles and link targets are not prose. What remains is searched for digits. A
number that only names something, such as the kernel size in "3×3", is on the list, whose every
entry says why. Each page's Markdown is checked when it is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util import logging

logger = logging.getLogger(__name__)

# Directives whose content is read as prose. The content of all others is code or data.
_PROSE = {"admonition", "answer", "glossary", "note", "tip", "warning"}
_FENCE = re.compile(
    r"^\s*(?P<fence>`{3,}(?=[^`]*$)|~{3,}|:{3,})\s*(?:\{(?P<name>[\w:-]+)\})?\s*(?P<rest>.*)"
)
_NOT_PROSE = re.compile(
    r"""
    (?:\{[\w:]+\})?(?P<ticks>`+).*?(?P=ticks)   # code, or a role with its content
    | \$[^$]+\$                                 # mathematics
    | \]\([^)]*\)                               # where a link leads
    | <[^>\s]*>                                 # an address
    | ^\s*\d+[.)](?=\s)                         # the place of an item in a list
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)*\s?%?")


def prose_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield each line of prose with its number; what is not prose is blanked out."""
    inside: list[tuple[str, bool]] = []  # the open fences, and whether each holds prose
    formula = front_matter = False
    for number, line in enumerate(source.split("\n"), start=1):
        if line == "---" and (number == 1 or front_matter):
            front_matter = number == 1
            continue
        fence = _FENCE.match(line)
        if fence and inside and fence["fence"].startswith(inside[-1][0]) and not fence["rest"]:
            inside.pop()
        elif fence and (not inside or inside[-1][1]):
            inside.append((fence["fence"], fence["name"] in _PROSE))
            if fence["name"] in _PROSE:
                yield number, _NOT_PROSE.sub(" ", fence["rest"])
        elif line.startswith("$$"):
            formula ^= line.count("$$") == 1
        elif not (front_matter or formula) and all(prose for _, prose in inside):
            yield number, _NOT_PROSE.sub(" ", line)


def typed_numbers(source: str, allowed: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each number in prose that is not allowed."""
    for line, text in prose_of(source):
        for pattern in allowed:
            text = re.sub(pattern, " ", text)
        for number in _NUMBER.finditer(text):
            yield line, number[0].strip()


def check_page(app: Sphinx, docname: str, source: list[str]) -> None:
    """Complain about every number of a page that was typed."""
    entries = tomllib.loads(Path(app.confdir, app.config.prose_names).read_text(encoding="utf-8"))
    for entry in entries["name"]:
        if not entry.get("reason", "").strip():
            raise ConfigError(f"{app.config.prose_names}: {entry} needs a reason")
    allowed = [e["pattern"] for e in entries["name"] if e.get("page", docname) == docname]
    for line, number in typed_numbers(source[0], allowed):
        logger.warning(
            "the number %s is typed: compute it with {eval}, or name it in %s with a reason",
            number,
            app.config.prose_names,
            type="prose",
            location=(docname, line),
        )


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("prose_names", "docs/names.toml", "env", str)
    app.connect("source-read", check_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
