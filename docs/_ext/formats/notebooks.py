"""Each page's other forms: its source, and the notebook that it is, with the outputs.

The code and the outputs are the cells as they ran, those that the page hides included. What stands
between them is the page as it was resolved for a reader, in Markdown: see :mod:`formats.markdown`.
An expectation is left out, as the output is there; the text of an answer or an explorer stays. A
page's data are in a cell of their own, so that the notebook needs no other file.

Written by hand, because jupytext and nbconvert take a page's source, and leave MyST's roles and
directives in it as they were typed.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from checked_pages.cells import Cell, cells_of, is_cell
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from formats.markdown import MarkdownWriter

_DATA = """\
# The data of this page, so that the notebook needs no other file.
from base64 import b64decode
from pathlib import Path

path = Path({name!r})
path.parent.mkdir(parents=True, exist_ok=True)
path.write_bytes(b64decode({data!r}))"""


def convert(app: Sphinx, page: str, doctree: nodes.document) -> dict[str, Any]:
    """Return an executed page as a notebook that stands alone."""
    before = []
    if command := app.config.notebook_install:
        before.append(_markdown_cell(f"To run this notebook: `{command}`."))
    return {
        "cells": [*before, *_cells(app, page, doctree)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def _cells(app: Sphinx, page: str, doctree: nodes.document) -> Iterator[dict[str, Any]]:
    writer, text = MarkdownWriter(app, page, doctree), list[str]()
    # What a page removes runs all the same: before what it shows next.
    waiting = cells_of(app.env, page)
    data: set[str] = set()

    def run(last: int) -> Iterator[dict[str, Any]]:
        if text:
            yield _markdown_cell("\n\n".join(text))
            text.clear()
        while waiting and waiting[0].index <= last:
            cell = waiting.pop(0)
            yield from _data_cells(cell.code, app, page, data)
            yield _code_cell(cell)

    for part in _parts(doctree, writer):
        if isinstance(part, str):
            text.append(part)
        else:
            yield from run(part)
    yield from run(waiting[-1].index if waiting else 0)


def _parts(node: Any, writer: MarkdownWriter) -> Iterator[str | int]:
    """Yield what a page shows, in order: Markdown, and the places of code cells."""
    for child in node.children:
        if is_cell(child):
            yield child["cell_index"]
        elif any(map(is_cell, child.findall())):
            if anchors := writer.anchors(child).strip():
                yield anchors
            yield from _parts(child, writer)
        elif text := writer.write(child).strip("\n"):
            yield text


def _markdown_cell(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code_cell(cell: Cell) -> dict[str, Any]:
    outputs = [dict(output) for output in cell.outputs]
    for output in outputs:
        output.get("data", {}).pop("application/pdf", None)  # it is for the printed book
    return {
        "cell_type": "code",
        "execution_count": cell.count,
        # Jupyter reads some of them as well, such as raises-exception.
        "metadata": {"tags": list(cell.tags)} if cell.tags else {},
        "outputs": outputs,
        "source": cell.code,
    }


def _data_cells(code: str, app: Sphinx, page: str, done: set[str]) -> Iterator[dict[str, Any]]:
    """Yield a cell for each data file that the code names, once for a page."""
    folder = Path(app.env.doc2path(page)).parent
    files = {
        path for pattern in app.config.dependencies_data for path in Path(app.confdir).glob(pattern)
    }
    for _, name in re.findall(r"""(["'])([^"'\n]+)\1""", code):
        path = Path(folder, name)
        if name not in done and path.is_file() and path.resolve() in files:
            done.add(name)
            source = _DATA.format(name=name, data=b64encode(path.read_bytes()).decode())
            yield _code_cell(Cell(index=-1, line=0, code=source, tags=(), count=None, outputs=()))


def write_notebook(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the notebook beside its page, while the pictures are still known by their files."""
    if app.builder.name != "html":
        return
    path = Path(app.outdir, f"{page}.ipynb")
    if not cells_of(app.env, page):
        path.unlink(missing_ok=True)  # of when there were cells
        return
    text = json.dumps(convert(app, page, doctree), ensure_ascii=False, indent=1, sort_keys=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def add_forms(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Offer the forms of a page below its text."""
    if doctree is None or app.builder.name != "html":
        return
    forms = context.setdefault("page_forms", [])
    here = app.builder.get_target_uri(page)
    if cells_of(app.env, page):
        notebook = relative_uri(here, f"{quote(page)}.ipynb")
        forms.append({"text": "Notebook", "href": notebook, "download": True})
    if source := context["sourcename"]:
        forms.append({"text": "Source", "href": relative_uri(here, f"_sources/{quote(source)}")})


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("checked_pages.dependencies")
    #: The command that a notebook begins with; none is written where it is empty.
    app.add_config_value("notebook_install", "", "html", str)
    app.connect("doctree-resolved", write_notebook, priority=900)  # after all that resolves
    app.connect("html-page-context", add_forms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
