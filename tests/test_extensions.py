"""The extensions in ``docs/_ext``, each on little sites: every kind of mistake stops the build.

Each test of a mistake has a build of its own, so that the exit code is due to that mistake.
"""

from __future__ import annotations

import re
from base64 import b64encode

import numpy as np
import pytest
from checked_pages.expected import text_of
from nbformat import NotebookNode
from sites import HEADER, Build, Site, line_of, soup

pytest_plugins = ["site_fixtures"]


def fence(name: str, body: str = "", *options: str) -> str:
    """Return a directive with its options and its content."""
    lines = [f"```{{{name}}}", *options, *([""] if options else []), *([body] if body else [])]
    return "\n".join([*lines, "```\n\n"])


def cell(code: str, *options: str) -> str:
    """Return a code cell."""
    return fence("code-cell", code, *options)


def expected(output: str = "", *options: str) -> str:
    """Return an expectation."""
    return fence("expected", output, *options)


def assert_one_warning(build: Build, start: str, message: str) -> None:
    """Check that the build failed, and that it gives this warning, at this place, and no other."""
    assert build.code == 1, build.output
    assert len(build.warnings) == 1, build.output
    place, _, text = build.warnings[0].partition(": WARNING: ")
    assert place == start
    assert re.search(message, text), text


# -- Expected outputs -----------------------------------------------------------------------------

THIRD = cell("1 / 3")

AGREE = [
    cell("1 / 3") + expected("0.3333333333333333"),
    cell("1 / 3") + expected("0.333334", ":rtol: 1e-5"),
    cell("1 / 3") + expected("0.33", ":atol: 0.01"),
    cell("1 / 3") + expected("0.33...", ":flags: ELLIPSIS"),
    cell("print('1  2')") + expected("1 2", ":flags: NORMALIZE_WHITESPACE"),
    cell("print('1  2', 0.5)") + expected("1 2 ...", ":flags: NORMALIZE_WHITESPACE ELLIPSIS"),
    cell("print('two')\nprint('lines ')\n1 + 1") + expected("two\nlines\n2"),
    cell("print('a\\n\\nb')") + expected("a\n\nb"),
    # Two messages of the kernel are one text.
    cell("import time\nprint('a', flush=True)\ntime.sleep(0.4)\nprint('b')") + expected("a\nb"),
    cell("print('a', end='', flush=True)\ntime.sleep(0.4)\nprint('b')") + expected("ab"),
    cell("x = 1"),
    cell("assert x == 1\nprint(x)"),
    cell("for y in [x]:\n    assert y == x\nprint(y)", ":tags: [hide-input]"),
    cell("x", ":tags: [remove-output]"),
]


def test_an_output_is_what_is_printed_and_shown() -> None:
    """What goes to stderr is no part of it."""
    printed = NotebookNode(output_type="stream", name="stdout", text="printed")
    warned = NotebookNode(output_type="stream", name="stderr", text="warned")
    shown = NotebookNode(output_type="execute_result", data={"text/plain": "shown"})
    assert text_of([warned, printed, shown]) == "printed\nshown\n"


def test_outputs_that_are_as_expected_pass(site: Site) -> None:
    """A page whose outputs agree with its expectations, or are asserted, builds in silence."""
    site.notebook("# Title\n\n" + "".join(AGREE))
    build = site.build("doctest")
    assert (build.code, build.warnings) == (0, [])
    assert "1 pages, 14 cells, 12 outputs, 12 pinned, 0 page examples" in build.output


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param(
            THIRD + expected("0.6"),
            "{expected}",
            r"expected: the cell shows something else\.\nExpected:\n    0\.6\nGot:\n    0\.33",
            id="a wrong value",
        ),
        pytest.param(
            cell("x = 1") + "Text.\n\n" + expected("5"),
            "{expected}",
            "no code cell stands directly above this expectation",
            id="something between cell and expectation",
        ),
        pytest.param(
            THIRD + expected(),
            "{expected}",
            r"the expectation is empty; the cell shows\n0\.3333333333333333\n",
            id="an empty expectation",
        ),
        pytest.param(
            cell("x = 1") + expected("5"),
            "{expected}",
            "the code cell above shows no text to compare with",
            id="an expectation for a cell that shows nothing",
        ),
        pytest.param(
            cell("x = 1\ny = 2\nprint(x)\nprint(y)") + "Text.\n",
            "{code-cell}",
            "nothing pins the output of this cell: add an {expected} below it, or an assert to it",
            id="an output that nothing pins",
        ),
        pytest.param(
            THIRD + expected("0.3333333333333333", ":flags: ELLIPSIS ELIPSIS"),
            ":flags:",
            "'flags'.*: not a doctest option flag: ELIPSIS",
            id="an unknown flag",
        ),
        pytest.param(
            THIRD + expected("0.3333333333333333", ":rtol: small"),
            ":rtol:",
            "'rtol'.*could not convert string to float: 'small'",
            id="a tolerance that is no number",
        ),
    ],
)
def test_an_output_that_is_not_as_expected_fails(
    site: Site, text: str, place: str, message: str
) -> None:
    """A wrong, missing or needless expectation is one warning, with page, line and both texts."""
    page = site.notebook(f"# Title\n\n{text}")
    assert_one_warning(site.build(), f"index.md:{line_of(page, place)}", message)


def test_an_expectation_needs_a_page_with_cells(site: Site) -> None:
    """An expectation on a page that runs no cells stops the build."""
    page = site.page("# Title\n\n" + expected("5"))
    place = f"index.md:{line_of(page, '{expected}')}"
    assert_one_warning(site.build(), place, "no code cell stands directly above")


DIFFER = [
    # The last digit, without and with a tolerance.
    (THIRD, expected("0.3333333333333334"), r"0\.3333333333333334\nGot:\n    0\.3333333333333333"),
    (THIRD, expected("0.333335", ":rtol: 1e-6"), r"0\.333335\nGot:\n    0\.3333333333333333"),
    (THIRD, expected("0.335", ":atol: 0.001"), r"0\.335\nGot:\n    0\.3333333333333333"),
    (THIRD, expected("0.34", ":rtol: 0", ":atol: 1e-3"), r"0\.34\nGot:\n    0\.3333333333333333"),
    # A tolerance is for numbers only, and flags do not add up.
    (
        cell("print('about', 0.5)"),
        expected("some 0.5", ":rtol: 1"),
        r"some 0\.5\nGot:\n    about 0",
    ),
    (cell("print(1, 2)"), expected("1", ":rtol: 1"), r"1\nGot:\n    1 2\n"),
    (cell("print('1  2')"), expected("1 2", ":flags: ELLIPSIS"), r"1 2\nGot:\n    1  2\n"),
    (cell("print('123')"), expected("1...3"), r"1\.\.\.3\nGot:\n    123\n"),
    # Lines.
    (cell("print(1)\nprint(2)"), expected("1"), r"1\nGot:\n    1\n    2\n"),
    (cell("print(1)"), expected("1\n2"), r"1\n    2\nGot:\n    1\n"),
    (cell("print(1)\n2"), expected("2\n1"), r"2\n    1\nGot:\n    1\n    2\n"),
    (cell("print('a\\nb\\nc\\nd')"), expected("a\nb\nx\nd"), r"\n    -x\n    \+c\n"),
]


def test_every_difference_is_found(site: Site) -> None:
    """No difference passes; each is a warning at its own line, with what differs."""
    page = site.notebook("# Title\n\n" + "".join(shows + wants for shows, wants, _ in DIFFER))
    build = site.build()
    assert build.code == 1
    for number, (warning, (*_, message)) in enumerate(zip(build.warnings, DIFFER, strict=True), 1):
        assert warning.startswith(f"index.md:{line_of(page, '{expected}', number)}: WARNING: ")
        assert re.search(message, warning)


@pytest.mark.parametrize("builder", ["doctest", "html", "text"])
def test_expectations_are_compared_by_every_builder(site: Site, builder: str) -> None:
    """No build of any kind passes while an output is wrong."""
    page = site.notebook("# Title\n\n" + THIRD + expected("0.6"))
    build = site.build(builder)
    assert_one_warning(build, f"index.md:{line_of(page, '{expected}')}", "shows something else")


def test_lines_are_true_after_any_number_of_blank_lines(site: Site) -> None:
    """A message names the very line, however many blank lines stand above it."""
    wrong = THIRD.strip() + "\n{blank}" + expected("0.6").strip() + "\n"
    unknown = "{blank}Unknown: {{eval}}`nothing`.\n\n"
    texts = [f"{wrong}{unknown}".replace("{blank}", "\n" * count) for count in range(4)]
    page = site.notebook("# Title\n\n" + "".join(texts).replace("{{eval}}", "{eval}"))
    build = site.build()
    lines = [int(warning.split(":")[1]) for warning in build.warnings]
    wanted = [line_of(page, "{expected}", n) for n in range(1, 5)]
    wanted += [line_of(page, "{eval}", n) for n in range(1, 5)]
    assert sorted(lines) == sorted(wanted)


def test_a_checked_output_links_to_the_page_about_the_checks(site: Site) -> None:
    """In HTML a checked output carries a link to that page, and is not shown a second time."""
    site.configure("expected_page = 'checks'\n")
    site.page("# Checks\n", "checks")
    site.notebook(
        "# Title\n\n" + cell("print(6 * 7)") + expected("42") + cell("assert 1\nprint(5)")
    )
    assert site.build("html").code == 0
    first, second = soup(site).select("div.cell")
    assert first.select_one(".checked a")["href"] == "checks.html"
    assert first.select_one(".checked a").text == "checked"
    assert soup(site).text.count("42") == 1
    assert not second.select(".checked")


def test_the_page_about_the_checks_must_exist(site: Site) -> None:
    """A mark that would lead nowhere fails the build."""
    site.configure("expected_page = 'nowhere'\n")
    site.notebook("# Title\n\n" + THIRD + expected("0.3333333333333333"))
    build = site.build()
    assert build.code == 1
    assert re.search(r"^index\.md\S*: WARNING: unknown document: '/nowhere'", build.output, re.M)


# -- Writing the real outputs into the sources ----------------------------------------------------

OUTDATED = """# Title

```{code-cell}
1 / 3
```

```{expected}
0.6
0.7
```

Text, with trailing blanks   \nand `{expected}` in it.

```{code-cell}
print("a")
print()
print("b")
```
````{expected}
:flags: NORMALIZE_WHITESPACE
:rtol: 1e-6

````

```{code-cell}
1 / 3
```


~~~{expected}
---
rtol: 1e-6
---
0.5
~~~

```{code-cell}
1 / 3
```

:::{expected}
:::

```{code-cell}
1 / 3
```

```{expected}
:rtol: 0.1

0.33
```

```{code-cell}
2
```

```{expected}

2

```

````markdown
```{expected}
an example
```
````

```{code-cell}
3
```

```{expected}
:atol: 0.5
2
`````
"""

RENEWED = (
    OUTDATED.replace("0.6\n0.7\n", "0.3333333333333333\n")
    .replace(":rtol: 1e-6\n\n````", ":rtol: 1e-6\n\na\n\nb\n````")
    .replace("---\n0.5\n~~~", "---\n0.3333333333333333\n~~~")
    .replace("expected}\n:::", "expected}\n0.3333333333333333\n:::")
    .replace(":atol: 0.5\n2\n", ":atol: 0.5\n\n3\n")
)


def without_blank_options(text: str) -> str:
    """Drop the blank line that may follow a directive's options: it is not content."""
    return re.sub(r"^(---|:\w+:.*)\n\n(?!`)", r"\1\n", text, flags=re.MULTILINE)


def test_fix_writes_the_outputs_and_nothing_else(site: Site) -> None:
    """Outdated and empty expectations get the real outputs; every other byte stays as it is."""
    page = site.notebook(OUTDATED)
    assert site.build("dummy", "-t", "fix").code == 0
    renewed = page.read_text(encoding="utf-8")
    assert without_blank_options(renewed) == without_blank_options(HEADER + RENEWED)
    assert site.build().code == 0


def test_fix_leaves_what_agrees(site: Site) -> None:
    """Where all agrees, tolerances and flags considered, no file is written."""
    page = site.notebook("# Title\n\n" + "".join(AGREE))
    before = page.read_bytes(), page.stat().st_mtime_ns
    assert site.build("dummy", "-t", "fix").code == 0
    assert (page.read_bytes(), page.stat().st_mtime_ns) == before


def test_fix_works_when_asked_to_read_in_parallel(site: Site) -> None:
    """No output is lost where several processes could read the pages."""
    for name in "abcde":
        site.page("# Title\n", name)
    page = site.notebook("# Title\n\n" + THIRD + expected("0.6"))
    site.build("dummy", "-t", "fix", "-j", "2")
    assert page.read_text(encoding="utf-8").endswith(THIRD + expected("0.3333333333333333"))


def test_fix_still_complains_about_what_it_cannot_write(site: Site) -> None:
    """An expectation without a cell is an error with ``-t fix``, too."""
    page = site.notebook("# Title\n\nText.\n\n" + expected("5"))
    build = site.build("dummy", "-t", "fix")
    assert_one_warning(build, f"index.md:{line_of(page, '{expected}')}", "no code cell stands")


# -- No typed results in prose --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("There are 36 entries.\n", "36"),
        ("The answer is −4.6, about.\n", "−4.6"),
        ("It costs 120,422,400 MACs.\n", "120,422,400"),
        ("Half of it, or 50 %, remains.\n", "50 %"),
        ("# The 7 maps\n", "7"),
        ("- one item\n- item with 12 things\n", "12"),
        ("1. An item of a numbered list\n2. with 12 things\n", "12"),
        ("> quoted 12 times\n", "12"),
        ("| maps | MACs |\n| --- | ---: |\n| three | 108 |\n", "108"),
        ("A term\n: explained in 5 words\n", "5"),
        ("A [link to 8 maps](page.md).\n", "8"),
        ("**It is 4.6** and `0.5`.\n", "4.6"),
        ("```{note}\nThere are 36 entries.\n```\n", "36"),
        (":::{tip}\nThere are 36 entries.\n:::\n", "36"),
        ("```{admonition} The 36 entries\nText.\n```\n", "36"),
        ("````{note}\n```python\n1\n```\nThere are 36 entries.\n````\n", "36"),
        ("```python\n1\n`````\n\nThere are 36 entries.\n", "36"),
        ("Some ```code``` first.\n\n```one``` line of code.\n\nThere are 36 entries.\n", "36"),
        ("$$\n1 + 1\n$$\n\nThere are 36 entries.\n", "36"),
        ("$$x$$\n\nThere are 36 entries.\n", "36"),
    ],
)
def test_a_typed_number_fails(site: Site, text: str, number: str) -> None:
    """A number in prose that was typed is one warning, with page, line and the number."""
    site.page("# Page\n", "page")
    page = site.page(f"# Title\n\n{text}")
    message = f"the number {re.escape(number)} is typed: .*name it in names.toml with a reason"
    assert_one_warning(site.build(), f"index.md:{line_of(page, number)}", message)


def test_a_typed_number_in_an_answer_fails(site: Site) -> None:
    """The text of an answer is prose like any other."""
    text = cell("x = 1", ":tags: [answer]") + fence("answer", "It is 36.")
    page = site.notebook(f"# Title\n\n{text}")
    place = f"index.md:{line_of(page, '36')}"
    assert_one_warning(site.build(), place, "the number 36 is typed")


NOT_PROSE = """# Title

Code such as `x[5, 2]` or ``y[`2`]``, and mathematics such as $x_1 + 2$ are not prose.
Nor is where [a link](page5.md) leads, or <https://example.org/2014>.
A role has its own: {math}`a^2 + 7` and {sub}`2`.

1. A numbered list
2. has its numbers.

$$
T_{5,2} = 4.6
$$

```python
print(36)
```

```
36
```

~~~text
36
~~~

````markdown
```{note}
36
```
````

:::{math}
4 + 6
:::
"""


def test_what_is_not_prose_may_hold_numbers(site: Site) -> None:
    """Code, mathematics, roles, link targets, cells and front matter are not searched."""
    site.page("# Page\n", "page5")
    site.notebook(NOT_PROSE + "\n" + cell("6 * 7") + expected("42") + "It is {eval}`6 * 7`.\n")
    site.page("---\ndate: 2024\nmyst:\n  heading_anchors: 3\n---\n\n# Title\n", "dated")
    build = site.build()
    assert (build.code, build.warnings) == (0, [])


NAMES = r"""
[[name]]
pattern = '\d×\d'
reason = "a kernel size"

[[name]]
pattern = 'map [01]'
page = "index"
reason = "the number of a map"
"""


def test_a_number_that_names_something_passes(site: Site) -> None:
    """The list of names allows what it matches, on the page it says, and nothing else."""
    site.write("names.toml", NAMES)
    site.page("# Title\n\nA 1×1 convolution of map 1.\n")
    other = site.page("# Title\n\nA 1×1 convolution\nof map 1.\n", "other")
    place = f"other.md:{line_of(other, 'map 1')}"
    assert_one_warning(site.build(), place, "the number 1 is typed")


@pytest.mark.parametrize("reason", ["", 'reason = ""', 'reason = "  "'])
def test_a_name_needs_a_reason(site: Site, reason: str) -> None:
    """An entry of the list without a reason stops the build, and is shown."""
    site.write("names.toml", f"[[name]]\npattern = 'map [01]'\n{reason}\n")
    site.page("# Title\n")
    build = site.build()
    assert build.code != 0
    assert re.search(r"names\.toml: .*'map \[01\]'.* needs a reason", build.output)


def test_an_edit_of_the_names_reads_the_pages_again(site: Site) -> None:
    """A name that is taken off the list is a typed number in the next build."""
    site.configure('fresh_build_files = ["names.toml"]\n')
    site.write("names.toml", NAMES)
    site.page("# Title\n\nA 1×1 convolution.\n")
    assert site.build().code == 0
    site.write("names.toml", "name = []\n")
    assert site.build().code == 1


# -- Values in sentences --------------------------------------------------------------------------


def test_values_read_like_text(site: Site) -> None:
    """A value in a sentence is formatted as in an f-string; NumPy's types never show."""
    setup = cell(
        "import numpy as np\nx, n = np.float64(4.6), np.int64(120422400)\nnames = {'a': 1}"
    )
    lines = [
        "# The {eval}`n`",
        "a {eval}`x`, b {eval}`n:,`, c {eval}`1 / 3:.2f`, d {eval}`x + 1`, e {eval}`x:.0f`.",
        "f {eval}`names['a']`, g {eval}`np.arange(3)[1]`, h {eval}`'text'`, i {eval}`n == 5`.",
        "| j {eval}`x` |\n| --- |\n| k {eval}`n` |",
        "- l {eval}`x > 4`",
        setup.replace("x, n", "y, n").replace("4.6", "0.6") + "m {eval}`y`",
    ]
    site.notebook(setup + "\n\n".join(lines) + "\n")
    build = site.build("text")
    assert (build.code, build.warnings) == (0, [])
    shown = (site.output("text") / "index.txt").read_text(encoding="utf-8")
    assert "The 120422400" in shown
    assert "a 4.6, b 120,422,400, c 0.33, d 5.6, e 5." in shown
    assert "f 1, g 1, h text, i False." in shown
    assert re.search(r"j 4\.6 .*k 120422400 .*l True.*m 0\.6", shown, re.DOTALL)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("nothing", "cannot show 'nothing': NameError: name 'nothing' is not defined"),
        ("1 / 0", "cannot show '1 / 0': ZeroDivisionError: division by zero"),
    ],
)
def test_a_value_that_cannot_be_computed_fails(site: Site, value: str, message: str) -> None:
    """An unknown name and an expression that fails stop the build."""
    page = site.notebook(f"# Title\n\n{cell('x = 1')}It is {{eval}}`{value}`.\n")
    assert_one_warning(site.build(), f"index.md:{line_of(page, '{eval}')}", message)


NO_VALUES = {
    "1 +": r"cannot show '1 \+': SyntaxError",
    "1:.2q": "cannot show '1:.2q': ValueError",
    "''": "the value is empty",
}
if repr(np.float64(1)) != "1.0":  # as it was before NumPy 2
    NO_VALUES |= dict.fromkeys(("[np.float64(1)]", "np.float64(1)!r"), r"np\.float64\(1\.0\)")


def test_what_is_no_value_fails(site: Site) -> None:
    """A mistake in an expression, nothing, and the name of a NumPy type are not shown."""
    text = "".join(f"It is {{eval}}`{value}`.\n\n" for value in NO_VALUES)
    page = site.notebook("# Title\n\n" + cell("import numpy as np") + text)
    build = site.build()
    assert build.code == 1
    for warning, (value, message) in zip(build.warnings, NO_VALUES.items(), strict=True):
        place = f"index.md:{line_of(page, f'`{value}`')}"
        assert warning.startswith(f"{place}: WARNING: {{eval}} cannot show ")
        assert re.search(message, warning)


def test_a_value_needs_a_page_that_runs_cells(site: Site) -> None:
    """A value on a page without a kernel stops the build."""
    page = site.page("# Title\n\nIt is {eval}`1 + 1`.\n")
    place = f"index.md:{line_of(page, '{eval}')}"
    assert_one_warning(site.build(), place, "cannot show '1 \\+ 1': this page runs no cells")


# -- Cells that fail ------------------------------------------------------------------------------


def test_a_cell_that_raises_stops_every_build(site: Site) -> None:
    """The message has page, line, cell and error in plain text; the next build says it again."""
    for name in "abcde":
        site.page("# Title\n", name)
    page = site.notebook(
        "# Title\n\n" + cell("x = 1") + cell("if x:\n    raise OSError('no luck')")
    )
    place = f"index.md:{line_of(page, '{code-cell}', 2)}"
    for options in ([], ["-j", "2"]):
        build = site.build("dummy", *options)
        assert build.code != 0
        assert f"{place}: this code cell failed" in build.output
        assert "if x:\n        raise OSError('no luck')\n" in build.output
        assert "OSError: no luck" in build.output
        assert "\x1b" not in build.output


def test_a_warning_in_a_cell_fails(site: Site) -> None:
    """What a cell writes to stderr, such as a RuntimeWarning, stops the build."""
    code = "import numpy as np\nx = np.ones(1) / np.zeros(1)\nassert x.size"
    page = site.notebook("# Title\n\n" + cell("y = 1") + cell(code))
    place = f"index.md:{line_of(page, '{code-cell}', 2)}"
    assert_one_warning(site.build(), place, "stderr was found in the cell outputs")


# -- Answers --------------------------------------------------------------------------------------

ANSWER = (
    cell("x = 'shown'\nprint(x)", ":tags: [answer]")
    + expected("shown")
    + cell("print(x + ' next')", ":tags: [answer]")
    + expected("shown next")
    + fence("answer", "It is {eval}`x`, *of course*.")
)


def test_answers_are_folded_in_html_and_open_in_text(site: Site) -> None:
    """All cells of an answer and its text are inside one ``details``, and in the open elsewhere."""
    site.notebook("# Title\n\n" + cell("assert 1\nprint('question')") + ANSWER + "The end.\n")
    assert site.build("html").code == 0
    (details,) = soup(site).select("details.answer")
    assert details.summary.text == "Show the answer"
    outputs = [output.text.strip() for output in details.select(".cell_output")]
    assert outputs == ["shown", "shown next"]
    assert details.find_all("p", recursive=False)[-1].text == "It is shown, of course."
    assert "question" not in details.text
    assert "The end" not in details.text
    assert site.build("text").code == 0
    shown = (site.output("text") / "index.txt").read_text(encoding="utf-8")
    assert re.search(r"question.*shown next.*It is shown, \*of course\*\..*The end", shown, re.S)


def test_a_hidden_cell_is_a_plain_details_element(site: Site) -> None:
    """It opens without a script, and its summary holds phrases only, as HTML asks."""
    site.configure("extensions.append('formats.html_fixes')\nnb_code_prompt_hide = 'Hide < it'\n")
    site.notebook(
        "# Title\n\n" + cell("print('result')", ":tags: [hide-input]") + expected("result")
    )
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    (details,) = soup(site).select("details")
    assert [span.text for span in details.summary.select("span")] == [
        "Show code cell source", "Hide < it",
    ]  # fmt: skip
    assert not details.summary.select("p")
    assert "print('result')" in details.pre.text
    assert "result" in soup(site).select_one(".cell_output").text


def test_references_are_a_list(site: Site) -> None:
    """A screen reader is told that each of them is an item."""
    site.configure("extensions.append('formats.html_fixes')\n")
    references = "[one]_, [two]_\n\n.. [one] The first.\n.. [two] The second."
    site.page("# Title\n\n" + fence("eval-rst", references))
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    assert [c["role"] for c in soup(site).select(".citation")] == ["listitem"] * 2
    assert soup(site).select(".citation")[0].find_parent(role="list")


def test_an_answer_is_checked(site: Site) -> None:
    """A wrong output inside an answer stops the build."""
    page = site.notebook("# Title\n\n" + ANSWER.replace("\nshown next\n", "\nshown before\n"))
    place = f"index.md:{line_of(page, '{expected}', 2)}"
    assert_one_warning(site.build(), place, "Expected:\n    shown before\nGot:\n    shown next")


@pytest.mark.parametrize("header", [True, False], ids=["cells", "no cells"])
def test_an_answer_needs_a_cell(site: Site, header: bool) -> None:
    """An answer that computes nothing stops the build, on any page."""
    text = "# Title\n\n" + (cell("x = 1") if header else "") + fence("answer", "It is true.")
    page = (site.notebook if header else site.page)(text)
    place = f"index.md:{line_of(page, '{answer}')}"
    assert_one_warning(site.build(), place, "an answer needs a code cell tagged 'answer'")


# -- Examples -------------------------------------------------------------------------------------


def test_examples_are_run_and_counted(site: Site) -> None:
    """The doctest pass counts pages, cells, outputs and examples; new modules are found."""
    site.write("sample/inner/__init__.py", "")
    site.write(
        "sample/inner/new.py", 'def f():\n    """\n    >>> f()\n    5\n    """\n    return 5\n'
    )
    example = fence("doctest", ">>> 1 + 1\n2\n>>> 2 + 2\n4")
    site.notebook("# Title\n\n" + THIRD + expected("0.3333333333333333") + cell("x = 1") + example)
    site.page("# Title\n", "other")
    build = site.build("doctest")
    assert build.code == 0
    counts = "2 pages, 2 cells, 1 outputs, 1 pinned, 2 page examples, 2 docstring examples"
    assert counts in build.lines


def test_a_failing_docstring_example_fails(site: Site) -> None:
    """The doctest pass shows file, line and difference of an example that is wrong."""
    module = site.write("sample/wrong.py", '"""A module.\n\n>>> 1 + 1\n3\n"""\n')
    site.page("# Title\n")
    build = site.build("doctest")
    assert build.code == 1
    assert f'File "{module}", line 3, in sample.wrong' in build.output
    assert "Expected:\n    3\nGot:\n    2\n" in build.output
    assert "1 examples failed" in build.output


def test_a_failing_example_on_a_page_fails(site: Site) -> None:
    """The doctest pass shows page, line and difference of an example that is wrong."""
    page = site.page("# Title\n\nText.\n\n" + fence("doctest", ">>> 1 + 1\n3"))
    build = site.build("doctest")
    assert build.code == 1
    line = re.search(r'File "\S*index\.md", line (\d+)', build.output)[1]
    assert line_of(page, "```") <= int(line) <= line_of(page, ">>>")
    assert "Expected:\n    3\nGot:\n    2\n" in build.output


COUNTS = ["pages", "cells", "outputs", "pinned", "page examples", "docstring examples"]


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_below_its_minimum_fails(site: Site, name: str) -> None:
    """The doctest pass fails where there is less than ``conf.py`` asks for, such as nothing."""
    site.configure(f"doctests_minimums = {{{name!r}: 2}}\n")
    site.page("# Title\n")
    site.write("sample/__init__.py", "")
    build = site.build("doctest")
    assert build.code == 1
    assert f"only {int(name == 'pages')} {name}; conf.py asks for 2" in build.output


def test_counts_at_their_minimum_pass(site: Site) -> None:
    """The doctest pass accepts exactly what ``conf.py`` asks for."""
    site.configure("doctests_minimums = {'pages': 1, 'docstring examples': 1}\n")
    site.page("# Title\n")
    build = site.build("doctest")
    assert (build.code, build.warnings) == (0, [])


@pytest.mark.parametrize(
    "text",
    [
        "```python\n>>> 6 * 7\n42\n```\n",
        "```pycon\n>>> 6 * 7\n42\n```\n",
        "```\ntext\n>>> 6 * 7\n```\n",
        "```{code-block} pycon\n\n>>> 6 * 7\n42\n```\n",
        "```{eval-rst}\n>>> 6 * 7\n42\n```\n",
    ],
    ids=["python", "pycon", "no language", "code-block", "reStructuredText"],
)
def test_an_example_that_nothing_runs_fails(site: Site, text: str) -> None:
    """A prompt on a page that looks like a checked example, and is not, stops every build."""
    page = site.page(f"# Title\n\nText.\n\n{text}")
    build = site.build()
    assert build.code == 1
    assert len(build.warnings) == 1
    start, _, message = build.warnings[0].partition(": WARNING: ")
    assert message.startswith("nothing runs this >>> example: make it a {doctest}, or a code cell")
    path, _, line = start.partition(":")
    assert path == "index.md"
    assert line_of(page, "```") <= int(line) <= line_of(page, ">>>")


def test_examples_that_are_run_may_be_shown(site: Site) -> None:
    """Docstrings and ``{doctest}`` blocks may have prompts: they are run."""
    site.page(
        "# Title\n\n"
        + fence("eval-rst", ".. automodule:: sample")
        + fence("doctest", ">>> 1 + 1\n2")
    )
    build = site.build()
    assert (build.code, build.warnings) == (0, [])


# -- Images, mathematics, references --------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Two &lt; three">{}</svg>'
SHOW = """
class Drawing:
    def _repr_svg_(self):
        return '''{svg}'''
    def __repr__(self):
        return 'a drawing'

Drawing()
"""


def test_a_figure_is_part_of_the_page(site: Site) -> None:
    """In HTML the SVG itself stands in the page, drawn by a cell or from a file."""
    code = SHOW.format(svg=SVG.format("<text>words</text>"))
    site.write("docs/dot.svg", SVG.format("<text>file</text>"))
    image = "```{image} dot.svg\n```\n"
    site.notebook("# Title\n\n" + cell(code) + expected("a drawing") + image)
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    figures = soup(site).select("svg")
    assert [svg.text for svg in figures] == ["words", "file"]
    assert {(svg["role"], svg["aria-label"]) for svg in figures} == {("img", "Two < three")}
    assert not soup(site).select("img")


def test_parts_of_figures_are_found_on_their_page(site: Site) -> None:
    """Two figures with the same ids become parts of one page, and each refers to its own parts."""
    part = '<path id="part"/><use xlink:href="#part"/><g id="other" clip-path="url(#part)"/>'
    site.write("docs/dot.svg", SVG.format(part))
    site.page("# Title\n\n" + "```{image} dot.svg\n```\n\n" * 2)
    assert site.build("html").code == 0
    first, second = soup(site).select("svg")
    ids = [svg.path["id"] for svg in (first, second)]
    assert ids[0] != ids[1]
    assert [svg.use["xlink:href"] for svg in (first, second)] == [f"#{name}" for name in ids]
    assert [svg.g["clip-path"] for svg in (first, second)] == [f"url(#{name})" for name in ids]
    every = [element["id"] for element in soup(site).select("[id]")]
    assert len(set(every)) == len(every)


def test_a_photograph_is_a_file_that_waits(site: Site) -> None:
    """A browser fetches it, once, when it comes into view; a small map stays in the page."""
    data = bytes(range(256)) * 12
    place = 'width="9" height="8" transform="matrix(2 0 0 2 0 0)"'
    small, large = (
        f'<image xlink:href="data:image/webp;base64,{b64encode(content).decode()}" {place}/>'
        for content in (b"small", data)
    )
    site.write("docs/dot.svg", SVG.format(small + large))
    site.page("# Title\n\n" + "```{image} dot.svg\n```\n\n" * 2)
    assert site.build("html").code == 0
    (file,) = (site.output("html") / "_images").iterdir()
    assert file.read_bytes() == data
    assert len(soup(site).select("svg")) == 2
    for svg in soup(site).select("svg"):
        assert svg.select_one("image")["xlink:href"].endswith(b64encode(b"small").decode())
        assert len(svg.select("image")) == 1
        photograph = svg.foreignobject.img
        assert photograph["src"] == f"_images/{file.name}"
        assert photograph["loading"] == "lazy"
        assert svg.foreignobject["transform"] == "matrix(2 0 0 2 0 0)"
        sizes = [(e["width"], e["height"]) for e in (photograph, svg.foreignobject)]
        assert sizes == [("9", "8")] * 2


def test_the_description_of_a_figure_is_its_alt_text(site: Site) -> None:
    """Where no SVG can be shown, its description stands for it."""
    site.write("docs/dot.svg", SVG)
    site.page("# Title\n\n```{image} dot.svg\n```\n")
    build = site.build("text")
    assert (build.code, build.warnings) == (0, [])
    assert "Two < three" in (site.output("text") / "index.txt").read_text(encoding="utf-8")


def test_a_figure_without_a_description_fails(site: Site) -> None:
    """An SVG of a cell that says nothing in words stops the build."""
    code = SHOW.format(svg=re.sub(' aria-label="[^"]*"', "", SVG))
    page = site.notebook("# Title\n\n" + cell(code) + expected("a drawing"))
    place = f"index.md:{line_of(page, '{code-cell}')}"
    assert_one_warning(site.build(), place, "an image needs alt text")


@pytest.mark.parametrize("image", ["![](dot.svg)", "```{image} dot.svg\n```", "![ ](dot.svg)"])
def test_an_image_without_alt_text_fails(site: Site, image: str) -> None:
    """An image that says nothing in words stops the build."""
    site.write("docs/dot.svg", re.sub(' aria-label="[^"]*"', "", SVG))
    page = site.page(f"# Title\n\nText.\n\n{image}\n")
    place = f"index.md:{line_of(page, 'dot.svg')}"
    assert_one_warning(site.build(), place, "an image needs alt text")


def test_an_image_with_alt_text_passes(site: Site) -> None:
    """An image that is described is fine."""
    site.write("docs/dot.svg", SVG)
    site.page("# Title\n\n![A dot](dot.svg)\n")
    build = site.build()
    assert (build.code, build.warnings) == (0, [])


def test_an_image_of_pixels_stays_an_image(site: Site) -> None:
    """Only drawings become part of the page."""
    site.write("docs/dot.png", "")
    site.page("# Title\n\n![A dot](dot.png)\n")
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    (image,) = soup(site).select("img")
    assert (image["src"], image["alt"]) == ("_images/dot.png", "A dot")


FORMULAS = {
    r"$\frac{1}{2}$": "mfrac",
    r"$\begin{bmatrix}a & b \\ c & d\end{bmatrix}$": "mtable",
    "$$\na &= b \\\\\nc &= d\n$$": "mtable",
    "$$\n\\begin{aligned}a &= b \\\\ c &= d\\end{aligned}\n$$": "mtable",
    r"$$\sum_{c=0}^{2} w_c$$": "munderover",
}


def test_mathematics_is_mathml(site: Site) -> None:
    """Formulas are elements of the page: no script and no image draws them."""
    site.page("# Title\n\n" + "\n\n".join(FORMULAS) + "\n")
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    formulas = soup(site).select("math")
    assert len(formulas) == len(FORMULAS)
    assert all(formula.find(tag) for formula, tag in zip(formulas, FORMULAS.values(), strict=True))
    displayed = [formula.get("display") for formula in formulas]
    assert displayed == [None, None, "block", "block", "block"]
    table = formulas[2].find("mtable")
    assert [len(row.find_all("mtd")) for row in table.find_all("mtr")] == [2, 2]
    assert not soup(site).select("img")
    assert not [s["src"] for s in soup(site).select("script[src]") if "://" in s["src"]]


@pytest.mark.parametrize("formula", [r"$\frac{a$", r"$$\nonsense{a}$$"])
def test_a_formula_that_cannot_be_converted_fails(site: Site, formula: str) -> None:
    """A mistake in a formula stops the HTML build, and shows the formula."""
    page = site.page(f"# Title\n\nText.\n\n{formula}\n")
    place = f"index.md:{line_of(page, formula)}"
    latex = re.escape(repr(formula.strip("$")))
    assert_one_warning(site.build("html"), place, f"no MathML for {latex}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("See [there](nowhere.md).", "cross-reference target not found: 'nowhere.md'"),
        ("See [there](#nowhere).", "cross-reference target not found: 'nowhere'"),
        ("See {ref}`nowhere`.", "undefined label: 'nowhere'"),
        ("See {doc}`nowhere`.", "unknown document: 'nowhere'"),
        ("See {py:func}`nowhere`.", "py:func reference target not found: nowhere"),
        ("See {term}`nowhere`.", "term not in glossary: 'nowhere'"),
        ("![A dot](nowhere.png)", "image file not readable: nowhere.png"),
    ],
)
def test_a_broken_reference_fails(site: Site, text: str, message: str) -> None:
    """A reference to something that does not exist stops the build, and names page and target."""
    site.page(f"# Title\n\nText.\n\n{text}\n")
    build = site.build()
    assert build.code == 1
    assert len(build.warnings) == 1
    assert re.match(rf"index\.md:(5|): WARNING: .*{re.escape(message)}", build.warnings[0])


# -- Builds that follow each other ----------------------------------------------------------------


@pytest.mark.parametrize("builder", ["dummy", "html"])
def test_a_failure_is_not_forgotten(site: Site, builder: str) -> None:
    """What was wrong fails again in the next build, although nothing was edited."""
    site.page("# Other\n", "other")
    site.page("# Title\n\nThere are 36 entries, and $\\nonsense{a}$.\n")
    first, second = site.build(builder), site.build(builder)
    assert first.code == second.code == 1
    assert first.warnings == second.warnings
    assert len(first.warnings) == {"dummy": 1, "html": 2}[builder]


def test_a_build_without_an_edit_reads_nothing(site: Site) -> None:
    """When all is well, and nothing was edited, the next build says and reads nothing."""
    site.page("# Other\n", "other")
    site.page("# Title\n")
    first, second = site.build(), site.build()
    assert first.pages_read == ["index", "other"]
    assert (second.code, second.output) == (0, "")


def test_progress_is_one_line_for_each_page(site: Site) -> None:
    """A build that is well prints a numbered line with the time of each page, and no more."""
    for name in ("a", "b", "c", "d", "e", "index"):
        site.page("# Title\n", name)
    build = site.build("html", "-j", "2")
    numbers = [re.match(r"\[(\d)/6\] +\d+\.\d s  \w+$", line)[1] for line in build.lines]
    assert sorted(numbers) == ["1", "2", "3", "4", "5", "6"]
    assert build.pages_read == ["a", "b", "c", "d", "e", "index"]
