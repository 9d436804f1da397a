"""Each page's other forms: its source, and the notebook that it is, with the outputs.

A notebook reader knows neither MyST's roles nor its directives. So a value stands where ``{eval}``
stood, a citation reads as it does on the page, an expectation is left out, as the output is there,
and the text of an answer or an explorer stays. A page's data are in a cell of their own, so that
the notebook needs no other file.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from checked_pages.cells import executed_notebook, has_cells
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\})?(?P<rest>.*)$")
#: Directives whose text is for every reader. That of the others is for Sphinx.
_TEXT = {"answer", "explorer", "note", "tip", "warning"}
_ROLE = re.compile(r"\{(?P<name>[\w:]+)\}(?P<ticks>`+)(?P<text>.+?)(?P=ticks)")
_BEFORE = 'To run this notebook: `pip install "conv1x1[notebooks]"`.'
_DATA = """\
# The data of this page, so that the notebook needs no other file.
from base64 import b64decode
from pathlib import Path

path = Path({name!r})
path.parent.mkdir(exist_ok=True)
path.write_bytes(b64decode({data!r}))"""

Link = Callable[[re.Match[str]], str]


def _results(doctree: nodes.document) -> dict[str, Iterator[str]]:
    """Return what the roles of a page have become, in order, by what they were."""
    found: dict[str, list[str]] = {}
    for node in doctree.findall(nodes.inline):
        if "value" in node["classes"]:
            text = node.rawsource.removeprefix(":eval:").strip("`")
            found.setdefault(text, []).append(node.astext())
    return {text: iter(values) for text, values in found.items()}


def _citations(doctree: nodes.document) -> Iterator[str]:
    links = doctree.findall(nodes.reference)
    cited = [n.astext() for n in links if n.get("refuri", "").startswith("references.html#id")]
    return iter(cited)


def _plain(source: str, values: dict[str, Iterator[str]], cited: Iterator[str], link: Link) -> str:
    """Return a cell's MyST as the Markdown of notebooks."""

    def role(match: re.Match[str]) -> str:
        if match["name"] == "eval":
            return next(values[match["text"].strip()])
        if match["name"].startswith("cite"):
            return f"({', '.join(next(cited) for _ in match['text'].split(','))})"
        raise ExtensionError(f"notebooks: what is {match[0]} in a notebook?")

    lines: list[str] = []
    inside: list[tuple[str, str]] = []  # the open fences, and what is done with their text
    for line in source.split("\n"):
        fence = _FENCE.match(line)
        is_bare = fence and not fence["name"] and not fence["rest"]
        if is_bare and inside and line.startswith(inside[-1][0]):
            kind = inside.pop()[1]
            if kind == "code":
                lines.append(line)
        elif fence and (not inside or inside[-1][1] == "text"):
            name = fence["name"]
            kind = "code" if not name else "text" if name in _TEXT else "drop"
            inside.append((fence["fence"], kind))
            if kind == "code":
                lines.append(line)
        elif any(kind == "drop" for _, kind in inside) or re.fullmatch(r"\([\w-]+\)=", line):
            continue  # a label is no text either
        elif inside and inside[-1][1] == "code":
            lines.append(line)
        else:
            lines.append(re.sub(r"(?<=\]\()([\w-]+)\.md(?=[)#])", link, _ROLE.sub(role, line)))
    return "\n".join(lines).strip("\n")


def convert(notebook: dict[str, Any], doctree: nodes.document, app: Sphinx) -> dict[str, Any]:
    """Return an executed page as a notebook that stands alone."""
    values, cited = _results(doctree), _citations(doctree)

    def link(match: re.Match[str]) -> str:
        return f"{match[1]}.{'ipynb' if has_cells(app.env, match[1]) else 'html'}"

    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": _BEFORE}]
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cells += _data_cells(source, app)
            cells.append(_code_cell(source, cell["execution_count"], cell["outputs"]))
        elif text := _plain(source, values, cited, link):
            cells.append({"cell_type": "markdown", "metadata": {}, "source": text})
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def _code_cell(source: str, count: int | None, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    for output in outputs:
        output.get("data", {}).pop("application/pdf", None)  # it is for the printed book
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": {},
        "outputs": outputs,
        "source": source,
    }


def _data_cells(source: str, app: Sphinx) -> Iterator[dict[str, Any]]:
    for name in re.findall(r'"(data/[\w.-]+)"', source):
        data = b64encode(Path(app.srcdir, name).read_bytes()).decode()
        yield _code_cell(_DATA.format(name=name, data=data), None, [])


def add_forms(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the notebook beside its page, and offer both forms below the text."""
    if doctree is None or app.builder.name != "html":
        return
    forms = context.setdefault("page_forms", [])
    executed = executed_notebook(app.env, page)
    if executed is not None and has_cells(app.env, page):
        notebook = convert(executed, doctree, app)
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
        Path(app.outdir, f"{page}.ipynb").write_text(text + "\n", encoding="utf-8")
        forms.append({"text": "Notebook", "href": f"{page}.ipynb", "download": True})
    forms.append({"text": "Source", "href": f"_sources/{context['sourcename']}"})


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", add_forms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
