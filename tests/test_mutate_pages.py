"""Tests of tests/mutate_pages.py, on a site of two pages."""

import json
from pathlib import Path

import pytest
from mutate_pages import Cell, cells_of, main, mutants_of_cell, notices

HEAD = """\
---
file_format: mystnb
kernelspec:
  name: python3
---

# A page
"""
PAGE = f"""{HEAD}
```{{code-cell}}
sides = [2, 3]
assert len(sides) == 2
```

Some text.

```{{code-cell}}
print("area:", sides[0] * sides[1])
sides[0] == sides[1]
```

```{{expected}}
area: 6
False
```

```{{code-cell}}
:tags: [raises-exception]

raise ValueError
```
"""


@pytest.fixture
def mutate(project, capsys):
    """Run the script on the site; return its exit code, what it printed, and its complaints."""

    def run(*options):
        code = main(["--root", str(project), *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def project(tmp_path):
    """A site whose checks notice every mistake in its cells."""
    files = {
        "docs/page.md": PAGE,
        "docs/prose.md": "# No cells\n",
        "docs/data/README.md": "",
        "tests/equivalent_page_mutants.toml": "mutant = []\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# Cells


def test_cells_are_read_with_their_expectations():
    """A cell has its line and its code; below it may stand what it must show, with options."""
    text = PAGE.replace("```{expected}\n", "```{expected}\n:rtol: 1e-3\n:flags: ELLIPSIS\n\n")
    first, second, third = cells_of(text)
    lines = text.splitlines()
    assert [lines[cell.line - 1] for cell in (first, second)] == [
        "sides = [2, 3]",
        'print("area:", sides[0] * sides[1])',
    ]
    assert first == Cell(first.line, "sides = [2, 3]\nassert len(sides) == 2\n", False, None, {})
    assert (second.expected, second.fails) == ("area: 6\nFalse", False)
    assert second.options["rtol"] == 1e-3
    assert third.fails


@pytest.mark.parametrize(
    ("code", "expected", "options", "noticed"),
    [
        ("print(1)\n2", "1\n2", {}, False),
        ("print(1)\n2", "1\n3", {}, True),
        ("2;", None, {}, False),
        ("1.0001", "1.0", {}, True),
        ("1.0001", "1.0", {"rtol": 1e-3}, False),
        ("1.01", "1.0", {"rtol": 1e-3}, True),
        ("1.0001", "1.0", {"atol": 1e-3}, False),
        ("assert False", None, {}, True),
        ("import warnings\nwarnings.warn('no')", None, {}, True),
        ("None", None, {}, False),
        ("", None, {}, False),
    ],
)
def test_what_is_noticed(code, expected, options, noticed):
    """A cell that shows something else, fails or warns would stop the build."""
    assert notices(Cell(1, code, False, expected, options), {}) == noticed


@pytest.mark.parametrize(("code", "noticed"), [("1 / 0", False), ("1 / 1", True)])
def test_a_cell_that_must_fail(code, noticed):
    """A cell with that tag must fail."""
    assert notices(Cell(1, code, True, None, {}), {}) == noticed


# Mutants


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("a < b", "a > b"),
        ("a >= b", "a <= b"),
        ("a - b", "a - a"),
        ("a - b", "b - b"),
        ("a == b", "b == b"),
        ("f(a, b, c)", "f(a, a, c)"),
        ("f(a, b, c)", "f(b, b, c)"),
        ("x = 3", "x = 4"),
    ],
)
def test_mistakes_that_make_a_check_worthless(code, after):
    """A comparison is turned round, an operand becomes a copy of the other, a size changes."""
    mutants = list(mutants_of_cell(Path("page.md"), Cell(7, code, False, None, {})))
    assert after in [mutant.after for mutant in mutants]
    assert {mutant.line for mutant in mutants} == {7}
    assert len({mutant.key for mutant in mutants}) == len(mutants)


def test_asserts_are_left_alone():
    """An assert is a check, and no result; its other lines too."""
    code = "x = 3\nassert (\n    x == 3\n)\ny = 4\n"
    mutants = mutants_of_cell(Path("page.md"), Cell(1, code, False, None, {}))
    assert {mutant.before for mutant in mutants} == {"x = 3", "y = 4"}


# Runs


def test_all_noticed(project, mutate):
    """Every mistake changes what a cell shows, in its cell or below; the counts are written."""
    code, _, complaints = mutate()
    assert (code, complaints) == (0, "")
    found = json.loads((project / "docs" / "data" / "page_mutation.json").read_text("utf-8"))
    page = found["pages"]["page"]
    assert list(found["pages"]) == ["page"]
    assert page == {"identity": page["identity"], **found["all"]}
    assert page["mutants"] == page["caught"] > 20


def test_a_survivor_stops(project, mutate):
    """What no check notices is printed with its place; a listed reason excuses it."""
    page = project / "docs" / "page.md"
    replace(page, "sides = [2, 3]\n", "sides = [2, 3]\nunused = 1\n")
    code, _, complaints = mutate()
    assert code == 1
    line = page.read_text("utf-8").splitlines().index("unused = 1") + 1
    survivor = f"survived: docs/page.md:{line}\n    - unused = 1\n    + unused = "
    assert sorted(complaints.split("survived")) == sorted(
        f"{survivor}2\n{survivor}None\n".split("survived")
    )
    entry = '[[mutant]]\npage = "page"\nbefore = "unused = 1"\nreason = "It is not used."\n'
    for after in ("", 'after = ["unused = 2", "unused = None"]\n'):
        (project / "tests" / "equivalent_page_mutants.toml").write_text(entry + after, "utf-8")
        code, printed, complaints = mutate()
        assert (code, complaints) == (0, "")
        assert " 0 of them not tried" in printed


def test_the_list_does_not_rot(project, mutate):
    """A line that is listed and of which nothing survives is said to be wrong."""
    entry = '[[mutant]]\npage = "page"\nbefore = "sides = [2, 3]"\nreason = "None."\n'
    (project / "tests" / "equivalent_page_mutants.toml").write_text(entry, "utf-8")
    code, _, complaints = mutate()
    assert code == 1
    assert complaints.startswith("listed, but there is no such mutant:\n")


def test_a_listed_line_may_be_in_a_function(project, mutate):
    """Its reason holds there, too; of what it lists, what is noticed or not made is wrong."""
    text = "def unused():\n    value = 1\n"
    replace(project / "docs" / "page.md", "sides = [2, 3]\n", f"sides = [2, 3]\n{text}")
    listed = project / "tests" / "equivalent_page_mutants.toml"
    entry = '[[mutant]]\npage = "page"\nbefore = "value = 1"\nreason = "It is not used."\n'
    listed.write_text(entry, "utf-8")
    code, _, complaints = mutate()
    assert (code, complaints) == (0, "")
    listed.write_text(entry + 'after = ["value = 2", "value = 3"]\n', "utf-8")
    complaints = mutate()[2]
    assert complaints.count("survived: ") == 1  # that it becomes None is not listed
    assert complaints.count("there is no such mutant") == 1


def test_a_kind_excuses_what_is_like_it(project, mutate):
    """One reason may be that of many mistakes, wherever they are; one that none has is wrong."""
    text = "unused = 1\nagain = 1\nother = 2\n"
    replace(project / "docs" / "page.md", "sides = [2, 3]\n", f"sides = [2, 3]\n{text}")
    listed = project / "tests" / "equivalent_page_mutants.toml"
    kind = "[[kind]]\nreason = 'Not used.'\nline = '^(unused|again)'\npiece = '{}'\n"
    listed.write_text("mutant = []\n" + kind.format("^1$"), "utf-8")
    code, _, complaints = mutate()
    assert code == 1
    assert complaints.count("survived") == 4  # what becomes None, and the third line
    listed.write_text("mutant = []\n" + kind.format("") + kind.format("2"), "utf-8")
    complaints = mutate()[2]
    assert complaints.count("survived") == 2
    assert "listed, but there is no such mistake: Kind(reason='Not used.'" in complaints


def test_a_sample_says_what_is_out_of_date(project, mutate):
    """The stored counts are those of other cells."""
    assert mutate()[0] == 0
    replace(project / "docs" / "page.md", '"area:"', '"Area:"')
    replace(project / "docs" / "page.md", "\narea:", "\nArea:")
    code, printed, complaints = mutate("--sample")
    assert code == 1
    assert printed.startswith("page: 1 mutants, 1 of them not tried\n")
    assert complaints == (
        "docs/data/page_mutation.json counts other mutants of page: "
        "make mutate, then make doctest-fix\n"
    )


def test_a_page_that_is_wrong_anyway_judges_nothing(project, mutate):
    """Where a page is not what it should be, the counts would mean nothing."""
    replace(project / "docs" / "page.md", "area: 6", "area: 7")
    message = "without a mistake this page stops the build: .*page.md"
    with pytest.raises(RuntimeError, match=message):
        mutate()
    assert not (project / "docs" / "data" / "page_mutation.json").exists()


def test_a_page_without_mutants_is_no_page(mutate, capsys):
    """The pages with cells are named."""
    with pytest.raises(SystemExit, match="2"):
        mutate("--page", "prose")
    assert capsys.readouterr().err.endswith("error: --page must be one of page; got prose\n")
