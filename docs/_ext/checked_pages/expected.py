"""The ``{expected}`` directive: the output that the code cell above it must produce.

.. code-block:: markdown

   ```{code-cell}
   1 / 3
   ```

   ```{expected}
   :rtol: 1e-5

   0.333333
   ```

The cell's text (what it prints, then its result as plain text) is compared by the rules of
:mod:`doctest`, while the page is read, so in every builder. A difference is a warning of type
``expected``, which ``-W`` makes fatal. Options of the directive:

``rtol``, ``atol``
    Compare floats as numbers, with these tolerances (0 where one is left out).
``flags``
    Names of doctest option flags, such as ``ELLIPSIS NORMALIZE_WHITESPACE``.

Every cell that shows something must be pinned: by an expectation, or by an ``assert`` in the
cell. ``sphinx-build -t fix`` writes the real outputs into the sources instead of complaining.

The page that explains the checks is named by ``expected_page`` in ``conf.py``; the mark under each
checked output links to it.
"""

from __future__ import annotations

import ast
import doctest
import operator
import re
from collections.abc import Iterator, Set
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
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


def _flags(names: str | None) -> int:
    """Return the doctest option flags with these names."""
    names = names or ""
    unknown = [name for name in names.split() if name not in doctest.OPTIONFLAGS_BY_NAME]
    if unknown or not names.split():
        raise ValueError(f"not a doctest option flag: {' '.join(unknown) or 'nothing'}")
    return reduce(operator.or_, (doctest.OPTIONFLAGS_BY_NAME[name] for name in names.split()))


class Expected(SphinxDirective):
    """Compare the output of the cell above with the content of the directive."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "rtol": float,
        "atol": float,
        "flags": _flags,
    }
    # With -t fix: the outputs to write, by file and line of the directive.
    rewrites: ClassVar[dict[Path, dict[int, str]]] = {}

    def run(self) -> list[nodes.Node]:
        cell = self._cell_above()
        if cell is None:
            return self._complain("no-cell", "no code cell stands directly above this expectation")
        cell["pinned"] = True  # by this expectation, right or wrong
        got = text_of(
            running_page(self.state.document).nb_client.code_cell_outputs(cell["cell_index"])[1]
        )
        if not got:
            return self._complain("no-output", "the code cell above shows no text to compare with")
        want = normalise("\n".join(self.content))
        if "fix" in self.env.app.tags:
            if not self._agrees(want, got):
                path, line = self.get_source_info()
                self.rewrites.setdefault(Path(path), {})[line] = got
        elif not want:
            return self._complain("empty", f"the expectation is empty; the cell shows\n{got}")
        elif not self._agrees(want, got):
            difference = doctest.OutputChecker().output_difference(
                doctest.Example("", want), got, doctest.REPORT_UDIFF
            )
            return self._complain("mismatch", f"the cell shows something else.\n{difference}")
        cell += self._mark()
        return []

    def _cell_above(self) -> nodes.container | None:
        page = running_page(self.state.document)
        siblings = page.current_node.children if page else []
        # A message about this directive's options may stand in between.
        others = (n for n in reversed(siblings) if not isinstance(n, nodes.system_message))
        above = next(others, None)
        is_cell = isinstance(above, nodes.container) and above.get("nb_element") == "cell_code"
        return above if is_cell else None

    def _agrees(self, want: str, got: str) -> bool:
        checker, flags = OutputChecker(), self.options.get("flags", 0)
        if "rtol" in self.options or "atol" in self.options:
            flags |= FLOAT_CMP
            checker.rtol = self.options.get("rtol", 0.0)
            checker.atol = self.options.get("atol", 0.0)
        return bool(want) and checker.check_output(want, got, flags)

    def _complain(self, subtype: str, message: str) -> list[nodes.Node]:
        location = self.get_location()
        logger.warning("expected: %s", message, type="expected", subtype=subtype, location=location)
        return []

    def _mark(self) -> nodes.Element:
        reference = addnodes.pending_xref(
            "",
            nodes.inline("", "checked"),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{self.config.expected_page}",
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )
        return nodes.paragraph("", "", reference, classes=["checked"])


@dataclass
class Counts:
    """How much of a page, or of the whole site, is computed and pinned."""

    pages: int = 0
    cells: int = 0
    outputs: int = 0
    pinned: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class CellCollector(EnvironmentCollector):
    """Count cells and outputs, and complain about outputs that nothing pins."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        counts = Counts(pages=1)
        for cell in _parts(doctree, "cell_code"):
            counts.cells += 1
            if not any(_parts(cell, "cell_code_output")):
                continue
            counts.outputs += 1
            if cell.get("pinned") or _asserts(cell):
                counts.pinned += 1
            else:
                logger.warning(
                    "expected: nothing pins the output of this cell: add an {expected} below it, "
                    "or an assert to it",
                    type="expected",
                    subtype="unpinned",
                    location=cell,
                )
        all_counts(app.env)[app.env.docname] = counts

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


def running_page(document: nodes.document) -> Any:
    """Return MyST-NB's renderer of the page that is being read, or None if it runs no cells."""
    return document["nb_renderer"].renderer if "nb_renderer" in document else None


def text_of(outputs: list[Any]) -> str:
    """Return what a cell prints and shows, as plain text, in order."""

    def texts() -> Iterator[str]:
        for output in outputs:
            if output.output_type == "stream" and output.name == "stdout":
                yield output.text if output.text.endswith("\n") else output.text + "\n"
            elif output.output_type in ("display_data", "execute_result"):
                yield output.data.get("text/plain", "") + "\n"

    return normalise("".join(texts()))


def normalise(text: str) -> str:
    """Drop blank lines around the text and blanks at line ends, which no reader can see."""
    lines = [line.rstrip() for line in text.split("\n")]
    text = "\n".join(lines).strip("\n")
    return text + "\n" if text else ""


def write_outputs(app: Sphinx, exception: Exception | None) -> None:
    """Write the outputs found into the sources, and change nothing else."""
    for path, outputs in Expected.rewrites.items():
        lines = path.read_text(encoding="utf-8").split("\n")
        for line, output in sorted(outputs.items(), reverse=True):
            start, end = _body(lines, line)
            blank = [""] if start > line else []
            lines[start:end] = [*blank, *output.rstrip("\n").split("\n")]
        path.write_text("\n".join(lines), encoding="utf-8")
        print(f"{path}: {len(outputs)} expectations written")


def _body(lines: list[str], start: int) -> tuple[int, int]:
    """Return where a directive's content starts and ends; its options begin at ``start``."""
    opening = lines[start - 1].lstrip()
    fence = opening.removesuffix(opening.lstrip(opening[0]))
    closing = re.compile(rf"\s*{fence}{fence[0]}*\s*")
    end = next(i for i in range(start, len(lines)) if closing.fullmatch(lines[i]))
    if lines[start].strip() == "---":
        return lines.index("---", start + 1) + 1, end
    while start < end and lines[start].startswith(":"):
        start += 1
    return start, end


def _parts(node: nodes.Element, kind: str) -> Iterator[nodes.container]:
    """Return what MyST-NB made of a cell, or of its part, anywhere in ``node``."""
    return (part for part in node.findall(nodes.container) if part.get("nb_element") == kind)


def _asserts(cell: nodes.container) -> bool:
    blocks = cell.findall(nodes.literal_block)
    sources = (block.astext() for block in blocks if "output" not in block["classes"])
    return any(
        isinstance(node, ast.Assert) for source in sources for node in ast.walk(ast.parse(source))
    )


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("myst_nb")
    app.add_config_value("expected_page", "verification", "env", str)
    app.add_directive("expected", Expected)
    app.add_env_collector(CellCollector)
    app.connect("build-finished", write_outputs)
    # The outputs to write are collected in one process.
    return {"parallel_read_safe": "fix" not in app.tags, "parallel_write_safe": True}
