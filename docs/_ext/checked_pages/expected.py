"""The ``{expected}`` directive: the output that the code cell above it must produce.

.. code-block:: markdown

   ```{code-cell}
   1 / 3
   ```

   ```{expected}
   :rtol: 1e-5

   0.333333
   ```

The cell's text (what it prints, shows as plain text and raises, in order) is compared by the rules
of :mod:`doctest`, while the page is read, so in every builder. A difference is a warning of type
``expected``, which ``-W`` makes fatal. Options of the directive:

``rtol``, ``atol``
    Compare floats as numbers, with these tolerances (0 where one is left out).
``flags``
    Names of doctest option flags, such as ``ELLIPSIS NORMALIZE_WHITESPACE``.

Every cell that shows something must be pinned: by an expectation, or by an ``assert`` in the cell
about a value that it shows. ``sphinx-build -t fix`` writes the real outputs into the sources
instead of complaining.

The mark under each checked output says the tolerance where there is one, and links to the page that
explains the checks, if ``expected_page`` in ``conf.py`` names one. In HTML it carries how the
output was compared as well, for a script to show.
"""

from __future__ import annotations

import ast
import doctest
import operator
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, fields
from functools import reduce
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from pytest_doctestplus.output_checker import FLOAT_CMP, OutputChecker
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from checked_pages.cells import Cell, cells_of, code_cells, is_cell, shows_output
from checked_pages.sources import write_contents

logger = logging.getLogger(__name__)

#: With -t fix: the outputs to write, by file and line of the directive.
Rewrites = dict[Path, dict[int, str]]


def _flags(names: str | None) -> int:
    """Return the doctest option flags with these names."""
    names = names or ""
    unknown = [name for name in names.split() if name not in doctest.OPTIONFLAGS_BY_NAME]
    if unknown or not names.split():
        raise ValueError(f"not a doctest option flag: {' '.join(unknown) or 'nothing'}")
    return reduce(operator.or_, (doctest.OPTIONFLAGS_BY_NAME[name] for name in names.split()))


class expectation(nodes.Element):  # noqa: N801 - docutils names its nodes in lower case
    """An expectation of a page; it is gone as soon as it was compared."""


class mark(nodes.paragraph):  # noqa: N801 - docutils names its nodes in lower case
    """The sign below an output that agrees with what is expected."""


class Expected(SphinxDirective):
    """Note the output that the cell above must produce."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "rtol": float,
        "atol": float,
        "flags": _flags,
    }

    def run(self) -> list[nodes.Node]:
        node = expectation("", want=normalise("\n".join(self.content)), options=self.options)
        self.set_source_info(node)
        return [node]


class CompareOutputs(SphinxTransform):
    """Compare each cell with the expectation below it, and mark those that agree."""

    default_priority = 40  # before answers and explorers take the cells

    def apply(self, **_: Any) -> None:
        expectations = list(self.document.findall(expectation))
        if not expectations:
            return
        cells = {cell.index: cell for cell in cells_of(self.env, self.env.docname)}
        rewrites: Rewrites = {}
        for node in expectations:
            above = _cell_above(node)
            if above is None:
                _complain(node, "no-cell", "no code cell stands directly above this expectation")
            else:
                above["pinned"] = True  # by this expectation, right or wrong
                self._compare(node, above, text_of(cells[above["cell_index"]].outputs), rewrites)
        for node in expectations:
            node.parent.remove(node)
        for path, outputs in rewrites.items():
            self.env.note_reread()  # what is written now was not read
            config = self.env.__dict__["myst_config"]  # MyST-Parser keeps it there, undeclared
            refused = write_contents(path, outputs, Expected, config)
            print(f"{path}: {len(outputs) - len(refused)} expectations written")
            for line, reason in refused.items():
                location = f"{path}:{line}"
                logger.warning("expected: %s", reason, type="expected", location=location)

    def _compare(
        self,
        node: expectation,
        cell: nodes.container,
        got: str,
        rewrites: dict[Path, dict[int, str]],
    ) -> None:
        want = node["want"]
        right = agrees(want, got, node["options"])
        if not got:
            _complain(
                node,
                "no-output",
                "the code cell above shows no text to compare with: "
                "if it shows something else, add an assert to it instead",
            )
        elif "fix" in self.app.tags and not right:
            rewrites.setdefault(Path(node.source or ""), {})[node.line or 0] = got
        elif not want:
            _complain(node, "empty", f"the expectation is empty; the cell shows\n{got}")
        elif not right:
            difference = doctest.OutputChecker().output_difference(
                doctest.Example("", want), got, doctest.REPORT_UDIFF
            )
            _complain(node, "mismatch", f"the cell shows something else.\n{difference}")
        elif {"rtol", "atol"} & node["options"].keys() and not OutputChecker().find_numbers(want):
            _complain(
                node,
                "tolerance",
                "a tolerance is for floats, and the expectation has none: "
                "a number without a decimal point is compared as text",
            )
        else:
            cell += self._mark(node["options"])

    def _mark(self, options: dict[str, Any]) -> mark:
        words: nodes.Element = nodes.inline("", f"checked{_closeness(options)}")
        if self.config.expected_page:
            words = addnodes.pending_xref(
                "",
                words,
                refdomain="std",
                reftype="doc",
                reftarget=f"/{self.config.expected_page}",
                refdoc=self.env.docname,
                refexplicit=True,
                refwarn=True,
            )
        return mark("", "", words, classes=["checked"], comparison=_comparison(options))


def _cell_above(node: expectation) -> nodes.container | None:
    siblings = node.parent.children
    for sibling in reversed(siblings[: siblings.index(node)]):
        # A message about this directive's options may stand in between.
        if not isinstance(sibling, expectation | nodes.system_message):
            return sibling if isinstance(sibling, nodes.container) and is_cell(sibling) else None
    return None


def agrees(want: str, got: str, options: dict[str, Any]) -> bool:
    """Compare an output with what is expected, by the options of the directive."""
    checker, flags = OutputChecker(), options.get("flags", 0) | doctest.DONT_ACCEPT_TRUE_FOR_1
    if "rtol" in options or "atol" in options:
        flags |= FLOAT_CMP
        checker.rtol = options.get("rtol", 0.0)
        checker.atol = options.get("atol", 0.0)
    return bool(want) and checker.check_output(want, got, flags)


def _closeness(options: dict[str, Any]) -> str:
    """Say how near an output has to be to what is expected; nothing where it is the same."""
    parts = [f"{options['rtol'] * 100:g} %"] if options.get("rtol") else []
    parts += [f"{options['atol']:g}"] if options.get("atol") else []
    within = f" within {' plus '.join(parts)}" if parts else ""
    return within + (" in part" if options.get("flags", 0) & doctest.ELLIPSIS else "")


def _comparison(options: dict[str, Any]) -> str:
    """Say how an output was compared with what is expected."""
    flags, within = options.get("flags", 0), _closeness({**options, "flags": 0})
    if {"rtol", "atol"} & options.keys() or flags & FLOAT_CMP:
        how = f"Its numbers agree{within or ' as floats'} with what is expected"
    else:
        blanks = ", blanks apart" if flags & doctest.NORMALIZE_WHITESPACE else ""
        how = f"Its text is what is expected, in every character{blanks}"
    return how + (", but where three dots stand." if flags & doctest.ELLIPSIS else ".")


def visit_mark(self: HTML5Translator, node: mark) -> None:
    source = {} if self.builder.name == "epub" else {"data-source": node["comparison"]}
    self.body.append(self.starttag(node, "p", "", **source))


def _complain(place: nodes.Node | tuple[str, int], subtype: str, message: str) -> None:
    logger.warning("expected: %s", message, type="expected", subtype=subtype, location=place)


@dataclass
class Counts:
    """How much of a page, or of the whole site, is computed and pinned."""

    pages: int = 0
    cells: int = 0
    outputs: int = 0
    pinned: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


# IPython takes these for no errors of the cell.
_WRITTEN = (
    " that can be pinned: an ExceptionGroup and a magic that there is not are written to stderr "
    "alone. Catch it in the cell, and print what it says"
)


class CellCollector(EnvironmentCollector):
    """Count cells and outputs, and complain about outputs that nothing pins."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        counts, docname = Counts(pages=1), app.env.docname
        shown = {node["cell_index"]: node for node in code_cells(doctree)}
        cells = cells_of(app.env, docname)
        imported = {
            (alias.asname or alias.name).partition(".")[0]
            for cell in cells
            for statement in cell.imports()
            for alias in statement.names
        }
        for cell in cells:
            counts.cells += 1
            errors = [output for output in cell.outputs if output.output_type == "error"]
            if "raises-exception" in cell.tags and not errors:
                written = any(output.get("name") == "stderr" for output in cell.outputs)
                _complain(
                    (docname, cell.line),
                    "no-error",
                    "this cell is tagged raises-exception, and raises nothing"
                    + (_WRITTEN if written else ""),
                )
            node = shown.get(cell.index)
            if node is None or not shows_output(node):
                continue
            counts.outputs += 1
            # What an assert says of a cell that failed is not known.
            if node.get("pinned") or (not errors and _asserts(cell, imported)):
                counts.pinned += 1
            elif errors:
                _complain(
                    (docname, cell.line),
                    "unpinned",
                    "nothing pins the error of this cell: add an {expected} below it",
                )
            else:
                _complain(
                    (docname, cell.line),
                    "unpinned",
                    "nothing pins the output of this cell: add an {expected} below it, "
                    "or an assert about what it shows to it",
                )
        all_counts(app.env)[docname] = counts

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        all_counts(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        all_counts(env).update({name: all_counts(other)[name] for name in docnames})


def all_counts(env: BuildEnvironment) -> dict[str, Counts]:
    """Return the counts of each page read so far."""
    counts: dict[str, Counts] = env.__dict__.setdefault("cell_counts", {})
    return counts


def text_of(outputs: Iterable[Any]) -> str:
    """Return what a cell prints and shows, and its error, as plain text, in order."""

    def texts() -> Iterator[str]:
        for output in outputs:
            if output.output_type == "stream" and output.name == "stdout":
                yield output.text if output.text.endswith("\n") else output.text + "\n"
            elif output.output_type == "error":
                yield f"{output.ename}: {output.evalue}\n"
            elif output.output_type in ("display_data", "execute_result"):
                yield output.data.get("text/plain", "") + "\n"

    return normalise("".join(texts()))


def normalise(text: str) -> str:
    """Drop blank lines around the text and blanks at line ends, which no reader can see."""
    lines = [line.rstrip() for line in text.split("\n")]
    text = "\n".join(lines).strip("\n")
    return text + "\n" if text else ""


def _asserts(cell: Cell, imported: Set[str]) -> bool:
    """Return whether the cell asserts something about a value that it shows."""
    shown, asserted = set[str](), set[str]()
    for node in cell.syntax():
        match node:
            case ast.Assert(test=test):
                asserted |= _values(test)
            case ast.Call(func=ast.Name(id="print" | "display")):
                shown |= _values(node)
            case ast.Module(body=[*_, ast.Expr(value=value)]):
                shown |= _values(value)
    return bool(shown & asserted - imported)


def _values(expression: ast.expr) -> set[str]:
    """Return the names in an expression but those that are called."""
    nodes = list(ast.walk(expression))
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    return {node.id for node in nodes if isinstance(node, ast.Name) and node not in called}


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("checked_pages.cells")
    app.add_config_value("expected_page", "", "env", str)
    app.add_node(mark, html=(visit_mark, HTML5Translator.depart_paragraph))
    app.add_directive("expected", Expected)
    app.add_transform(CompareOutputs)
    app.add_env_collector(CellCollector)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
