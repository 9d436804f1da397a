"""One line for each page that is read, so that a quiet build still shows that it moves."""

from __future__ import annotations

import time
from multiprocessing import Value

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


class Progress:
    """Count pages across the processes that read them."""

    def __init__(self) -> None:
        self.done = Value("i", 0)
        self.total = 0
        self.start = 0.0

    def begin(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        self.total = len(docnames)

    def start_page(self, app: Sphinx, docname: str, source: list[str]) -> None:
        self.start = time.perf_counter()

    def end_page(self, app: Sphinx, doctree: nodes.document) -> None:
        seconds = time.perf_counter() - self.start
        with self.done.get_lock():
            self.done.value += 1
            number, width = self.done.value, len(str(self.total))
            place = f"[{number:{width}}/{self.total}]"
            print(f"{place} {seconds:5.1f} s  {app.env.docname}", flush=True)


def setup(app: Sphinx) -> dict[str, bool]:
    progress = Progress()
    # After all that add pages which have to be read.
    app.connect("env-before-read-docs", progress.begin, priority=900)
    app.connect("source-read", progress.start_page)
    app.connect("doctree-read", progress.end_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
