"""What the project promises, tried out: each mistake is made, and has to be found.

Most entries of the article are changed in this process, and judged by the examples and the cells
that ``make doctest`` runs. A few mistakes are made in a copy of the real site, and built; see
``test_dependencies`` for wrong entries there.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import re
import runpy
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from sites import ROOT, Copy, line_of

from conv1x1 import article

pytest_plugins = ["site_fixtures"]

# -- Every entry of the article -------------------------------------------------------------------


@cache
def pinned_cells(page: str) -> list[tuple[str, str]]:
    """Return the cells of a page, each with the output that the page expects, or with nothing."""
    source = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    found: list[tuple[str, str]] = []
    for kind, body in re.findall(r"^```\{([\w-]+)\}\n(.*?)^```$", source, re.MULTILINE | re.DOTALL):
        content = re.sub(r"\A(:.*\n)+|\A---\n(.*\n)*?---\n", "", body).strip("\n")
        if kind == "code-cell":
            found.append((content, ""))
        elif kind == "expected" and body.startswith(":"):
            found[-1] = (found[-1][0], "")  # not compared as text, so not judged here
        elif kind == "expected":
            found[-1] = (found[-1][0], content)
    return found


def output(code: str, namespace: dict[str, Any]) -> str:
    """Run a cell, and return what it prints and shows."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as stdout:
        exec(compile(tree, "cell", "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
            if value is not None:
                print(repr(value))
    return "\n".join(line.rstrip() for line in stdout.getvalue().strip("\n").split("\n"))


def page_passes(page: str) -> bool:
    """Whether the cells of a page run, and show what the page expects; figures are not drawn."""
    namespace: dict[str, Any] = {}
    try:
        for code, expected in pinned_cells(page):
            if expected.startswith("Figure: "):
                code = ast.unparse(ast.parse(code).body[:-1])
                expected = ""
            shown = output(code, namespace)
            if expected not in ("", shown):
                return False
    except Exception:
        return False
    return True


def examples_pass(*functions: Callable[..., Any]) -> bool:
    """Whether the examples in the docstrings hold."""
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    tests = [test for function in functions for test in finder.find(function, globs={})]
    assert all(test.examples for test in tests)
    return not any(runner.run(test, out=lambda _: None).failed for test in tests)


@contextlib.contextmanager
def changed(array: np.ndarray[Any, Any], index: tuple[int, ...], value: Any) -> Iterator[None]:
    """Change one entry of an array for a while."""
    before = array[index]
    array[index] = value
    try:
        yield
    finally:
        array[index] = before


def test_the_article_passes_unchanged() -> None:
    """The judges of the tests below find nothing wrong in what is right."""
    assert page_passes("three-maps-to-one")
    assert examples_pass(article.digit_2, article.digit_3)


@pytest.mark.parametrize("index", [*np.ndindex(article.MAPS.shape)], ids=str)
def test_every_entry_of_the_maps_is_checked(index: tuple[int, ...]) -> None:
    """One more or one less, anywhere in ``MAPS``, is a failure."""
    for step in (1, -1):
        with changed(article.MAPS, index, article.MAPS[index] + step):
            assert not page_passes("three-maps-to-one")


@pytest.mark.parametrize("index", [*np.ndindex(article.KERNEL.shape)], ids=str)
def test_every_weight_of_the_kernel_is_checked(index: tuple[int, ...]) -> None:
    """A missing weight, a wrong sign and a tenth more, anywhere in ``KERNEL``, is a failure."""
    for factor in (0, -1, 1.1):
        with changed(article.KERNEL, index, article.KERNEL[index] * factor):
            assert not page_passes("three-maps-to-one")


@pytest.mark.parametrize("index", [*np.ndindex(article.PRINTED_T.shape)], ids=str)
def test_every_printed_entry_is_checked(index: tuple[int, ...]) -> None:
    """A tenth more or less, anywhere in ``PRINTED_T``, is a failure."""
    for step in (0.1, -0.1):
        with changed(article.PRINTED_T, index, article.PRINTED_T[index] + step):
            assert not page_passes("three-maps-to-one")


@pytest.mark.parametrize("name", ["digit_2", "digit_3"])
@pytest.mark.parametrize("index", [*np.ndindex(2, 5, 3)], ids=str)
def test_every_pixel_of_the_digits_is_checked(
    monkeypatch: pytest.MonkeyPatch, name: str, index: tuple[int, ...]
) -> None:
    """A pixel that is set where it should not be, or the reverse, is a failure."""
    true = getattr(article, name)

    def wrong(a: Any, b: Any) -> Any:
        maps = true(a, b)
        maps[index] = 0 if maps[index] != 0 else (a, b)[index[0]]
        return maps

    wrong.__doc__ = true.__doc__
    monkeypatch.setattr(article, name, wrong)
    assert not examples_pass(wrong)


# -- The real site --------------------------------------------------------------------------------


IN_OPERATION = """

_true = conv1x1


def conv1x1(x, weight, *rest, **options):
    out = _true(x, weight, *rest, **options)
    if out.shape == (1, 6, 6) and out.dtype == float:
        out[0, 5, 2] = 0.6
    return out


conv1x1.__doc__ = _true.__doc__
"""


@pytest.mark.parametrize("place", ["package", "page"])
def test_the_wrong_entry_cannot_come_back(copy: Copy, place: str) -> None:
    """A computed T[5,2] of 0.6 stops the build, even where its page was made to expect it."""
    if place == "package":
        copy.append("conv1x1/operation.py", IN_OPERATION)
        # The explorer's data holds what is wrong in the article, and here nothing is.
        copy.edit("docs/three-maps-to-one.md", "```{explorer} maps", "```{note}")
    else:
        computed = "T = conv1x1(article.MAPS, article.KERNEL)[0]\n"
        copy.edit("docs/three-maps-to-one.md", computed, f"{computed}T[5, 2] = 0.6\n")
    while "4.6" in copy.source("three-maps-to-one"):
        copy.edit("docs/three-maps-to-one.md", "4.6", "0.6")
    build = copy.build("html")
    assert build.code != 0
    message = r"[\w-]+\.md:\d+: (this code cell failed|WARNING: expected: the cell shows)"
    assert re.search(message, build.output), build.output


def test_mistakes_on_pages_stop_the_build(copy: Copy) -> None:
    """A wrong result, a broken reference and an unknown value are named, all in one build."""
    wrong = copy.edit("docs/three-maps-to-one.md", "1.5  0.8  4.6", "1.5  0.8  0.6")
    link = copy.append("docs/glossary.md", "\n[Nowhere](nowhere.md)\n")
    value = copy.append("docs/two-maps-to-one.md", "\nIt is {eval}`nothing`.\n")
    build = copy.run("make", "html")
    assert build.code != 0
    places = [
        (wrong, line_of(wrong, "1.1  1.4  2.3") - 2, "expected: "),
        (
            link,
            line_of(link, "nowhere.md"),
            "'myst' cross-reference target not found: 'nowhere.md'",
        ),
        (value, line_of(value, "`nothing`"), "{eval} cannot show 'nothing': NameError"),
    ]
    wanted = [f"{page.name}:{line}: WARNING: {message}" for page, line, message in places]
    assert len(build.warnings) == len(wanted), build.output
    for start in wanted:
        assert any(warning.startswith(start) for warning in build.warnings), build.output


def test_a_cell_that_raises_stops_the_build(copy: Copy) -> None:
    """``make html`` ends with page, line, cell and error."""
    page = copy.append("docs/index.md", "\n```{code-cell}\nraise OSError('no luck')\n```\n")
    build = copy.run("make", "html")
    assert build.code != 0
    line = line_of(page, "raise OSError") - 1
    assert f"index.md:{line}: this code cell failed" in build.output
    assert "OSError: no luck" in build.output


def without_expectations(text: str) -> str:
    """Return a page without the content of its expectations."""
    return re.sub(
        r"^(```\{expected\}\n(?::.*\n)*).*?^```$", r"\1```", text, flags=re.MULTILINE | re.DOTALL
    )


def test_an_intended_change_is_one_command_and_one_diff(copy: Copy) -> None:
    """``make doctest-fix`` renews the expectations, and nothing else, and not on a dirty tree."""
    docs = copy.folder / "docs"
    git = ("git", "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Start"]):
        end = copy.run(*git, *command)
        assert end.code == 0, end.output
    before = {path.name: path.read_text(encoding="utf-8") for path in docs.glob("*.md")}
    copy.edit("conv1x1/display.py", 'return "marked: "', 'return "of note: "')
    end = copy.run("make", "doctest-fix")
    assert end.code == 0, end.output
    assert re.search(r"docs/three-maps-to-one\.md +\| +\d+ ", end.output)

    after = {path.name: path.read_text(encoding="utf-8") for path in docs.glob("*.md")}
    wanted = {name: text.replace("\nmarked: ", "\nof note: ") for name, text in before.items()}
    assert after == wanted
    assert after != before
    assert {name: without_expectations(text) for name, text in after.items()} == {
        name: without_expectations(text) for name, text in before.items()
    }

    refused = copy.run("make", "doctest-fix")
    assert refused.code != 0
    assert "docs/ has uncommitted changes" in refused.output
    assert {path.name: path.read_text(encoding="utf-8") for path in docs.glob("*.md")} == after


def test_minimums_are_committed_for_every_count() -> None:
    """``conf.py`` says how much there has to be of everything that the doctest pass counts."""
    minimums = runpy.run_path(str(ROOT / "conf.py"))["doctests_minimums"]
    counts = {"pages", "cells", "outputs", "pinned", "docstring examples"}
    assert counts <= set(minimums)
    assert all(minimums[name] > 0 for name in counts)
    assert minimums["pinned"] == minimums["outputs"]
