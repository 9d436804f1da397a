"""Put small mistakes into the package, one at a time, and count those that the tests catch.

``python tests/mutate.py`` tries every mistake and writes ``docs/data/mutation.json``. It can be
interrupted: the next run continues. ``--sample`` tries every 40th and writes nothing, ``--module
NAME`` those of one module, whose counts it writes; ``--limit`` says how long a mistake may compute.
All exit with 1 where a mistake survives that ``tests/equivalent_mutants.toml`` does not list, where
too few are caught, or where that list holds what is not so (any more).

The mistakes are those of mutmut. Its own runner changes functions only, and only after the package
is imported, so it cannot judge tables, constants and properties, nor what is computed while
importing. So this script runs them: each in a process of its own, forked from one that has loaded
the libraries, on a copy of the package with the mistake in it. A test runs only where it calls the
function that was changed, the fastest first.
"""

from __future__ import annotations

import argparse
import compileall
import gc
import hashlib
import json
import os
import re
import runpy
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, field, fields
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import libcst as cst
import numpy as np
import pytest
from hypothesis import Phase, settings
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import OPERATORS_TYPE, mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ROOT = Path(__file__).parents[1]
PACKAGE = "conv1x1"
TARGET = 95.0  # % of the mutants that must be caught; listing the others is not enough
SAMPLE = 40
MEMORY = 4 << 30  # bytes; a mutant that wants more is caught
HELPERS = ("tests/conftest.py", "tests/strategies.py")
LIST = "equivalent_mutants.toml"
RESULT = Path("docs") / "data" / "mutation.json"


# The mutants


@dataclass(frozen=True)
class Mutant:
    """A module in which one piece of text is another one."""

    module: str
    function: str  #: empty outside functions
    original: str = field(repr=False)
    start: int
    end: int
    text: str

    @property
    def source(self) -> str:
        return self.original[: self.start] + self.text + self.original[self.end :]

    @property
    def before(self) -> str:
        """The lines that are changed, in one line without indentation."""
        return self._lines[0]

    @property
    def after(self) -> str:
        """What these lines become."""
        return self._lines[1]

    @property
    def _lines(self) -> tuple[str, str]:
        first = self.original.rfind("\n", 0, self.start) + 1
        last = self.original.find("\n", self.end) % (len(self.original) + 1)
        old = self.original[first:last].split("\n")
        changed = self.original[first : self.start] + self.text + self.original[self.end : last]
        new = changed.split("\n")
        while old and new and old[0] == new[0]:
            del old[0], new[0]
        while old and new and old[-1] == new[-1]:
            del old[-1], new[-1]
        return " ".join(map(str.strip, old)), " ".join(map(str.strip, new))

    @property
    def key(self) -> str:
        """A name for its verdict in the journal."""
        return hashlib.sha256(f"{self.module}\n{self.source}".encode()).hexdigest()[:20]

    def __str__(self) -> str:
        line = self.original.count("\n", 0, self.start) + 1
        place = f"{PACKAGE}/{self.module}.py:{line}"
        return f"{place} {self.function}\n    - {self.before}\n    + {self.after}"


class _Visitor(MutationVisitor):
    """Mutmut's visitor; this one also enters properties, as whole modules are replaced here."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        decorated = isinstance(node, cst.FunctionDef) and node.decorators
        return not decorated and super()._skip_node_and_children(node)


def mutants_of(
    module: str, source: str, operators: OPERATORS_TYPE = mutation_operators
) -> Iterator[Mutant]:
    """Make mutmut's mutants of a module, those outside functions included."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor(operators, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    edit = _Editor(wrapper, source)
    seen = set()
    for mutation in visitor.mutations:
        change = edit(mutation.original_node, mutation.mutated_node)
        if change not in seen:
            seen.add(change)
            function = edit.function_of(mutation.original_node)
            mutant = Mutant(module, function, source, *change)
            if _is_visible(mutant):
                yield mutant


class _Editor:
    """Turns the replacement of a node into the replacement of a piece of the source."""

    def __init__(self, wrapper: MetadataWrapper, source: str) -> None:
        self.tree, self.source = wrapper.module, source
        self.positions = wrapper.resolve(PositionProvider)
        self.parents = wrapper.resolve(ParentNodeProvider)
        self.lines = [0, *(match.end() for match in re.finditer("\n", source))]

    def __call__(self, old: cst.CSTNode, new: cst.CSTNode) -> tuple[int, int, str]:
        """Return start, end and new text of the piece that the node is written in."""
        node = old
        while True:
            code = self.tree.code_for_node(node)
            if self.parents[node] is self.tree:
                start = self.source.index(code)
                break
            # The position leaves out parentheses and comments. Then its parent is replaced.
            if position := self.positions.get(node):
                start = self.lines[position.start.line - 1] + position.start.column
                if self.source.startswith(code, start):
                    break
            node = self.parents[node]
        changed = new if node is old else deep_replace(node, old, new)
        assert isinstance(changed, cst.CSTNode)  # nothing is removed, and nothing becomes two
        return start, start + len(code), self.tree.code_for_node(changed)

    def function_of(self, node: cst.CSTNode) -> str:
        """Return the name of the function or the method that holds a node, or nothing."""
        names = []
        while node is not self.tree:
            if isinstance(node, cst.FunctionDef | cst.ClassDef):
                names.append(node)
            node = self.parents[node]
        names.reverse()
        inside = [isinstance(n, cst.FunctionDef) for n in names]
        if True not in inside:
            return ""
        return ".".join(n.name.value for n in names[: inside.index(True) + 1])


# The end of a call, with what may say that a zip is strict.
_STRICT = re.compile(r",\s*(strict=\w+,?)?\s*(?=\))")


def _is_visible(mutant: Mutant) -> bool:
    """Whether more is changed than the strictness of a ``zip``.

    ``strict=True`` says that two lengths are always the same, as ``assert`` would. No call can tell
    whether it is there.
    """
    return _STRICT.sub("", mutant.before) != _STRICT.sub("", mutant.after)


def article_mutants(source: str, path: Path) -> Iterator[Mutant]:
    """Make one mutant of each entry of each array of the article, and of each field of a claim.

    The arrays are found, not listed, and so are the functions that draw the digits.
    """
    names = runpy.run_path(str(path))
    for name, value in names.items():
        if isinstance(value, np.ndarray):
            step = 1 if value.dtype.kind == "i" else 0.1
            for index in np.ndindex(value.shape):
                place = f"{name}[{', '.join(map(str, index))}]"
                yield _appended(source, "", place, value[index], f"{place} += {step}")
        elif name.startswith("digit_"):
            for index in np.ndindex(value(1, 2).shape):
                place = f"maps[{', '.join(map(str, index))}]"
                letter = "ab"[index[0]]
                entry = letter if value(1, 2)[index] else 0
                statement = f"{place} = {0 if entry else letter}"
                yield _appended(source, name, place, entry, statement, _DIGIT)
    for i, claim in enumerate(names["CLAIMS"]):
        for key, text in claim._asdict().items():
            other = "wrong" if text == "right" else "right" if key == "verdict" else f"Not {text}"
            statement = f"CLAIMS = (*CLAIMS[:{i}], CLAIMS[{i}]._replace({key}={other!r}), "
            statement += f"*CLAIMS[{i + 1}:])"
            yield _appended(source, "", f"CLAIMS[{i}].{key}", repr(text), statement)


_DIGIT = """\
import functools
@functools.wraps({name})
def {name}(a, b, original={name}):
    maps = original(a, b)
    {statement}
    return maps
"""


def _appended(
    source: str, name: str, place: str, value: Any, statement: str, template: str = "{statement}\n"
) -> Mutant:
    code = template.format(name=name, statement=statement)
    return Mutant("article", name, source, len(source), len(source), code)


def all_mutants(root: Path) -> list[Mutant]:
    """Make the mutants of every module of the package, which are found, not listed."""
    paths = sorted((root / PACKAGE).glob("*.py"))
    return [mutant for path in paths for mutant in mutants_in(path)]


def mutants_in(path: Path) -> Iterator[Mutant]:
    """Make the mutants of one module of the package."""
    source = path.read_text(encoding="utf-8")
    found = mutants_of(path.stem, source)
    if path.stem == "article":
        # Every array entry and every claim, instead of what mutmut makes of these literals.
        found = (mutant for mutant in found if mutant.function)
        yield from article_mutants(source, path)
    yield from found


# The judge


class Recorder:
    """A pytest plugin that notes which functions each test calls, and how long it takes."""

    def __init__(self, package: Path, file: str) -> None:
        self.prefix = f"{package}{os.sep}"
        self.file = self.test = file  #: the file, while it is imported: that can change all of it
        self.calls: dict[str, set[str]] = {}  #: function to tests
        self.seconds: dict[str, float] = {}

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self.prefix):
            name = f"{Path(code.co_filename).stem}.{code.co_qualname.partition('.<locals>')[0]}"
            self.calls.setdefault(name, set()).add(self.test)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.test = item.nodeid
        result = yield
        self.test = self.file
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration


class Selection:
    """A pytest plugin that runs the tests that can notice, the likeliest first.

    These are the tests that noticed other mistakes in the same function, the last first; then the
    fastest.
    """

    def __init__(
        self, tests: set[str], likely: Sequence[str], seconds: dict[str, float], note: Path
    ) -> None:
        self.tests = tests  #: and whole files
        self.likely = likely
        self.seconds = seconds
        self.note = note  #: where to write the test that failed

    def pytest_sessionstart(self) -> None:
        # A failing example need not be made small.
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", settings.default, phases=phases)
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if {item.nodeid, _file(item.nodeid)} & self.tests]
        last = len(self.likely)
        order = {test: place for place, test in enumerate(self.likely)}
        items.sort(key=lambda i: (order.get(i.nodeid, last), self.seconds.get(i.nodeid, 0)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.note.write_text(report.nodeid, "utf-8")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.note.write_text(report.nodeid, "utf-8")


def _place(mutant: Mutant) -> str:
    return f"{mutant.module}.{mutant.function or '<module>'}"


def _file(test: str) -> str:
    return test.partition("::")[0]


@dataclass
class Judge:
    """The tests of a project, in a scratch folder with one copy of the package for each slot."""

    root: Path
    scratch: Path
    slots: int
    limit: int
    calls: dict[str, set[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    likely: dict[str, list[str]] = field(default_factory=dict)  #: function to tests that caught

    def __post_init__(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        ignored = shutil.ignore_patterns("__pycache__")
        for slot in range(self.slots):
            shutil.copytree(self.root / PACKAGE, self.scratch / f"{slot}" / PACKAGE, ignore=ignored)
        shutil.copytree(self.root / "tests", self.scratch / "tests", ignore=ignored)
        shutil.copy(self.root / "pyproject.toml", self.scratch)
        if (self.root / "docs").is_dir():
            (self.scratch / "docs").symlink_to(self.root / "docs")
        # A mutant may have the size and the second of its neighbour: go by the contents.
        mode = PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(self.scratch, quiet=1, invalidation_mode=mode)
        self.files = sorted(
            f"tests/{path.name}"
            for module in [*(path.stem for path in (self.root / PACKAGE).glob("*.py")), "package"]
            for path in (self.root / "tests").glob(f"test_{module}*.py")
            if "playwright" not in path.read_text(encoding="utf-8")
        )

    def learn(self, notes: Path) -> list[str]:
        """Find out what each test calls, by running it without a mistake; return what fails.

        What was found is noted in a file, for the next run.
        """
        if not notes.exists():
            files, failed = [*self.files], []
            running: dict[int, str] = {}
            while files or running:
                while files and len(running) < self.slots:
                    file = files.pop()
                    running[_fork(partial(self._learn_one, file))] = file
                pid, status = os.wait()
                file = running.pop(pid)
                if status:
                    failed.append(file)
            if failed:
                return failed
            found = [json.loads(self._notes(file).read_text("utf-8")) for file in self.files]
            notes.write_text(json.dumps(found), "utf-8")
        for calls, seconds, modules in json.loads(notes.read_text("utf-8")):
            self.seconds |= seconds
            for module in modules:  # load them once, before forking
                with suppress(ImportError):
                    import_module(module)
            for function, tests in calls.items():
                self.calls.setdefault(function, set()).update(tests)
        return []

    def _learn_one(self, file: str) -> int:
        recorder = Recorder(self.scratch / "0" / PACKAGE, file)
        sys.setprofile(recorder.profile)
        code = self._pytest([file], recorder, slot=0)
        sys.setprofile(None)
        calls = {function: sorted(tests) for function, tests in recorder.calls.items()}
        modules = [
            name
            for name, module in sys.modules.items()
            if not str(getattr(module, "__file__", None)).startswith(f"{self.scratch}{os.sep}")
        ]
        self._notes(file).write_text(json.dumps([calls, recorder.seconds, modules]), "utf-8")
        return code

    def _notes(self, file: str) -> Path:
        return self.scratch / f"{Path(file).stem}.json"

    def digest(self) -> str:
        """Return a digest of all that a verdict depends on."""
        paths = [self.root / file for file in [*self.files, *HELPERS]]
        paths += [*sorted((self.root / PACKAGE).glob("*.py")), self.root / "pyproject.toml"]
        return digest(paths)[:16]

    def start(self, mutant: Mutant, slot: int) -> int:
        """Start the trial of a mutant in a process, and return its number."""
        self._path(mutant, slot).write_text(mutant.source, encoding="utf-8")
        return _fork(lambda: self._try(mutant, slot))

    def clean(self, mutant: Mutant, slot: int) -> None:
        """Take the mistake out again, and remember which test caught it."""
        shutil.copy(self.root / PACKAGE / f"{mutant.module}.py", self._path(mutant, slot))
        note = self._note(slot)
        if note.exists():
            test, likely = note.read_text("utf-8"), self.likely.setdefault(_place(mutant), [])
            if test in likely:
                likely.remove(test)
            likely.insert(0, test)
            note.unlink()

    def _note(self, slot: int) -> Path:
        return self.scratch / f"{slot}" / "caught"

    def _path(self, mutant: Mutant, slot: int) -> Path:
        return self.scratch / f"{slot}" / PACKAGE / f"{mutant.module}.py"

    def _try(self, mutant: Mutant, slot: int) -> int:
        place = _place(mutant)
        tests = self.calls.get(place, set())
        spent = sum(s for test, s in self.seconds.items() if {test, _file(test)} & tests)
        _limit(self.limit + 10 * int(spent))
        likely = self.likely.get(place, [])
        files = {_file(test) for test in tests}
        first = {file for file in files if file.startswith(f"tests/test_{mutant.module}")}
        if likely:
            first = {_file(likely[0])}
        selection = Selection(tests, likely, self.seconds, self._note(slot))
        for part in filter(None, (first, files - first)):
            code = self._pytest(sorted(part), selection, slot)
            if code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
                return _CAUGHT
            if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                return _BROKEN
        return _SURVIVED

    def _pytest(self, files: Sequence[str], plugin: object, slot: int) -> int:
        """Run test files on the package in a slot, up to the first failure."""
        os.chdir(self.scratch)
        sys.path[:0] = [str(self.scratch / f"{slot}")]
        options = ["-q", "-x", "--tb=no", "--assert=plain", "-p", "no:cacheprovider"]
        return pytest.main([*options, *files], plugins=[plugin])


# What the process that tries a mutant exits with. One that is killed has caught it: see _limit.
_SURVIVED, _CAUGHT, _BROKEN = 0, 1, 2


def _fork(work: Callable[[], int]) -> int:
    """Do work in a process of its own, which exits with what it returns."""
    pid = os.fork()
    if pid:
        return pid
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os._exit(work())
    finally:
        os._exit(_BROKEN)


def _limit(seconds: int) -> None:
    """End this process when it has computed for so long, or takes very much memory."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with suppress(ValueError):  # where the system knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(60 + 10 * seconds)  # asleep, or on a machine with much else to do


# The run


def digest(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of the names and contents of files."""
    sha = hashlib.sha256()
    for path in paths:
        sha.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return sha.hexdigest()


def source_of(path: Path) -> str:
    """Return a digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def identity_of(mutants: Iterable[Mutant]) -> str:
    """Return a digest that changes with the code, and not with its comments."""
    texts = "\0".join(f"{m.module}\0{m.function}\0{m.before}\0{m.after}" for m in mutants)
    return hashlib.sha256(texts.encode()).hexdigest()


def run(judge: Judge, mutants: Sequence[Mutant], journal: Path) -> dict[str, bool]:
    """Try every mutant without a verdict in the journal; return whether each is caught."""
    journal.touch()
    lines = [line.split() for line in journal.read_text(encoding="utf-8").splitlines()]
    verdicts = {key: verdict == "caught" for key, verdict in lines}
    waiting = [mutant for mutant in mutants if mutant.key not in verdicts]
    print(f"{len(mutants)} mutants, {len(mutants) - len(waiting)} of them tried before", flush=True)
    gc.freeze()  # or else each process looks through all that is loaded, again and again
    running: dict[int, tuple[Mutant, int]] = {}
    free = list(range(judge.slots))
    started = shown = time.monotonic()
    try:
        for done in range(len(waiting)):
            while free and (begun := done + len(running)) < len(waiting):
                slot = free.pop()
                running[judge.start(waiting[begun], slot)] = (waiting[begun], slot)
            pid, status = os.wait()
            mutant, slot = running.pop(pid)
            judge.clean(mutant, slot)
            free.append(slot)
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) not in (_SURVIVED, _CAUGHT):
                raise RuntimeError(f"the tests could not be run on this mutant: {mutant}")
            verdicts[mutant.key] = status != _SURVIVED
            with journal.open("a", encoding="utf-8") as file:
                file.write(f"{mutant.key} {'caught' if status else 'survived'}\n")
            if time.monotonic() > shown + 10:
                shown = time.monotonic()
                left = (shown - started) / (done + 1) * (len(waiting) - done - 1)
                print(f"{done + 1} of {len(waiting)} tried, {left:.0f} s left", flush=True)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return {mutant.key: verdicts[mutant.key] for mutant in mutants}


@dataclass
class Counts:
    """How many mutants there are, and what became of them."""

    mutants: int = 0
    caught: int = 0
    equivalent: int = 0
    survived: int = 0

    @property
    def score(self) -> float:
        """Per cent of the mutants that are caught; an equivalent one is not."""
        return int(10000 * self.caught / self.mutants) / 100

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "score": self.score}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Counts:
        return cls(*(found[name.name] for name in fields(cls)))

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        return (
            f"{self.mutants:5} mutants {self.caught:5} caught {self.equivalent:4} equivalent "
            f"{self.survived:4} survived {self.score:7.2f} %"
        )


def count(
    mutants: Sequence[Mutant],
    caught: Mapping[str, bool],
    listed: Sequence[Mapping[str, Any]],
    target: float = TARGET,
    excused: Callable[[Mutant], bool] = lambda mutant: False,
) -> tuple[dict[str, Counts], list[str]]:
    """Count the verdicts on each module, and say all that is wrong.

    Of the mutants that were not tried, all that counts is whether they are listed. One that is
    excused may survive.
    """
    counts: dict[str, Counts] = {}
    wrong: list[str] = []
    entries: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for entry in listed:
        for after in entry["after"]:
            key = (entry["module"], entry["function"], entry["before"], after)
            if key in entries:
                wrong.append(f"listed twice:\n{_indented(entry)}")
            entries[key] = entry
    verdicts: dict[tuple[str, ...], set[bool | None]] = {key: set() for key in entries}
    for mutant in mutants:
        key = (mutant.module, mutant.function, mutant.before, mutant.after)
        verdict = caught.get(mutant.key)
        if key in entries:
            verdicts[key].add(verdict)
        if verdict is None:
            continue
        survives = not verdict
        reason = key in entries or excused(mutant)
        counts[mutant.module] = counts.get(mutant.module, Counts()) + Counts(
            1, verdict, survives and reason, survives and not reason
        )
        if survives and not reason:
            wrong.append(f"survived: {mutant}")
    for listed_key, entry in entries.items():
        text = _indented({**entry, "after": listed_key[-1]})
        if not verdicts[listed_key]:
            wrong.append(f"listed, but there is no such mutant:\n{text}")
        elif True in verdicts[listed_key]:
            wrong.append(f"listed as equivalent, but caught:\n{text}")
        if not entry["reason"].strip():
            wrong.append(f"listed without a reason:\n{text}")
    total = sum(counts.values(), start=Counts())
    if total.score < target:
        wrong.append(f"{total.score} % caught is less than {target} %")
    return counts, wrong


def out_of_date(result: Path, kind: str, identities: Mapping[str, str]) -> list[str]:
    """Say whose code is no longer that which was counted."""
    if not result.exists():
        return []
    stored = json.loads(result.read_text(encoding="utf-8"))[kind]
    then = {name: found["identity"] for name, found in stored.items()}
    stale = [n for n in sorted({*then, *identities}) if then.get(n) != identities.get(n)]
    names, hint = ", ".join(stale), "make mutate, then make doctest-fix"
    return [f"docs/data/{result.name} counts other mutants of {names}: {hint}"] if stale else []


def write_down(
    result: Path,
    kind: str,
    counts: Mapping[str, Counts],
    identities: Mapping[str, str],
    target: float,
) -> None:
    """Write the counts of the modules or pages that were tried; those of the others stay."""
    stored = json.loads(result.read_text(encoding="utf-8"))[kind] if result.exists() else {}
    for name, found in counts.items():
        stored[name] = {"identity": identities[name], **found.as_json()}
        if kind == "modules":  # the page that shows the counts says which files changed since
            stored[name]["source"] = source_of(result.parents[2] / PACKAGE / f"{name}.py")
    kept = {name: stored[name] for name in sorted(identities) if name in stored}
    total = sum((Counts.from_json(found) for found in kept.values()), start=Counts())
    tool = f"mutmut {version('mutmut')}"
    written = {"tool": tool, "target": target, kind: kept, "all": total.as_json()}
    result.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def _indented(entry: Mapping[str, Any]) -> str:
    return "\n".join(f"    {name} = {value!r}" for name, value in entry.items())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", action="store_true", help=f"every {SAMPLE}th mutant only")
    parser.add_argument("--module", help="the mutants of this module only")
    limit = "seconds of computing after which a mistake counts as caught; ten times what the tests "
    limit += "take is added"
    parser.add_argument("--limit", type=int, default=10, help=limit)
    parser.add_argument("--root", type=Path, default=ROOT, help="another project, for the tests")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    # The byte code of a mutant must never be found by the next. No plugin is needed, and they take
    # time to load.
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    sys.dont_write_bytecode = True
    mutants = all_mutants(root)
    tried = mutants[::SAMPLE] if options.sample else mutants
    tried = [mutant for mutant in tried if options.module in (None, mutant.module)]
    if not tried:
        names = sorted({mutant.module for mutant in mutants})
        parser.error(f"--module must be one of {', '.join(names)}; got {options.module}")
    listed = tomllib.loads((root / "tests" / LIST).read_text(encoding="utf-8"))["mutant"]
    with TemporaryDirectory(prefix="mutants-") as scratch:
        judge = Judge(root, Path(scratch), os.cpu_count() or 1, options.limit)
        journal = root / "_build" / "mutants" / judge.digest()
        journal.parent.mkdir(parents=True, exist_ok=True)
        if failed := judge.learn(journal.with_suffix(".json")):
            print(f"Without a mistake these fail: {', '.join(failed)}", file=sys.stderr)
            return 2
        try:
            caught = run(judge, tried, journal)
        except KeyboardInterrupt:
            print("Interrupted. The same command goes on from here.", file=sys.stderr)
            return 130
    # A module of its own may have less, and a list of reasons.
    counts, wrong = count(mutants, caught, listed, 0 if options.module else TARGET)
    total = sum(counts.values(), start=Counts())
    for name, found in [*counts.items(), ("all", total)]:
        print(f"{name:12} {found}")
    result = root / RESULT
    modules = {mutant.module for mutant in mutants}
    identities = {name: identity_of(m for m in mutants if m.module == name) for name in modules}
    if options.sample:
        wrong += out_of_date(result, "modules", identities)
    elif result.parent.is_dir():
        write_down(result, "modules", counts, identities, TARGET)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
