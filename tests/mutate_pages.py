"""Put small mistakes into the cells of the pages, one at a time, and count those that are noticed.

``python tests/mutate_pages.py`` tries every mistake and writes ``docs/data/page_mutation.json``.
It can be interrupted: the next run continues. ``--sample`` tries some of them, ``--page NAME``
those of one page. All exit with 1 where a mistake survives that
``tests/equivalent_page_mutants.toml`` does not list, or where that list holds what is not so.

A mistake is noticed where its cell or a later one fails, warns, or shows something else than the
expectation below it. So it survives where a page could say something false and build all the same.
The mistakes are those of mutmut, and those that would make a comparison worthless: it is turned
round, or an operand becomes a copy of the other. An ``assert`` is left alone, as it is no result
but a check.

A page is run once. In front of each cell it stands still, and for each mistake in that cell a
process is forked that goes on from there.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import io
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import libcst as cst
from IPython.core.formatters import PlainTextFormatter
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mutate import (
    _BROKEN,
    _CAUGHT,
    _SURVIVED,
    PACKAGE,
    ROOT,
    SAMPLE,
    Counts,
    Mutant,
    _fork,
    _limit,
    count,
    digest,
    identity_of,
    mutants_of,
    out_of_date,
    write_down,
)
from mutmut.mutation.mutators import mutation_operators
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.parsers.directives import parse_directive_text

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
from checked_pages.expected import Expected, agrees, normalise

LIST = "equivalent_page_mutants.toml"
RESULT = Path("docs") / "data" / "page_mutation.json"
TARGET = 90.0  # % of the mutants that must be noticed


# The cells


@dataclass(frozen=True)
class Cell:
    """A code cell of a page, and the expectation below it."""

    line: int
    code: str
    fails: bool  #: as its tag says
    expected: str | None
    options: dict[str, Any]

    def agrees(self, got: str) -> bool:
        return self.expected is None or agrees(normalise(self.expected), got, self.options)


def cells_of(text: str) -> list[Cell]:
    """Read the cells of a page with the readers that the site is built with."""
    notebook = read_myst_markdown_notebook(text)
    cells, begun = [], 0
    for cell, below in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        if cell.cell_type != "code":
            continue
        begun = text.index(cell.source, begun)
        expected, options = None, {}
        tokens = MarkdownIt().parse(below.source) if below else []
        if tokens and tokens[0].info.strip() == "{expected}":
            directive = parse_directive_text(Expected, "", tokens[0].content)
            expected, options = "\n".join(directive.body), directive.options
        line = text.count("\n", 0, begun) + 1
        code = TransformerManager().transform_cell(cell.source)
        fails = "raises-exception" in cell.metadata.get("tags", [])
        cells.append(Cell(line, code, fails, expected, options))
    return cells


def show(cell: Cell, names: dict[str, Any]) -> str:
    """Run a cell, and return what it prints and shows, as plain text."""
    tree = ast.parse(cell.code)
    last = tree.body[-1] if tree.body else None
    shown = isinstance(last, ast.Expr) and not cell.code.rstrip().endswith(";")
    if shown:
        tree.body.pop()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "cell", "exec"), names)
        if shown:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if value is not None:
                print(PlainTextFormatter()(value))
    return normalise(printed.getvalue())


def notices(cell: Cell, names: dict[str, Any]) -> bool:
    """Run a cell, and return whether the build would stop there."""
    with contextlib.redirect_stderr(io.StringIO()) as warned:
        try:
            right = cell.agrees(show(cell, names)) and not cell.fails
        except Exception:
            right = cell.fails
    return not right or bool(warned.getvalue())


# The mutants


def operator_turn(node: cst.ComparisonTarget) -> Iterator[cst.CSTNode]:
    """Turn a comparison round."""
    turned = {
        cst.LessThan: cst.GreaterThan,
        cst.LessThanEqual: cst.GreaterThanEqual,
        cst.GreaterThan: cst.LessThan,
        cst.GreaterThanEqual: cst.LessThanEqual,
    }
    if type(node.operator) in turned:
        yield node.with_changes(operator=turned[type(node.operator)]())


def operator_copy(node: cst.BinaryOperation) -> Iterator[cst.CSTNode]:
    """Put one operand in the place of the other."""
    if not node.left.deep_equals(node.right):
        yield node.with_changes(left=node.right)
        yield node.with_changes(right=node.left)


def operator_copy_compared(node: cst.Comparison) -> Iterator[cst.CSTNode]:
    """Put one side of a comparison in the place of the other."""
    target = node.comparisons[0]
    if len(node.comparisons) == 1 and not node.left.deep_equals(target.comparator):
        yield node.with_changes(left=target.comparator)
        yield node.with_changes(comparisons=[target.with_changes(comparator=node.left)])


def operator_copy_argument(node: cst.Call) -> Iterator[cst.CSTNode]:
    """Put one of the first two arguments of a call in the place of the other."""
    if len(node.args) < 2 or any(arg.keyword or arg.star for arg in node.args[:2]):
        return
    first, second, *others = node.args
    if not first.value.deep_equals(second.value):
        for value in (first.value, second.value):
            both = [first.with_changes(value=value), second.with_changes(value=value)]
            yield node.with_changes(args=[*both, *others])


OPERATORS = [
    *mutation_operators,
    (cst.ComparisonTarget, operator_turn),
    (cst.BinaryOperation, operator_copy),
    (cst.Comparison, operator_copy_compared),
    (cst.Call, operator_copy_argument),
]


@dataclass(frozen=True)
class PageMutant(Mutant):
    """A cell of a page in which one piece of text is another one."""

    line: int = 0  #: of the cell

    @property
    def key(self) -> str:
        return f"{self.line}:{super().key}"

    @property
    def piece(self) -> str:
        """What is changed, and nothing around it."""
        return self.original[self.start : self.end]

    def __str__(self) -> str:
        line = self.line + self.original.count("\n", 0, self.start)
        return f"docs/{self.module}.md:{line}\n    - {self.before}\n    + {self.after}"


def mutants_of_cell(path: Path, cell: Cell) -> Iterator[PageMutant]:
    """Make the mutants of a cell, its asserts left alone."""
    asserts = {
        line
        for node in ast.walk(ast.parse(cell.code))
        if isinstance(node, ast.Assert)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    for mutant in mutants_of(path.stem, cell.code, OPERATORS):
        if cell.code.count("\n", 0, mutant.start) + 1 not in asserts:
            yield PageMutant(*astuple(mutant), cell.line)


# The run


class Page:
    """A page that is run cell by cell, in a process of its own."""

    def __init__(self, path: Path, mutants: Sequence[PageMutant], journal: Path) -> None:
        self.cells = cells_of(path.read_text(encoding="utf-8"))
        self.folder, self.mutants, self.journal = path.parent, mutants, journal
        self.slots = os.cpu_count() or 1
        self.running: dict[int, PageMutant] = {}

    def run(self) -> int:
        """Try the mutants of each cell in front of it, and write down what became of them."""
        os.chdir(self.folder)
        for cell in self.cells:  # load what it imports once, before forking
            for node in ast.walk(ast.parse(cell.code)):
                if isinstance(node, ast.ImportFrom) and node.module:
                    import_module(node.module)
        module = sys.modules["__main__"] = ModuleType("__main__")
        names = module.__dict__
        _, status, usage = os.wait4(_fork(lambda: self._try(self.cells, names)), 0)
        if status:
            return _BROKEN
        limit = 10 + 5 * int(usage.ru_utime)
        for place, cell in enumerate(self.cells):
            gc.freeze()  # or else each process looks through all that is loaded, again and again
            for mutant in self.mutants:
                if mutant.line == cell.line:
                    rest = [replace(cell, code=mutant.source), *self.cells[place + 1 :]]
                    self._wait(self.slots - 1)
                    pid = _fork(partial(self._try, rest, names, limit))
                    self.running[pid] = mutant
            self._wait(0)
            notices(cell, names)
        return 0

    def _wait(self, most: int) -> None:
        """Wait until no more than so many mutants are running."""
        while len(self.running) > most:
            pid, status = os.wait()
            verdict = "caught" if status else "survived"
            with self.journal.open("a", encoding="utf-8") as file:
                file.write(f"{self.running.pop(pid).key} {verdict}\n")

    @staticmethod
    def _try(cells: Iterable[Cell], names: dict[str, Any], limit: int = 0) -> int:
        if limit:
            _limit(limit)
        try:
            return _CAUGHT if any(notices(cell, names) for cell in cells) else _SURVIVED
        except BaseException:  # such as SystemExit
            return _CAUGHT


def run(pages: Mapping[Path, Sequence[PageMutant]], folder: Path) -> dict[str, bool]:
    """Try every mutant without a verdict in its page's journal; return whether each is noticed."""
    caught: dict[str, bool] = {}
    package = sorted((ROOT / PACKAGE).glob("*.py"))
    for path, mutants in pages.items():
        journal = folder / f"{path.stem}-{digest([path, *package])[:16]}"
        journal.touch()

        def verdicts(journal: Path = journal) -> dict[str, bool]:
            lines = [line.split() for line in journal.read_text(encoding="utf-8").splitlines()]
            return {key: verdict == "caught" for key, verdict in lines}

        tried = verdicts()
        waiting = [mutant for mutant in mutants if mutant.key not in tried]
        print(f"{path.stem}: {len(mutants)} mutants, {len(waiting)} of them not tried", flush=True)
        if waiting and os.waitpid(_fork(Page(path, waiting, journal).run), 0)[1]:
            raise RuntimeError(f"without a mistake this page stops the build: {path}")
        found = verdicts()
        caught |= {mutant.key: found[mutant.key] for mutant in mutants}
    return caught


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", action="store_true", help=f"every {SAMPLE}th mutant only")
    parser.add_argument("--page", action="append", help="the mutants of this page only")
    parser.add_argument("--root", type=Path, default=ROOT, help="another project, for the tests")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    cells = {
        path: cells_of(path.read_text(encoding="utf-8"))
        for path in sorted((root / "docs").glob("*.md"))
    }
    names = [path.stem for path, found in cells.items() if found]
    if unknown := set(options.page or ()) - set(names):
        parser.error(f"--page must be one of {', '.join(names)}; got {', '.join(unknown)}")
    every = {
        path: [mutant for cell in found for mutant in mutants_of_cell(path, cell)]
        for path, found in cells.items()
    }
    identities = {path.stem: identity_of(found) for path, found in every.items() if found}
    pages = {path: found for path, found in every.items() if path.stem in (options.page or names)}
    mutants = [mutant for found in pages.values() for mutant in found]
    sample = {mutant.key for mutant in mutants[:: SAMPLE if options.sample else 1]}
    tried = {
        path: [mutant for mutant in found if mutant.key in sample] for path, found in pages.items()
    }
    folder = root / "_build" / "page-mutants"
    folder.mkdir(parents=True, exist_ok=True)
    caught = run(tried, folder)
    listed, kinds = listed_in(root / "tests" / LIST, mutants, caught)
    listed = [entry for entry in listed if not options.page or entry["page"] in options.page]
    counts, wrong = count(
        mutants, caught, listed, TARGET, lambda mutant: any(kind.has(mutant) for kind in kinds)
    )
    if not (options.sample or options.page):
        survivors = [mutant for mutant in mutants if not caught[mutant.key]]
        for kind in kinds:
            if not any(map(kind.has, survivors)):
                wrong.append(f"listed, but there is no such mistake: {kind}")
    for name, found in [*counts.items(), ("all", sum(counts.values(), start=Counts()))]:
        print(f"{name:24} {found}")
    result = root / RESULT
    if not options.sample:
        write_down(result, "pages", counts, identities, TARGET)
    elif not options.page:
        wrong += out_of_date(result, "pages", identities)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


@dataclass(frozen=True)
class Kind:
    """Mistakes that survive for one reason, by patterns of their texts; each may be empty."""

    reason: str
    line: str = ""  #: as it is
    piece: str = ""  #: of the line that is changed
    into: str = ""  #: what the piece becomes

    def has(self, mutant: Mutant) -> bool:
        assert isinstance(mutant, PageMutant)
        texts = mutant.before, mutant.piece, mutant.text
        patterns = self.line, self.piece, self.into
        return all(
            re.search(pattern, " ".join(text.split()))
            for pattern, text in zip(patterns, texts, strict=True)
        )


def listed_in(
    path: Path, mutants: Sequence[Mutant], caught: Mapping[str, bool]
) -> tuple[list[dict[str, Any]], list[Kind]]:
    """Read the list; an entry that does not say what its lines become means all that survive."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = []
    for entry in listed["mutant"]:
        line = entry["page"], entry["before"]
        found = {
            (mutant.function, mutant.after)
            for mutant in mutants
            if (mutant.module, mutant.before) == line and caught.get(mutant.key) is not True
        }
        texts = {after for _, after in found}
        wanted = set(entry.get("after", texts or ["anything"]))
        # The line may stand in more than one function. What is wanted in vain is for the count.
        found = {place for place in found if place[1] in wanted}
        for function, after in sorted(found | {("", text) for text in wanted - texts}):
            entries.append(
                {**entry, "module": entry["page"], "function": function, "after": [after]}
            )
    return entries, [Kind(**kind) for kind in listed.get("kind", [])]


if __name__ == "__main__":
    sys.exit(main())
