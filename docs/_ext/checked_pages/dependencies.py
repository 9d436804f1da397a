"""Each page is read again when, and only when, something that it depends on has changed.

A page depends on the modules that its code cells import, on what those import in turn, and on
the data files that these modules name. It depends on how it is built as well: ``conf.py``, these
extensions, the lock file. Sphinx compares the times of the files itself, once it knows them.

Settings in ``conf.py``; folders and patterns are relative to it:

``dependencies_folders``
    Where the modules that count are looked for, beside the folder of the page itself. Others are
    libraries, which the lock file pins.
``dependencies_data``
    Patterns of data files. A page depends on one where its code, or a module of it, has its name.
``dependencies_of_every_page``
    Patterns of the files by which every page is built.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterable
from logging import WARNING, Handler, LogRecord, getLogger
from modulefinder import ModuleFinder
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import NAMESPACE, WarningSuppressor

from checked_pages.cells import Cell, cells_of


def imports_of(cells: Iterable[Cell]) -> str:
    """Return the import statements of code cells as a program."""
    found = [ast.unparse(node) for cell in cells for node in cell.imports()]
    return "\n".join(line for line in found if not line.startswith("from __future__ "))


class _Finder(ModuleFinder):
    """Find modules in folders without an ``__init__.py`` as well, as Python does."""

    def find_module(self, name: str, path: Any, parent: Any = None) -> Any:
        try:
            return super().find_module(name, path, parent)
        except ImportError:
            if name != "__init__":
                raise
            return io.BytesIO(), "", ("", "rb", 1)  # the source of nothing
        except AttributeError:
            folders = (Path(folder, name) for folder in path or self.path)
            return None, str(next(filter(Path.is_dir, folders))), ("", "", 5)  # a package


def modules_read(program: str, folders: Iterable[Path]) -> set[Path]:
    """Return the files in some folders that a program imports, and that those import in turn."""
    finder = _Finder(path=[str(folder) for folder in folders])
    with TemporaryDirectory() as folder:
        script = Path(folder, "page.py")
        script.write_text(program, encoding="utf-8")
        finder.run_script(str(script))
    loaded: Iterable[Any] = finder.modules.values()
    return {Path(module.__file__) for module in loaded if module.__file__} - {script}


def note_dependencies(app: Sphinx, doctree: nodes.document) -> None:
    """Tell Sphinx what the page that was just read depends on."""
    root, page = Path(app.confdir), Path(app.env.doc2path(app.env.docname))
    cells = cells_of(app.env, app.env.docname)
    folders = [page.parent, *(root / folder for folder in app.config.dependencies_folders)]
    files = modules_read(imports_of(cells), folders)
    text = "\n".join(
        [*(cell.code for cell in cells), *(path.read_text(encoding="utf-8") for path in files)]
    )
    data = (path for pattern in app.config.dependencies_data for path in root.glob(pattern))
    files |= {path for path in data if path.is_file() and path.name in text}
    files |= {page.parent / cell.file for cell in cells if cell.file}
    for pattern in app.config.dependencies_of_every_page:
        files |= set(root.glob(pattern))
    for path in sorted(files):
        app.env.note_dependency(path)


def read_since_written(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages that another format's build has read since this one wrote them.

    Sphinx compares what it wrote with the source alone, which an edit of a module leaves as it was.
    """
    file_of = getattr(app.builder, "get_outfilename", None)
    if file_of is None:
        return []
    written = {page: Path(file_of(page)) for page in env.found_docs}
    return sorted(
        page
        for page, file in written.items()
        if file.is_file()
        and file.stat().st_mtime_ns < Path(app.doctreedir, f"{page}.doctree").stat().st_mtime_ns
    )


class _Failures(Handler):
    """Notice whether a build has given a warning that is shown."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(WARNING)
        self.addFilter(WarningSuppressor(app))
        self.found = False

    def emit(self, record: LogRecord) -> None:
        self.found = True


def setup(app: Sphinx) -> dict[str, Any]:
    failures = _Failures(app)
    getLogger(NAMESPACE).addHandler(failures)

    def forget_failures(app: Sphinx, exception: Exception | None) -> None:
        """Forget all that was read if anything was wrong, or the next build would be silent."""
        if exception or failures.found:
            Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)

    app.setup_extension("checked_pages.cells")
    app.add_config_value("dependencies_folders", ["."], "env", list)
    app.add_config_value("dependencies_data", [], "env", list)
    app.add_config_value("dependencies_of_every_page", [], "env", list)
    app.connect("doctree-read", note_dependencies)
    app.connect("env-updated", read_since_written)
    app.connect("build-finished", forget_failures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
