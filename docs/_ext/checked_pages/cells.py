"""How each page's kernel is started, and what is said when one of its cells fails.

MyST-NB has no settings for these, so its client is wrapped here.
"""

from __future__ import annotations

import os
import re
from typing import Any

from myst_nb.core import read
from myst_nb.core.execute.base import ExecutionError
from myst_nb.core.execute.inline import ModifiedNotebookClient, NotebookClientInline
from nbformat import NotebookNode
from sphinx.application import Sphinx

from . import transport

_ESCAPES = re.compile(r"\x1b\[[\d;]*m")
_start = ModifiedNotebookClient.__init__
_run_cell = NotebookClientInline.code_cell_outputs
_read_page = read.read_myst_markdown_notebook


def _start_kernel(self: ModifiedNotebookClient, *args: Any, **kwargs: Any) -> None:
    # What a cell prints may arrive in pieces; they are joined, so that timing never shows.
    _start(self, *args, config=transport.configure(), coalesce_streams=True, **kwargs)


def _read_with_true_lines(*args: Any, **kwargs: Any) -> NotebookNode:
    """Count lines as an editor does; MyST-NB's lines are true after one blank line only."""
    notebook: NotebookNode = _read_page(*args, **kwargs)
    lines = zip(notebook.cells, notebook.metadata.get("source_map", []), strict=False)
    notebook.metadata["source_map"] = [
        line - (1 if cell.cell_type == "markdown" else 2) for cell, line in lines
    ]
    return notebook


def _run_cell_or_say_which(self: NotebookClientInline, cell_index: int) -> Any:
    try:
        return _run_cell(self, cell_index)
    except ExecutionError as error:
        line = self.cell_line(self._last_cell_executed) + 1
        cause = _ESCAPES.sub("", str(error.__cause__))
        message = f"{self.path}:{line}: this code cell failed\n{cause}"
        raise ExecutionError(message) from error.__cause__


def setup(app: Sphinx) -> dict[str, bool]:
    ModifiedNotebookClient.__init__ = _start_kernel
    NotebookClientInline.code_cell_outputs = _run_cell_or_say_which
    read.read_myst_markdown_notebook = _read_with_true_lines
    read._strip_blank_lines = str.rstrip  # a stripped line would not be counted
    # Several pages are read at the same time, so one thread each; text hashes never vary.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("PYTHONHASHSEED", "0")
    app.connect("build-finished", transport.remove_sockets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
