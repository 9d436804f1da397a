"""The one place that knows how MyST-NB works inside: the cells of a page, and its kernel.

Everything else asks this module, or the doctree. What is private to MyST-NB, or replaced in it, is
listed here, as it is in MyST-NB 1.4.0. ``tests/test_extensions.py`` has a test for each, which says
what moved when a new version breaks it.

``core.execute.inline.ModifiedNotebookClient``
    Replaced by :class:`_Client`, for the kernel's sockets, its end, and joined streams. MyST-NB
    makes its client with fixed arguments. Its main branch lets a parser name the class of the
    kernel manager.
``core.read.read_myst_markdown_notebook``, ``core.read._strip_blank_lines``
    Replaced, as the lines of what follows a cell are off where blank lines were stripped. A reader
    of ``nb_custom_formats`` is not told the path that ``:load:`` needs, and takes every page.
``document["nb_renderer"].renderer.nb_client``
    The kernel while the page is read. MyST-NB's own roles reach it in the same way.
``nb_client._last_cell_executed``
    Which cell ran last: the one that failed, as the error does not say it; and what came before a
    value.
``env.mystnb_config.output_folder``, ``env.metadata[page]["source_map"]``
    Where the executed notebook was written, if the page is one, and the lines of its cells.
``sphinx_.Parser``, ``sphinx_.HideCodeCellNode``
    What reads a page, to keep what ran; and the node of a folded cell, to write it as other HTML.
containers with ``nb_element``, ``cell_index`` and ``cell_metadata``
    The nodes of a cell, and which cell it is.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from IPython.core.inputtransformer2 import TransformerManager
from myst_nb.core import read
from myst_nb.core.execute import ExecutionError, inline
from myst_nb.sphinx_ import HideCodeCellNode, Parser
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode, from_dict, v4
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

from . import transport

__all__ = [
    "Cell",
    "HideCodeCellNode",
    "RunningPage",
    "cells_above",
    "cells_of",
    "code_cells",
    "executed_notebook",
    "has_cells",
    "is_cell",
    "running_page",
    "shows_output",
]

_ESCAPES = re.compile(r"\x1b\[[\d;]*m")
_read_page = read.read_myst_markdown_notebook


# -- The cells of a page --------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A code cell as it was run."""

    #: Which cell of the notebook it is, text between the cells included. Its node says the same.
    index: int
    #: The line of the page on which it begins, from 1.
    line: int
    code: str
    tags: tuple[str, ...]
    #: The number that the kernel gave it; ``None`` where it did not run.
    count: int | None
    #: What it showed, in order, as :mod:`nbformat` has it.
    outputs: tuple[NotebookNode, ...]
    #: The file that its code was loaded from, where it has ``:load:``.
    file: str | None = None

    def syntax(self) -> Iterator[ast.AST]:
        """Yield the syntax of its Python, magics and what they run included.

        Nothing is yielded for what is no Python.
        """
        return _syntax(self.code)

    def imports(self) -> Iterator[ast.Import | ast.ImportFrom]:
        """Yield its import statements, wherever in it they stand."""
        for node in self.syntax():
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node

    def assigned(self) -> set[str]:
        """Return the names that it gives a value, a part of one included; imports are no values."""
        found, inner = set[str](), set[ast.AST]()
        for node in self.syntax():
            if node in inner:
                continue
            if isinstance(node, _SCOPES):  # what is assigned in it is its own
                inner.update(ast.walk(node))
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(name)
                case ast.ClassDef(name=name):
                    found.add(name)
                case ast.Name() | ast.Attribute() | ast.Subscript() if _is_changed(node):
                    while isinstance(node, ast.Attribute | ast.Subscript):
                        node = node.value
                    if isinstance(node, ast.Name):
                        found.add(node.id)
        return found


_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def _is_changed(node: ast.Name | ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store)


def _syntax(code: str) -> Iterator[ast.AST]:
    try:
        tree = ast.parse(code)
    except SyntaxError:  # or a magic
        manager = TransformerManager()
        try:
            tree = ast.parse(manager.transform_cell(code))
        except SyntaxError:
            return
    for node in ast.walk(tree):
        yield node
        match node:
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic" | "run_line_magic"),
                args=[*_, ast.Constant(value=str(text))],
            ):  # what %time and %%time run
                yield from _syntax(text)


def executed_notebook(env: BuildEnvironment, docname: str) -> NotebookNode | None:
    """Return the notebook that a page was when it was last read; ``None`` if it is none.

    It is kept with the doctree, so that every builder finds it, in later builds as well.
    """
    path = _kept(env, docname)
    if not path.is_file():
        return None
    notebook: NotebookNode = v4.reads(path.read_text(encoding="utf-8"))
    return notebook


def cells_of(env: BuildEnvironment, docname: str) -> list[Cell]:
    """Return the code cells of a page that was read; none for a page without cells."""
    notebook = executed_notebook(env, docname)
    if notebook is None:
        return []
    return [
        Cell(
            index=index,
            line=notebook.metadata.source_map[index] + 2,
            code=cell.source,
            tags=tuple(cell.metadata.get("tags", ())),
            count=cell.execution_count,
            outputs=tuple(cell.outputs),
            file=cell.metadata.get("load"),
        )
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]


def refuse_other_notebooks(app: Sphinx, docname: str, source: list[str]) -> None:
    """Stop at a page that is a notebook in another form: nothing in it could be checked."""
    page = app.env.doc2path(docname)
    forms = [".ipynb", *app.config.nb_custom_formats]
    if form := next((form for form in forms if str(page).endswith(form)), None):
        raise PageError(f"{page}: a {form} file cannot be checked: write the page as MyST Markdown")


def has_cells(env: BuildEnvironment, docname: str) -> bool:
    """Whether a page that was read has code cells."""
    return bool(cells_of(env, docname))


def _kept(env: BuildEnvironment, docname: str) -> Path:
    return Path(env.doctreedir, f"{docname}.ipynb")


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop what is kept of a page that is gone, or is about to be read again."""
    _kept(env, docname).unlink(missing_ok=True)


# -- The nodes of cells ---------------------------------------------------------------------------


def is_cell(node: nodes.Node | None) -> bool:
    """Whether a node of a doctree is a code cell; its ``cell_index`` is :attr:`Cell.index`."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def code_cells(doctree: nodes.Element) -> Iterator[nodes.container]:
    """Return the nodes of the code cells in a doctree, or in a part of it."""
    return (node for node in doctree.findall(nodes.container) if is_cell(node))


def shows_output(cell: nodes.container) -> bool:
    """Whether the output of a cell is on the page."""
    parts = cell.findall(nodes.container)
    return any(part.get("nb_element") == "cell_code_output" for part in parts)


def cells_above(node: nodes.Element, tag: str) -> list[nodes.container]:
    """Return the code cells with a tag that stand directly above a node, in their order."""
    cells: list[nodes.container] = []
    siblings = node.parent.children
    for sibling in reversed(siblings[: siblings.index(node)]):
        if not (isinstance(sibling, nodes.container) and is_cell(sibling)):
            break
        if tag not in sibling["cell_metadata"].get("tags", ()):
            break
        cells.insert(0, sibling)
    return cells


# -- The page while it is read --------------------------------------------------------------------


class RunningPage:
    """A page that is being read, whose kernel has run the cells so far."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def last_cell(self) -> int:
        """The :attr:`Cell.index` of the cell that ran last; -1 before the first."""
        last: int = self._client._last_cell_executed
        return last

    def evaluate(self, code: str) -> list[NotebookNode]:
        """Run some code in the page's kernel, and return its outputs; an error is one of them."""
        try:
            outputs: list[NotebookNode] = self._client.eval_variable(code)
        except Exception as error:  # such as the end of the kernel, or of the time
            kind, message = type(error).__name__, str(error).strip().split("\n")[0]
            failure = {"output_type": "error", "ename": kind, "evalue": message}
            return [from_dict(failure)]
        return outputs


def running_page(document: nodes.document) -> RunningPage | None:
    """Return the page that is being read, if it runs cells."""
    renderer = document.get("nb_renderer")
    return renderer and RunningPage(renderer.renderer.nb_client)


class PageError(SphinxError):
    """A page that cannot be run. The message begins with its path and line."""

    category = "Page error"


# MyST-NB says nothing of its types, so its classes may be anything to mypy.
class PageParser(Parser):  # type: ignore[misc]
    """Read a page as MyST-NB does; keep what ran, and say where it failed."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        env = document.settings.env
        try:
            super().parse(inputstring, document)
        except SphinxError:
            raise
        except Exception as error:
            raise self._with_place(error, document) from error
        if "source_map" in env.metadata[env.docname]:
            written = Path(env.mystnb_config.output_folder, f"{env.docname}.ipynb")
            kept = _kept(env, env.docname)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(written, kept)

    def _with_place(self, error: Exception, document: nodes.document) -> PageError:
        page, reason = document["source"], _ESCAPES.sub("", str(error.__cause__ or error)).strip()
        if isinstance(error, ExecutionError | DeadKernelError):
            client = document["nb_renderer"].renderer.nb_client
            line = client.cell_line(client._last_cell_executed) + 1
            return PageError(f"{page}:{line}: this code cell failed\n{reason}")
        return PageError(f"{page}: this page cannot be read\n{type(error).__name__}: {reason}")


# -- What is replaced -----------------------------------------------------------------------------


# MyST-NB says nothing of its types.
class _Client(inline.ModifiedNotebookClient):  # type: ignore[misc]
    """Start a kernel as :mod:`transport` says, join what a cell prints in pieces, and end it.

    Asked to end, ipykernel 7.4 closes its sockets in one thread while another still uses them, and
    now and then it aborts (github.com/ipython/ipykernel/pull/1518). So it is not asked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        options = {"coalesce_streams": True, "shutdown_kernel": "immediate", **kwargs}
        super().__init__(*args, config=transport.configure(), **options)


def _read_with_true_lines(*args: Any, **kwargs: Any) -> NotebookNode:
    """Count lines as an editor does; MyST-NB's lines are true after one blank line only."""
    notebook: NotebookNode = _read_page(*args, **kwargs)
    lines = zip(notebook.cells, notebook.metadata.get("source_map", []), strict=False)
    notebook.metadata["source_map"] = [
        line - (1 if cell.cell_type == "markdown" else 2) for cell, line in lines
    ]
    return notebook


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("myst_nb")
    app.add_source_parser(PageParser, override=True)
    app.connect("env-purge-doc", _forget)
    app.connect("source-read", refuse_other_notebooks)
    inline.ModifiedNotebookClient = _Client
    read.read_myst_markdown_notebook = _read_with_true_lines
    read._strip_blank_lines = str.rstrip  # a stripped line would not be counted
    # Several pages are read at the same time, so one thread each; text hashes never vary.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("PYTHONHASHSEED", "0")
    app.connect("build-finished", transport.remove_sockets)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
