"""Each page is read again when, and only when, something that it depends on has changed.

A page depends on the modules that its code cells import, on what those import in turn, and on
the data files that these modules name. It depends on how it is built as well: ``conf.py``, these
extensions, the lock file. Sphinx compares the times of the files itself, once it knows them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx

from checked_pages.cells import cells_of


def files_read(code: str, root: Path, data: Iterable[str]) -> set[Path]:
    """Return the files below ``root`` that ``code`` reads: the modules it imports, and their data.

    A file that matches one of the patterns in ``data`` counts as read where the code, or a module
    that it imports, names it.
    """
    finder = ModuleFinder(path=[str(root)])
    # What is known of the types of this module is wrong: a file's kind is a number.
    finder.load_module("page", io.StringIO(code), "page", ("", "r", 1))  # type: ignore[arg-type]
    loaded: Iterable[Any] = finder.modules.values()
    modules = {Path(module.__file__) for module in loaded if module.__file__ not in (None, "page")}
    text = code + "".join(path.read_text(encoding="utf-8") for path in modules)
    candidates = {path for pattern in data for path in root.glob(pattern) if path.is_file()}
    return modules | {path for path in candidates if path.name in text}


def note_dependencies(app: Sphinx, doctree: nodes.document) -> None:
    """Tell Sphinx what the page that was just read depends on."""
    root = Path(app.confdir)
    code = "\n".join(cell.code for cell in cells_of(app.env, app.env.docname))
    files = files_read(code, root, app.config.fresh_data)
    files |= {path for pattern in app.config.fresh_build_files for path in root.glob(pattern)}
    for path in sorted(files):
        app.env.note_dependency(path)


def forget_failures(app: Sphinx, exception: Exception | None) -> None:
    """Forget all that was read if anything was wrong, or the next build would pass in silence."""
    if exception or app._warncount:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("fresh_data", [], "env", list)
    app.add_config_value("fresh_build_files", [], "env", list)
    app.connect("doctree-read", note_dependencies)
    app.connect("build-finished", forget_failures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
