"""Tests of tests/mutate.py, on a project of a few lines and on the real article."""

import ast
import dataclasses
import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from mutate import Counts, Mutant, all_mutants, count, mutants_in, mutants_of

from conv1x1 import article

ROOT = Path(__file__).parents[1]

TOY = """\
FACTORS = (2, 3)


def double(x):
    return x * FACTORS[0]


class Box:
    def __init__(self, side):
        self.side = side

    @property
    def area(self):
        return self.side * self.side
"""

TESTS = """\
from conv1x1.toy import FACTORS, Box, double

def test_factors():
    assert FACTORS == (2, 3)

def test_double():
    assert double(3) == 6

def test_area():
    assert Box(3).area == 9
"""


@pytest.fixture
def project(tmp_path):
    """A package with one module, and tests that notice every mistake in it."""
    files = {
        "conv1x1/__init__.py": "",
        "conv1x1/toy.py": TOY,
        "docs/data/README.md": "",
        "pyproject.toml": "[tool.pytest.ini_options]\n",
        "tests/conftest.py": (ROOT / "tests" / "conftest.py").read_text("utf-8"),
        "tests/strategies.py": "",
        "tests/test_toy.py": TESTS,
        "tests/equivalent_mutants.toml": "mutant = []\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def mutate(project, *options):
    """Run the script on a project."""
    command = [sys.executable, ROOT / "tests" / "mutate.py", "--root", project, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def result(project):
    return json.loads((project / "docs" / "data" / "mutation.json").read_text("utf-8"))


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# Runs


def test_all_caught(project):
    """Tables, functions and properties are changed; the run succeeds and writes its counts."""
    done = mutate(project)
    assert (done.returncode, done.stderr) == (0, "")
    found = result(project)
    assert found["tool"].startswith("mutmut 3.")
    toy = found["modules"]["toy"]
    assert len(toy.pop("identity")) == 64
    source = (project / "conv1x1" / "toy.py").read_bytes()
    assert toy.pop("source") == hashlib.sha256(source).hexdigest()
    assert toy == found["all"]
    assert toy["mutants"] == toy["caught"] >= 7
    assert (toy["survived"], toy["equivalent"], toy["score"]) == (0, 0, 100.0)


def test_a_survivor_stops(project):
    """What no test notices, in functions, properties and tables, is printed with its place."""
    tests = project / "tests" / "test_toy.py"
    replace(tests, "    assert double(3) == 6\n", "    assert double(3)\n")
    replace(tests, "    assert Box(3).area == 9\n", "    Box(3)\n")
    replace(tests, "assert FACTORS == (2, 3)", "assert FACTORS[0] == 2")
    done = mutate(project)
    assert done.returncode == 1
    survivors = ["return x / FACTORS[0]", "return self.side / self.side", "FACTORS = (2, 4)"]
    for survivor in survivors:
        assert f"\n    + {survivor}\n" in done.stderr
    assert done.stderr.count("survived: conv1x1/toy.py:") >= len(survivors)
    assert result(project)["all"]["survived"] >= len(survivors)


def test_a_run_goes_on_where_it_ended(project):
    """Of a change that has a verdict there is no second trial, until the tests change."""
    first = mutate(project, "--sample", "--module", "toy")
    assert "1 mutants, 0 of them tried before" in first.stdout
    total = len(all_mutants(project))
    assert f"{total} mutants, 1 of them tried before" in mutate(project).stdout
    replace(project / "tests" / "test_toy.py", "double(3) == 6", "double(4) == 8")
    assert "1 mutants, 0 of them tried before" in mutate(project, "--sample").stdout


def test_a_sample_is_not_written_down(project):
    done = mutate(project, "--sample")
    assert done.returncode == 0
    assert done.stdout.startswith("1 mutants, 0 of them tried before\n")
    assert not (project / "docs" / "data" / "mutation.json").exists()


def test_a_sample_says_what_is_out_of_date(project):
    """The counts are those of the package's code; a comment changes nothing."""
    assert mutate(project).returncode == 0
    replace(project / "conv1x1" / "toy.py", "FACTORS = ", "# Two of them.\nFACTORS = ")
    assert mutate(project, "--sample").returncode == 0
    replace(project / "conv1x1" / "toy.py", "x * FACTORS[0]", "FACTORS[0] * x")
    done = mutate(project, "--sample")
    assert done.returncode == 1
    assert done.stderr == (
        "docs/data/mutation.json counts other mutants of toy: make mutate, then make doctest-fix\n"
    )


def test_the_counts_of_other_modules_stay(project):
    """A module that is tried alone gets new counts; one that is gone loses its own."""
    assert mutate(project).returncode == 0
    path = project / "docs" / "data" / "mutation.json"
    stored = result(project)
    counts = {"mutants": 10, "caught": 9, "equivalent": 1, "survived": 0, "score": 90.0}
    stored["modules"] |= {name: counts | {"identity": name} for name in ("other", "gone")}
    path.write_text(json.dumps(stored), "utf-8")
    (project / "conv1x1" / "other.py").write_text("A = 1\n", "utf-8")
    assert mutate(project, "--module", "toy").returncode == 0
    found = result(project)
    assert sorted(found["modules"]) == ["other", "toy"]
    assert found["modules"]["other"] == stored["modules"]["other"]
    toy = found["modules"]["toy"]
    assert found["all"]["mutants"] == toy["mutants"] + 10
    assert found["all"]["caught"] == toy["caught"] + 9
    done = mutate(project, "--sample")
    assert "counts other mutants of other: make mutate" in done.stderr


def test_a_module_without_mutants_is_no_module(project):
    done = mutate(project, "--module", "toys")
    assert done.returncode == 2
    assert done.stderr.endswith("error: --module must be one of toy; got toys\n")


def test_tests_that_fail_anyway_judge_nothing(project):
    replace(project / "tests" / "test_toy.py", "double(3) == 6", "double(3) == 7")
    done = mutate(project)
    assert done.returncode == 2
    assert done.stderr == "Without a mistake these fail: tests/test_toy.py\n"


def test_a_mutant_that_never_ends_is_caught(project):
    """It runs into the limit of its time."""
    replace(project / "conv1x1" / "toy.py", "FACTORS = (2, 3)", "FACTORS = (2, 3)\nSTEP = 1")
    with (project / "conv1x1" / "toy.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef climb(n):\n    while n < 9:\n        n += 1\n    return n\n")
    with (project / "tests" / "test_toy.py").open("a", encoding="utf-8") as file:
        file.write("\ndef test_climb():\n    from conv1x1.toy import STEP, climb\n")
        file.write("    assert climb(8) == 9 == climb(7) and STEP == 1\n")
    done = mutate(project, "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")


# Mutants


def test_the_same_mutants_each_time(project):
    assert all_mutants(project) == all_mutants(project)


@pytest.mark.parametrize("module", ["operation", "networks", "display"])
def test_mutants_are_real(module):
    """Each changes its module, compiles, and says truly which lines it changes."""
    source = (ROOT / "conv1x1" / f"{module}.py").read_text("utf-8")
    mutants = list(mutants_of(module, source))
    assert len(mutants) > 200
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    flat = " ".join(source.split())
    statements = list(statements_of(source))
    assert "".join(source[first:last] for first, last in statements) == source
    for mutant in mutants:
        assert mutant.source != source
        # One statement is compiled, and not its whole module thousands of times.
        ((first, last),) = [s for s in statements if s[0] <= mutant.start <= mutant.end <= s[1]]
        start, end = mutant.start - first, mutant.end - first
        alone = dataclasses.replace(mutant, original=source[first:last], start=start, end=end)
        compile(alone.source, module, "exec")
        assert " ".join(mutant.before.split()) in flat
        assert " ".join(mutant.after.split()) in " ".join(alone.source.split())


def statements_of(source):
    """Yield where each statement of a module begins, with what stands above it, and ends."""
    lines = np.cumsum([0, *map(len, source.splitlines(keepends=True))])
    ends = [0, *(int(lines[node.end_lineno]) for node in ast.parse(source).body[:-1]), len(source)]
    yield from pairwise(ends)


def test_every_entry_of_the_article_has_a_mutant():
    """Each number of its arrays, each field of its claims, each square of its digits."""
    mutants = list(mutants_in(ROOT / "conv1x1" / "article.py"))
    arrays = {name: x for name, x in vars(article).items() if isinstance(x, np.ndarray)}
    assert set(arrays) >= {"MAPS", "KERNEL", "PRINTED_T"}
    for name, array in arrays.items():
        assert sum(f"\n{name}[" in f"\n{m.text}" for m in mutants) == array.size
    fields = len(article.CLAIMS) * len(article.Claim._fields)
    assert sum(m.text.startswith("CLAIMS = ") for m in mutants) == fields
    for name in "digit_2", "digit_3":
        assert sum(m.function == name and "    maps[" in m.text for m in mutants) == 2 * 5 * 3


# Counts and the list

SOURCE = "".join(f"x{i} = {i}\n" for i in range(40))
MUTANTS = [
    Mutant("toy", "", SOURCE, start := SOURCE.index(f"= {i}\n") + 2, start + len(str(i)), "-1")
    for i in range(40)
]
CAUGHT = {mutant.key: i != 7 for i, mutant in enumerate(MUTANTS)}
ENTRY = {
    "module": "toy",
    "function": "",
    "before": "x7 = 7",
    "after": ["x7 = -1"],
    "reason": "Why.",
}


def test_a_listed_survivor_is_equivalent():
    counts, wrong = count(MUTANTS, CAUGHT, [ENTRY])
    assert counts == {"toy": Counts(mutants=40, caught=39, equivalent=1, survived=0)}
    assert counts["toy"].score == 97.5
    assert wrong == []


def test_a_survivor_that_is_not_listed():
    counts, wrong = count(MUTANTS, CAUGHT, [])
    assert counts == {"toy": Counts(mutants=40, caught=39, equivalent=0, survived=1)}
    assert wrong == ["survived: conv1x1/toy.py:8 \n    - x7 = 7\n    + x7 = -1"]


@pytest.mark.parametrize(
    ("listed", "start"),
    [
        ([ENTRY, ENTRY], "listed twice:\n    module = 'toy'\n"),
        ([ENTRY | {"reason": " "}], "listed without a reason:\n    module = 'toy'\n"),
        ([ENTRY, ENTRY | {"after": ["x7 = -2"]}], "listed, but there is no such mutant:\n"),
        ([ENTRY, ENTRY | {"before": "x8 = 8", "after": ["x8 = -1"]}], "listed as equivalent, but "),
    ],
    ids=["twice", "no reason", "no mutant", "caught"],
)
def test_the_list_does_not_rot(listed, start):
    _, wrong = count(MUTANTS, CAUGHT, listed)
    assert len(wrong) == 1
    assert wrong[0].startswith(start)


def test_listing_does_not_replace_catching():
    """Where more than a twentieth survives, a list of reasons is not enough."""
    caught = dict.fromkeys(CAUGHT, True) | {mutant.key: False for mutant in MUTANTS[:3]}
    listed = [ENTRY | {"before": f"x{i} = {i}", "after": [f"x{i} = -1"]} for i in range(3)]
    _, wrong = count(MUTANTS, caught, listed)
    assert wrong == ["92.5 % caught is less than 95.0 %"]


def test_the_last_run_is_of_every_module():
    """The page ``verification`` has a score for each module or says it has none; none survived."""
    found = json.loads((ROOT / "docs" / "data" / "mutation.json").read_text("utf-8"))
    modules = {path.stem for path in (ROOT / "conv1x1").glob("*.py")}
    assert set(found["modules"]) <= modules
    newer = ", ".join(sorted(modules - set(found["modules"])))
    page = (ROOT / "_build" / "html" / "verification.html").read_text("utf-8")
    text = BeautifulSoup(page, "html.parser").article.text
    assert ("not counted yet" in text) == bool(newer)
    assert f"not counted yet: {newer}." in text or not newer
    files = {name: (ROOT / "conv1x1" / f"{name}.py").read_bytes() for name in found["modules"]}
    changed = [
        name
        for name, module in found["modules"].items()
        if hashlib.sha256(files[name]).hexdigest() != module["source"]
    ]
    assert ("Changed since then" in text) == bool(changed)
    assert f"test notices: {', '.join(changed)}." in text or not changed
    total = found["all"]
    assert total["survived"] == 0
    assert total["mutants"] == total["caught"] + total["equivalent"] > 5000
    for key in "mutants", "caught", "equivalent":
        assert total[key] == sum(module[key] for module in found["modules"].values())
    assert total["score"] >= found["target"]
