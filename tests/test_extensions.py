"""The extensions in ``docs/_ext``, on little sites: every kind of mistake is found where it is.

A build is slow beside what it checks. So all mistakes that are warnings stand on the pages of one
site, and all that is right on those of another; each is built once. A mistake that ends a build has
a build of its own.
"""

from __future__ import annotations

import inspect
import pickle
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
import pytest
from checked_pages import cells, sources
from checked_pages.cells import Cell
from checked_pages.dependencies import imports_of, modules_read
from checked_pages.expected import Expected, text_of
from checked_pages.typed_numbers import typed_numbers
from myst_nb.core import read
from myst_nb.core.execute import NotebookClientBase, inline
from myst_nb.sphinx_ import Parser
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from sites import HEADER, TEMPLATES, Build, Site, line_of, soup

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


# -- What is wrong --------------------------------------------------------------------------------


class Fault(NamedTuple):
    """A text that is one mistake: what stands in its line, and what is said of it."""

    text: str
    place: str
    message: str


THIRD = cell("1 / 3")
SHOWS = r"expected: the cell shows something else\.\nExpected:\n    "
UNPINNED = (
    "expected: nothing pins the output of this cell: add an {expected} below it, "
    "or an assert about what it shows to it"
)
TYPED = "the number {} is typed: compute it with {{eval}}, or name it in names.toml with a reason"


def differs(shows: str, wants: str, message: str) -> Fault:
    """Return a cell whose expectation is wrong."""
    return Fault(shows + wants, "{expected}", message)


def typed(text: str, number: str, place: str = "") -> Fault:
    """Return a text in which a number is typed."""
    return Fault(f"{text}\n", place or number, re.escape(TYPED.format(number)))


def is_no_value(value: str, message: str) -> Fault:
    """Return a sentence whose value cannot be shown."""
    text = f"It is {{eval}}`{value}`.\n\n"
    return Fault(text, "{eval}", r"\{eval\} cannot show " + re.escape(repr(value)) + f": {message}")


OUTPUTS = [
    differs(THIRD, expected("0.6"), rf"{SHOWS}0\.6\nGot:\n    0\.33"),
    Fault(
        cell("x = 1") + "Text.\n\n" + expected("5"),
        "{expected}",
        "no code cell stands directly above this expectation",
    ),
    differs(THIRD, expected(), r"the expectation is empty; the cell shows\n0\.3333333333333333\n"),
    differs(cell("x = 1"), expected("5"), "the code cell above shows no text to compare with"),
    Fault(
        cell("x = 1\ny = 2\nprint(x)\nprint(y)") + "Text.\n\n", "{code-cell}", re.escape(UNPINNED)
    ),
    # The last digit, without and with a tolerance.
    differs(THIRD, expected("0.3333333333333334"), rf"{SHOWS}0\.3333333333333334\nGot:\n    0\.33"),
    differs(THIRD, expected("0.333335", ":rtol: 1e-6"), rf"{SHOWS}0\.333335\nGot:\n    0\.33"),
    differs(THIRD, expected("0.335", ":atol: 0.001"), rf"{SHOWS}0\.335\nGot:\n    0\.33"),
    differs(THIRD, expected("0.34", ":rtol: 0", ":atol: 1e-3"), rf"{SHOWS}0\.34\nGot:\n    0\.33"),
    # A tolerance is for numbers only, and flags do not add up.
    differs(cell("print('about', 0.5)"), expected("some 0.5", ":rtol: 1"), rf"{SHOWS}some 0\.5\n"),
    differs(cell("print(1, 2)"), expected("1", ":rtol: 1"), rf"{SHOWS}1\nGot:\n    1 2\n"),
    differs(cell("1 == 1"), expected("1"), rf"{SHOWS}1\nGot:\n    True\n"),
    differs(
        cell("print('1  2')"), expected("1 2", ":flags: ELLIPSIS"), rf"{SHOWS}1 2\nGot:\n    1  2\n"
    ),
    differs(cell("print('123')"), expected("1...3"), rf"{SHOWS}1\.\.\.3\nGot:\n    123\n"),
    # Lines.
    differs(cell("print(1)\nprint(2)"), expected("1"), rf"{SHOWS}1\nGot:\n    1\n    2\n"),
    differs(cell("print(1)"), expected("1\n2"), rf"{SHOWS}1\n    2\nGot:\n    1\n"),
    differs(cell("print(1)\n2"), expected("2\n1"), rf"{SHOWS}2\n    1\nGot:\n    1\n    2\n"),
    differs(cell("print('a\\nb\\nc\\nd')"), expected("a\nb\nx\nd"), r"\n    -x\n    \+c\n"),
    # Errors.
    differs(
        cell("1 / 0", ":tags: [raises-exception]"),
        expected("ZeroDivisionError: by one"),
        r"by one\nGot:\n    ZeroDivisionError: division by zero\n",
    ),
    differs(
        cell("print('partly')\n1 / 0", ":tags: [raises-exception]"),
        expected("partly"),
        r"partly\nGot:\n    partly\n    ZeroDivisionError: division by zero\n",
    ),
    Fault(
        cell("assert x\nprint('partly')\n1 / 0", ":tags: [raises-exception]"),
        "{code-cell}",
        r"nothing pins the error of this cell: add an \{expected\} below it",
    ),
    Fault(
        cell("assert not x", ":tags: [raises-exception, remove-input]"),
        "{code-cell}",
        "nothing pins the error of this cell",
    ),
    *(
        Fault(cell(code, ":tags: [raises-exception]"), "{code-cell}", "nothing pins the error of")
        for code in ("1 / 0", "def f(:", "raise OSError", "await 1")
    ),
    Fault(
        cell("y = 1", ":tags: [raises-exception]"),
        "{code-cell}",
        "this cell is tagged raises-exception, and raises nothing",
    ),
    Fault(
        cell("print(y)", ":tags: [raises-exception]") + expected("1"),
        "{code-cell}",
        "this cell is tagged raises-exception, and raises nothing",
    ),
    # Whatever the output is made of, the cell says what pins it.
    Fault(
        cell("from IPython.display import Markdown, display\nMarkdown('assert wrong')"),
        "{code-cell}",
        re.escape(UNPINNED),
    ),
    # An assert about something else pins nothing: neither a constant, nor a function or a module.
    *(
        Fault(cell(f"import math\n{code}"), "{code-cell}", re.escape(UNPINNED))
        for code in (
            "assert 1\nprint(x)",
            "z = 2\nassert z == 2\nx",
            "assert str(2) == '2'\nprint(str(x))",
            "assert math.pi > 3\nprint(math.sqrt(x))",
            "print(x)\nfor z in [2]:\n    assert z == 2",
        )
    ),
    Fault(
        cell("display(Markdown('~~~\\n1 +\\n~~~'))", ":tags: [remove-input]"),
        "{code-cell}",
        re.escape(UNPINNED),
    ),
    Fault(
        cell("display({'text/html': 'x', 'text/plain': ''}, raw=True)") + expected("x"),
        "{expected}",
        "shows no text to compare with: if it shows something else, add an assert to it instead",
    ),
    # What goes to stderr, such as a RuntimeWarning.
    Fault(
        cell("import numpy as np\nz = np.ones(1) / np.zeros(1)\nassert z.size\nz"),
        "{code-cell}",
        "stderr was found in the cell outputs",
    ),
]

OPTIONS = [
    Fault(
        THIRD + expected("0.3333333333333333", ":flags: ELLIPSIS ELIPSIS"),
        ":flags:",
        "'flags'.*: not a doctest option flag: ELIPSIS",
    ),
    Fault(THIRD + expected("0.3333333333333333", ":flags:"), ":flags:", "option flag: nothing"),
    Fault(
        cell("3") + expected("3", ":rtol: 0.1"),
        "{expected}",
        "a tolerance is for floats, and the expectation has none: ",
    ),
    Fault(
        THIRD + expected("0.3333333333333333", ":rtol: small"),
        ":rtol:",
        "'rtol'.*could not convert string to float: 'small'",
    ),
]

NUMBERS = [
    typed("There are 36 entries.\n", "36"),
    typed("The answer is −4.6, about.\n", "−4.6"),
    typed("It costs 120,422,400 MACs.\n", "120,422,400"),
    typed("Half of it, or 50 %, remains.\n", "50 %"),
    typed("## The 7 maps\n", "7"),
    typed("- one item\n- item with 12 things\n", "12"),
    typed("1. An item of a numbered list\n2. with 12 things\n", "12"),
    typed("> quoted\n> 12 times\n", "12"),
    typed("| maps | MACs |\n| --- | ---: |\n| two | three |\n| four | 108 |\n", "108"),
    typed("| maps | 8 MACs |\n| --- | ---: |\n", "8"),
    typed("A term\n: explained in 5 words\n", "5"),
    typed("A [link to 8 maps](other.md).\n", "8"),
    typed("**It is\\\n4.6** and `0.5`.\n", "4.6"),
    typed("```{note}\nThere are 36 entries.\n```\n", "36"),
    typed(":::{tip}\nThere are 36 entries.\n:::\n", "36"),
    typed("```{important}\nThere are\n36 entries.\n```\n", "36"),
    typed("```{seealso}\nThere are 36 entries.\n```\n", "36"),
    typed("```{admonition} The 36 entries\nText.\n```\n", "36"),
    typed("````{note}\n```python\n1\n```\nThere are 36 entries.\n````\n", "36"),
    typed("```python\n1\n`````\n\nThere are 36 entries.\n", "36"),
    typed("Some ```code``` first.\n\n```one``` line of code.\n\nThere are 36 entries.\n", "36"),
    typed("$$\n1 + 1\n$$\n\nThere are 36 entries.\n", "36"),
    typed("$$x$$\n\nThere are 36 entries.\n", "36"),
    typed("```{figure} dot.png\n:alt: A dot\n\nThe caption has 36 words.\n```\n", "36"),
    typed("A picture ![of 7 dots](dot.png) in a line.\n", "7"),
    typed("![of 7 dots](dot.png)\n", "7"),
    typed("```{code-block} python\n:caption: The 36 lines\n1\n```\n", "36", "{code-block}"),
    typed("```{list-table}\n* - maps\n  - MACs\n* - three\n  - 108\n```\n", "108"),
    typed("A note.[^note]\n\n[^note]: It has 5 words.\n", "5"),
    typed("<p>HTML\nof 12 lines</p>\n", "12"),
    typed("It is <b>12</b>.\n", "12"),
    typed('It says "12\'s".\n', "12"),
    typed("```{toctree}\n:hidden:\nThe 9th <other>\n```\n", "9", "{toctree}"),
    typed(
        cell(
            "display(Markdown('words'))", "---", "mystnb:", "  figure:", "    caption: Of 36", "---"
        )
        + expected("<IPython.core.display.Markdown object>"),
        "36",
        "{code-cell}",
    ),
]

VALUES = [
    is_no_value("nothing", "NameError: name 'nothing' is not defined"),
    is_no_value("1 / 0", "ZeroDivisionError: division by zero"),
    is_no_value("1 +", "SyntaxError"),
    is_no_value("1:.2q", "ValueError"),
    is_no_value("''", "the value is empty"),
    is_no_value("6 * 7:words", "words are for 0 to 12, and this is 42"),
    is_no_value("1 / 2:words", r"words are for 0 to 12, and this is 0\.5"),
    # A warning is no result, whatever the expression gives.
    is_no_value("a / b", "RuntimeWarning: divide by zero"),
    is_no_value("2 * (a / b)", "RuntimeWarning: divide by zero"),
    is_no_value("print('x', file=sys.stderr)", "x"),
    is_no_value("quiet()", "UserWarning: said quietly"),
]
if repr(np.float64(1)) != "1.0":  # as it was before NumPy 2
    VALUES += [
        is_no_value(value, r"it reads .*np\.float64\(1\.0\)")
        for value in ("[np.float64(1)]", "np.float64(1)!r")
    ]

ANSWER = (
    cell("x = 'shown'\nprint(x)", ":tags: [answer]")
    + expected("shown")
    + cell("print(x + ' next')", ":tags: [answer]")
    + expected("shown next")
    + fence("answer", "It is {eval}`x`, *of course*.")
)
ANSWERS = [
    differs(
        ANSWER[: ANSWER.index("```{expected}\nshown next")],
        expected("shown before") + fence("answer", "Text."),
        rf"{SHOWS}shown before\nGot:\n    shown next",
    )._replace(place="```{expected}\nshown before"),
    Fault(
        cell("x = 1") + fence("answer", "It is true."), "{answer}", "an answer needs a code cell"
    ),
    Fault("Text.\n\n" + fence("answer", "It is true."), "{answer}", "an answer needs a code cell"),
    typed(cell("x = 1", ":tags: [answer]") + fence("answer", "It is 36."), "36"),
]

NO_CELLS = [
    Fault(expected("5"), "{expected}", "no code cell stands directly above this expectation"),
    Fault("It is {eval}`1 + 1`.\n\n", "{eval}", r"cannot show '1 \+ 1': this page runs no cells"),
    Fault(
        fence("answer", "It is true."), "{answer}", "an answer needs a code cell tagged 'answer'"
    ),
]

NO_CELLS.append(Fault(cell("1 / 3"), "{code-cell}", "Found an unexpected `code-cell`"))
UNREAD = [
    Fault(f"Text.\n\n{text}\n\n", "{code-cell}", "Found an unexpected `code-cell`")
    for text in (
        ":::{code-cell}\nx = 1\n:::",
        "``` {code-cell}\nx = 1\n```",
        "- item\n\n  ```{code-cell}\n  x = 1\n  ```",
        "> ```{code-cell}\n> x = 1\n> ```",
        "````{note}\n```{code-cell}\nx = 1\n```\n````",
    )
]

UNRUN = "nothing runs this >>> example: make it a {doctest}, or a code cell"
EXAMPLES = [
    Fault(f"Text.\n\n{text}\n", place, re.escape(UNRUN))
    for text, place in {
        "```python\n>>> 6 * 7\n42\n```\n": "```python",
        "```pycon\n>>> 6 * 7\n42\n```\n": "```pycon",
        "```\ntext\n>>> 6 * 7\n```\n": "```\n",
        "```{code-block} pycon\n\n>>> 6 * 7\n42\n```\n": "{code-block}",
        "```{eval-rst}\n>>> 6 * 7\n42\n```\n": ">>>",
    }.items()
]

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'role="img" aria-label="Two &lt; three">{}</svg>'
)
SHOW = """
class Drawing:
    def _repr_svg_(self):
        return '''{svg}'''
    def __repr__(self):
        return 'a drawing'

Drawing()
"""
IMAGES = [
    Fault(f"Text.\n\n{image}\n\n", "silent.svg", "an image needs alt text")
    for image in ("![](silent.svg)", "```{image} silent.svg\n```", "![ ](silent.svg)")
]
IMAGES.append(
    Fault(
        cell(SHOW.format(svg=re.sub(' aria-label="[^"]*"', "", SVG))) + expected("a drawing"),
        "{code-cell}",
        "an image needs alt text",
    )
)

LINKS = [
    Fault(f"{text}\n\n", text, re.escape(message))
    for text, message in {
        "See [there](nowhere.md).": "cross-reference target not found: 'nowhere.md'",
        "See [there](#nowhere).": "cross-reference target not found: 'nowhere'",
        "See {ref}`nowhere`.": "undefined label: 'nowhere'",
        "See {doc}`nowhere`.": "unknown document: 'nowhere'",
        "See {py:func}`nowhere`.": "py:func reference target not found: nowhere",
        "See {term}`nowhere`.": "term not in glossary: 'nowhere'",
    }.items()
]

LINE_ENDS = [
    Fault(
        f"A{end}b.\n\n", f"A{end}b", f"this line holds {name}, which ends a line for some programs"
    )
    for end, name in {
        "\u2028": r"U\+2028",
        "\v": r"U\+000B",
        "\f": r"U\+000C",
        "\x85": r"U\+0085",
        "\x1c c\u2029": r"U\+001C and U\+2029",
    }.items()
]
LINE_ENDS.append(Fault(THIRD + expected("0.6"), "{expected}", "shows something else"))

FAULTS = {
    "answers": ANSWERS,
    "examples": EXAMPLES,
    "images": IMAGES,
    "line-ends": LINE_ENDS,
    "links": LINKS,
    "no-cells": NO_CELLS,
    "numbers": NUMBERS,
    "options": OPTIONS,
    "outputs": OUTPUTS,
    "unread": UNREAD,
    "values": VALUES,
}
#: What stands above the faults of a page.
BEFORE = {
    "numbers": cell("from IPython.display import Markdown, display"),
    "values": cell(
        "import sys, warnings\nimport numpy as np\na, b = np.float64(1), np.zeros(1)[0]\n"
        "def quiet():\n    warnings.warn('said quietly')\n    return 5"
    ),
}


def page_of(name: str) -> tuple[str, list[tuple[int, str]]]:
    """Return a page of faults, and the line and the message of each."""
    header = "" if name in {"examples", "links", "no-cells"} else HEADER
    text, places = f"{header}# Title\n\n{BEFORE.get(name, '')}", []
    for fault in FAULTS[name]:
        before = text + fault.text[: fault.text.index(fault.place)]
        places.append((before.count("\n") + 1, fault.message))
        text += fault.text
    return text, places


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Build]:
    """Return a site of faults, and the build that found them."""
    site = Site(tmp_path_factory.mktemp("wrong"))
    site.write("docs/dot.png", "")
    site.write("docs/silent.svg", re.sub(' aria-label="[^"]*"', "", SVG))
    site.page("# Title\n", "other")
    for name in FAULTS:
        site.page(page_of(name)[0], name)
    site.page("# Title\n")
    return site, site.build("dummy", "-j", "2")


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_found_where_it_is(wrong: tuple[Site, Build], name: str) -> None:
    """Each mistake is one warning, with its page, its line and what is wrong, and no more."""
    _, build = wrong
    assert build.code == 1
    found = []
    for warning in build.warnings:
        place, _, text = warning.partition(": WARNING: ")
        page, _, line = place.partition(":")
        if page == f"{name}.md":
            found.append((int(line), text))
    _, wanted = page_of(name)
    for line, message in wanted:
        texts = [text for number, text in found if number == line]
        assert [bool(re.search(message, text)) for text in texts] == [True], (line, message, found)
    assert len(found) == len(wanted), [line for line, _ in found if line not in dict(wanted)]


def test_all_faults_are_on_their_pages(wrong: tuple[Site, Build]) -> None:
    """What is right beside them says nothing."""
    _, build = wrong
    assert len(build.warnings) == sum(map(len, FAULTS.values()))


def test_a_failure_is_not_forgotten(wrong: tuple[Site, Build]) -> None:
    """What was wrong fails again in the next build of any kind, although nothing was edited."""
    site, first = wrong
    site.page("# Title\n\n$\\nonsense{a}$\n", "other")
    for _ in range(2):
        again = site.build("html", "-j", "2")
        assert again.code == 1
        before, after = ({text.strip() for text in b.warnings} for b in (first, again))
        (new,) = after - before
        assert "no MathML for" in new
        assert before < after


@pytest.mark.parametrize(
    "code",
    ["raise ExceptionGroup('all', [OSError('one')])", "%nomagic", "%%none\nx"],
)
def test_what_ipython_takes_for_no_error_is_explained(site: Site, code: str) -> None:
    """Where it is only written to stderr, the page is told what to do instead."""
    site.notebook("# Title\n\n" + cell(code, ":tags: [raises-exception]"))
    build = site.build()
    assert build.code == 1
    (said,) = (text for text in build.warnings if "tagged raises-exception" in text)
    assert said.startswith("index.md:9: WARNING: expected: ")
    assert "Catch it in the cell, and print what it says" in said


# -- What is right --------------------------------------------------------------------------------

AGREE = [
    cell("1 / 3") + expected("0.3333333333333333"),
    cell("1 / 3") + expected("0.333334", ":rtol: 1e-5"),
    cell("1 / 3") + expected("0.33", ":atol: 0.01"),
    cell("1 / 3") + expected("0.33...", ":flags: ELLIPSIS"),
    cell("1 / 3") + expected("0.3", ":rtol: 0.01", ":atol: 0.1"),
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
    # Cells need be no plain Python.
    cell("%precision 3\n1 / 3") + expected("0.333"),
    cell("%time z = 1\nassert z == 1", ":tags: [remove-output]"),
    cell("%%capture said\nprint(2)"),
    cell("%%capture said\nassert x == 1\nprint(2)\ndisplay(x)"),
    cell("!echo shell") + expected("shell"),
    cell("import asyncio\nawait asyncio.sleep(0, result=5)") + expected("5"),
    # Whatever an output is made of.
    cell("1 / 0", ":tags: [raises-exception]") + expected("ZeroDivisionError: division by zero"),
    cell("print('partly')\nraise OSError('no luck')", ":tags: [raises-exception]")
    + expected("partly\nOSError: no luck"),
    cell("raise OSError('no luck')", ":tags: [raises-exception]")
    + expected("OSError: ...", ":flags: ELLIPSIS"),
    cell("from IPython.display import Markdown\nassert x == 1\nMarkdown(f'~~~\\n{x} +\\n~~~')"),
    cell("assert x == 1\nprint(x)", ":tags: [remove-input]"),
    cell("print('a\\tb')") + expected("a\tb"),
]

NOT_PROSE = """# Title

Code such as `x[5, 2]` or ``y[`2`]``, and mathematics such as $x_1 + 2$ are not prose.
Nor is where [a link](page5.md) leads, or <https://example.org/2014>, or [this][3].
A role has its own: {math}`a^2 + 7` and {sub}`2`, as {sup}`3`. So has a note.[^1]

[^1]: It has words.

[3]: https://example.org/3

% 12 is a comment.

<!-- 13 is one. -->

<script>let x = 14;</script>

(layer-2)=
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

```{raw} latex
36
```

```{eval-rst}
.. automodule:: sample
```

See {ref}`the list <layer-2>`, {doc}`page5`, and [](page5.md).
"""

READ = "\n\n".join(
    [
        "# The {eval}`n`",
        "a {eval}`x`, b {eval}`n:,`, c {eval}`1 / 3:.2f`, d {eval}`x + 1`, e {eval}`x:.0f`.",
        "f {eval}`names['a']`, g {eval}`np.arange(3)[1]:words`, h {eval}`'text'`, i {eval}`n < 5`.",
        "| j {eval}`x` |\n| --- |\n| k {eval}`n` |",
        "- l {eval}`x > 4`",
        cell("import numpy as np\ny, n = np.float64(0.6), np.int64(120422400)") + "m {eval}`y`",
        "o {eval}`{1: 2}[1]`, p {eval}`'make --keep-going'`, q {eval}`'1.0--2'`, r {eval}`'...'`.",
        's {eval}`"it\'s"`, t {eval}`\'"so"\'`, and "typed".',
    ]
)

FORMULAS = {
    r"$\frac{1}{2}$": "mfrac",
    r"$\begin{bmatrix}a & b \\ c & d\end{bmatrix}$": "mtable",
    "$$\na &= b \\\\\nc &= d\n$$": "mtable",
    "$$\n\\begin{aligned}a &= b \\\\ c &= d\\end{aligned}\n$$": "mtable",
    r"$$\sum_{c=0}^{2} w_c$$": "munderover",
}

PHOTOGRAPH = bytes(range(256)) * 12
PLACE = 'width="9" height="8" transform="matrix(2 0 0 2 0 0)"'
SMALL, LARGE = (
    f'<image xlink:href="data:image/webp;base64,{b64encode(content).decode()}" {PLACE}/>'
    for content in (b"small", PHOTOGRAPH)
)
PART = '<path id="part"/><use xlink:href="#part"/><g id="other" clip-path="url(#part)"/>'
SVGS = {"dot": "<text>file</text>", "parts": PART, "photograph": SMALL + LARGE}

RIGHT = {
    "agree": HEADER + "# Title\n\n" + "".join(AGREE),
    "answers": HEADER
    + "# Title\n\n"
    + cell("x = 'question'\nassert x\nprint(x)")
    + f"{ANSWER}The end.\n",
    "checks": "# Checks\n",
    "figures": HEADER
    + "# Title\n\n"
    + cell(SHOW.format(svg=SVG.format("<text>words</text>")))
    + expected("a drawing")
    + "```{image} dot.svg\n```\n\n![A dot](dot.png)\n",
    "formulas": "# Title\n\n" + "\n\n".join(FORMULAS) + "\n",
    "hidden": HEADER
    + "# Title\n\n"
    + cell("print('result')", ":tags: [hide-input]")
    + expected("result")
    + cell("x = 5\nassert x\nprint(x)"),
    "index": "# Title\n\n"
    + fence("eval-rst", "[one]_, [two]_\n\n.. [one] The first.\n.. [two] The second.")
    + fence("doctest", ">>> 1 + 1\n2\n>>> 2 + 2\n4"),
    "not-prose": HEADER
    + NOT_PROSE
    + "\n"
    + cell("6 * 7")
    + expected("42")
    + "It is {eval}`6 * 7`.\n",
    "page5": "---\ndate: 2024\nmyst:\n  heading_anchors: 3\n---\n\n# Title\n",
    "parts": "# Title\n\n" + "```{image} parts.svg\n```\n\n" * 2,
    "photographs": "# Title\n\n" + "```{image} photograph.svg\n```\n\n" * 2,
    "values": HEADER
    + cell("import numpy as np\nx, n = np.float64(4.6), np.int64(120422400)\nnames = {'a': 1}")
    + f"{READ}\n",
}
COUNTS = {
    "pages": 12,
    "cells": 36,
    "outputs": 29,
    "pinned": 29,
    "page examples": 2,
    "docstring examples": 2,
}


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Build]:
    """Return a site without a fault, and its build as HTML."""
    site = Site(tmp_path_factory.mktemp("right"))
    site.configure(
        "extensions.append('formats.html_fixes')\n"
        "nb_code_prompt_hide = 'Hide < it'\n"
        "expected_page = 'checks'\n"
        f"doctests_minimums = {COUNTS!r}\n"
    )
    for name, content in SVGS.items():
        site.write(f"docs/{name}.svg", SVG.format(content))
    site.write("docs/dot.png", "")
    site.write("sample/inner/__init__.py", "")
    site.write(
        "sample/inner/new.py", 'def f():\n    """\n    >>> f()\n    5\n    """\n    return 5\n'
    )
    for name, text in RIGHT.items():
        site.page(text, name)
    return site, site.build("html", "-j", "2")


@pytest.fixture(scope="module")
def as_text(right: tuple[Site, Build]) -> Callable[[str], str]:
    """Return a function that gives a page of that site as plain text."""
    site, _ = right
    build = site.build("text")
    assert (build.code, build.output) == (0, "")

    def text(page: str) -> str:
        return (site.output("text") / f"{page}.txt").read_text(encoding="utf-8")

    return text


def test_what_is_right_passes(right: tuple[Site, Build]) -> None:
    """A site without a fault builds, and prints one numbered line for each page, with its time."""
    _, build = right
    assert (build.code, build.warnings) == (0, [])
    count = len(RIGHT)
    numbers = [re.match(rf"\[ ?(\d+)/{count}\] +\d+\.\d s  \S+$", line)[1] for line in build.lines]
    assert sorted(map(int, numbers)) == list(range(1, count + 1))
    assert build.pages_read == sorted(RIGHT)


def test_everything_is_run_and_counted(right: tuple[Site, Build]) -> None:
    """The doctest pass counts pages, cells, outputs and examples; exactly what is asked passes.

    It reads nothing again, as nothing was edited.
    """
    site, _ = right
    build = site.build("doctest")
    assert (build.code, build.warnings, build.pages_read) == (0, [], [])
    assert ", ".join(f"{count} {name}" for name, count in COUNTS.items()) in build.lines


def test_a_build_without_an_edit_says_nothing(
    right: tuple[Site, Build], as_text: Callable[[str], str]
) -> None:
    """When all is well, and nothing was edited, the next build says and reads nothing."""
    site, _ = right
    build = site.build("html")
    assert (build.code, build.output) == (0, "")


def test_a_count_below_its_minimum_fails(site: Site) -> None:
    """The doctest pass fails where there is less than ``conf.py`` asks for, such as nothing."""
    site.configure(f"doctests_minimums = {dict.fromkeys(COUNTS, 2)!r}\n")
    site.page("# Title\n")
    site.write("sample/__init__.py", "")
    build = site.build("doctest")
    assert build.code == 1
    for name in COUNTS:
        assert f"only {int(name == 'pages')} {name}; conf.py asks for 2" in build.output


def test_examples_that_fail_are_shown(site: Site) -> None:
    """The doctest pass shows file or page, line and difference of each example that is wrong."""
    module = site.write("sample/wrong.py", '"""A module.\n\n>>> 1 + 1\n3\n"""\n')
    page = site.page("# Title\n\nText.\n\n" + fence("doctest", ">>> 1 + 1\n3"))
    build = site.build("doctest")
    assert build.code == 1
    assert f'File "{module}", line 3, in sample.wrong' in build.output
    line = re.search(r'File "\S*index\.md", line (\d+)', build.output)[1]
    assert line_of(page, "```") <= int(line) <= line_of(page, ">>>")
    assert build.output.count("Expected:\n    3\nGot:\n    2\n") == 2
    assert "2 examples failed" in build.output


def test_an_output_is_what_is_printed_shown_and_raised() -> None:
    """What goes to stderr is no part of it."""
    printed = NotebookNode(output_type="stream", name="stdout", text="printed")
    warned = NotebookNode(output_type="stream", name="stderr", text="warned")
    shown = NotebookNode(output_type="execute_result", data={"text/plain": "shown"})
    failed = NotebookNode(output_type="error", ename="OSError", evalue="failed", traceback=[])
    assert text_of([warned, printed, shown, failed]) == "printed\nshown\nOSError: failed\n"


def test_values_read_like_text(as_text: Callable[[str], str]) -> None:
    """A value is formatted as in an f-string; it is shown as it is, and NumPy's types never are."""
    shown = as_text("values")
    assert "The 120422400" in shown
    assert "a 4.6, b 120,422,400, c 0.33, d 5.6, e 5." in shown
    assert "f 1, g one, h text, i False." in shown
    assert re.search(r"j 4\.6 .*k 120422400 .*l True.*m 0\.6", shown, re.DOTALL)
    assert "o 2, p make --keep-going, q 1.0--2, r ...." in shown
    assert 's it\'s, t "so", and “typed”.' in shown


def test_values_survive_typography(right: tuple[Site, Build]) -> None:
    """In HTML as well, no dash, ellipsis or quotation mark is made of a result."""
    site, _ = right
    values = [value.text for value in soup(site, "values").select("p .value")]
    assert values[-6:] == ["2", "make --keep-going", "1.0--2", "...", "it's", '"so"']


def test_answers_are_folded_in_html_and_open_in_text(
    right: tuple[Site, Build], as_text: Callable[[str], str]
) -> None:
    """All cells of an answer and its text are inside one ``details``, and in the open elsewhere."""
    site, _ = right
    (details,) = soup(site, "answers").select("details.answer")
    assert details.summary.text == "Show the answer"
    outputs = [output.text.strip() for output in details.select(".cell_output")]
    assert outputs == ["shown", "shown next"]
    assert details.find_all("p", recursive=False)[-1].text == "It is shown, of course."
    assert "question" not in details.text
    assert "The end" not in details.text
    pattern = r"question.*shown next.*It is shown, \*of course\*\..*The end"
    assert re.search(pattern, as_text("answers"), re.DOTALL)


def test_a_checked_output_links_to_the_page_about_the_checks(right: tuple[Site, Build]) -> None:
    """In HTML a checked output carries a link to that page, and is not shown a second time."""
    site, _ = right
    page = soup(site, "hidden")
    first, second = page.select("div.cell")
    assert first.select_one(".checked a")["href"] == "checks.html"
    assert first.select_one(".checked a").text == "checked"
    assert first.select_one(".cell_output").text.count("result") == 1
    assert page.text.count("result") == 2  # with the code
    assert not second.select(".checked")


def test_a_mark_says_how_near_an_output_is(right: tuple[Site, Build]) -> None:
    """An output that is the same is "checked"; others have their tolerance beside it."""
    site, _ = right
    marks = [mark.text for mark in soup(site, "agree").select(".checked a")]
    assert marks[:6] == [
        "checked",
        "checked within 0.001 %",
        "checked within 0.01",
        "checked in part",
        "checked within 1 % plus 0.1",
        "checked",
    ]


def test_the_page_about_the_checks_must_exist(site: Site) -> None:
    """A mark that would lead nowhere fails the build."""
    site.configure("expected_page = 'nowhere'\n")
    site.notebook("# Title\n\n" + THIRD + expected("0.3333333333333333"))
    build = site.build()
    assert build.code == 1
    assert re.search(r"^index\.md\S*: WARNING: unknown document: '/nowhere'", build.output, re.M)


def test_without_a_page_about_the_checks_a_mark_is_no_link(site: Site) -> None:
    """A project need not have one."""
    site.configure("expected_page = ''\n")
    site.notebook("# Title\n\n" + THIRD + expected("0.3333333333333333"))
    assert site.build("html").code == 0
    (mark,) = soup(site).select(".checked")
    assert (mark.text.strip(), mark.a) == ("checked", None)


def test_a_hidden_cell_is_a_plain_details_element(right: tuple[Site, Build]) -> None:
    """It opens without a script, and its summary holds phrases only, as HTML asks."""
    site, _ = right
    (details,) = soup(site, "hidden").select("details")
    names = [span.text for span in details.summary.select("span")]
    assert names == ["Show code cell source", "Hide < it"]
    assert not details.summary.select("p")
    assert "print('result')" in details.pre.text


def test_references_are_a_list(right: tuple[Site, Build]) -> None:
    """A screen reader is told that each of them is an item."""
    site, _ = right
    citations = soup(site).select(".citation")
    assert [citation["role"] for citation in citations] == ["listitem"] * 2
    assert citations[0].find_parent(role="list")


def test_a_figure_is_part_of_the_page(right: tuple[Site, Build]) -> None:
    """In HTML the SVG itself stands in the page, drawn by a cell or from a file; pixels stay."""
    site, _ = right
    page = soup(site, "figures")
    assert [svg.text for svg in page.select("svg")] == ["words", "file"]
    labels = {(svg["role"], svg["aria-label"]) for svg in page.select("svg")}
    assert labels == {("img", "Two < three")}
    (image,) = page.select("img")
    assert (image["src"], image["alt"]) == ("_images/dot.png", "A dot")


def test_the_description_of_a_figure_is_its_alt_text(as_text: Callable[[str], str]) -> None:
    """Where no SVG can be shown, its description stands for it."""
    assert "Two < three" in as_text("figures")


def test_parts_of_figures_are_found_on_their_page(right: tuple[Site, Build]) -> None:
    """Two figures with the same ids become parts of one page, and each refers to its own parts."""
    site, _ = right
    page = soup(site, "parts")
    first, second = page.select("svg")
    ids = [svg.path["id"] for svg in (first, second)]
    assert ids[0] != ids[1]
    assert [svg.use["xlink:href"] for svg in (first, second)] == [f"#{name}" for name in ids]
    assert [svg.g["clip-path"] for svg in (first, second)] == [f"url(#{name})" for name in ids]
    every = [element["id"] for element in page.select("[id]")]
    assert len(set(every)) == len(every)


def test_a_photograph_is_a_file_that_waits(right: tuple[Site, Build]) -> None:
    """A browser fetches it, once, when it comes into view; a small map stays in the page."""
    site, _ = right
    (file,) = (site.output("html") / "_images").glob("*.webp")
    assert file.read_bytes() == PHOTOGRAPH
    figures = soup(site, "photographs").select("svg")
    assert len(figures) == 2
    for svg in figures:
        assert svg.select_one("image")["xlink:href"].endswith(b64encode(b"small").decode())
        assert len(svg.select("image")) == 1
        photograph = svg.foreignobject.img
        assert photograph["src"] == f"_images/{file.name}"
        assert photograph["loading"] == "lazy"
        assert svg.foreignobject["transform"] == "matrix(2 0 0 2 0 0)"
        sizes = [(e["width"], e["height"]) for e in (photograph, svg.foreignobject)]
        assert sizes == [("9", "8")] * 2


def test_mathematics_is_mathml(right: tuple[Site, Build]) -> None:
    """Formulas are elements of the page: no script and no image draws them."""
    site, _ = right
    page = soup(site, "formulas")
    formulas = page.select("math")
    assert len(formulas) == len(FORMULAS)
    assert all(formula.find(tag) for formula, tag in zip(formulas, FORMULAS.values(), strict=True))
    displayed = [formula.get("display") for formula in formulas]
    assert displayed == [None, None, "block", "block", "block"]
    table = formulas[2].find("mtable")
    assert [len(row.find_all("mtd")) for row in table.find_all("mtr")] == [2, 2]
    assert not page.select("img")
    assert not [s["src"] for s in page.select("script[src]") if "://" in s["src"]]


def test_a_formula_that_cannot_be_converted_fails(site: Site) -> None:
    """A mistake in a formula stops the HTML build, and shows the formula."""
    formulas = [r"$\frac{a$", r"$$\nonsense{a}$$"]
    page = site.page("# Title\n\nText.\n\n" + "\n\n".join(formulas) + "\n")
    build = site.build("html")
    assert build.code == 1
    for warning, formula in zip(build.warnings, formulas, strict=True):
        latex = repr(formula.strip("$"))
        assert warning.startswith(
            f"index.md:{line_of(page, formula)}: WARNING: no MathML for {latex}: "
        )


def test_a_missing_picture_fails(site: Site) -> None:
    """A picture that does not exist stops the build, and is named."""
    site.page("# Title\n\nText.\n\n![A dot](nowhere.png)\n")
    assert_one_warning(site.build(), "index.md:5", "image file not readable: nowhere.png")


def test_the_template_of_a_page_passes_as_it_is(site: Site) -> None:
    """Who copies it begins with a page that every check accepts."""
    site.write("docs/index.md", (TEMPLATES / "page.md").read_text(encoding="utf-8"))
    site.page("# Title\n", "more-filters")
    build = site.build()
    assert (build.code, build.warnings) == (0, [])


# -- Names ----------------------------------------------------------------------------------------

NAMES = r"""
[[name]]
pattern = '\d×\d'
reason = "a kernel size"

[[name]]
pattern = '"map" [01]|of map 1'
page = "index"
reason = "the number of a map"
"""


def test_a_number_that_names_something_passes(site: Site) -> None:
    """The list of names allows what it matches, on the page it says, over line ends as well.

    It is one of the things by which a page is built: without a name its number is typed.
    """
    site.configure('dependencies_of_every_page = ["names.toml"]\n')
    site.write("names.toml", NAMES)
    site.page('# Title\n\nA 1×1 convolution of\nmap 1, or of "map" 0.\n')
    other = site.page("# Title\n\nA 1×1 convolution\nof map 1.\n", "other")
    place = f"other.md:{line_of(other, 'map 1')}"
    assert_one_warning(site.build(), place, "the number 1 is typed")
    site.page("# Title\n", "other")
    assert site.build().code == 0
    site.write("names.toml", "name = []\n")
    build = site.build()
    assert (build.code, len(build.warnings), build.pages_read) == (1, 4, ["index", "other"])


def test_spelled_numbers_are_numbers_where_asked() -> None:
    """With the setting, a number in words is found with its line; a name is still allowed."""
    text = "Thirteen people drew\ntwo of the eight, often,\ntwenty-one or 5 times; one did not."
    found = [(0, "Thirteen"), (1, "two"), (2, "twenty-one"), (2, "5")]
    assert list(typed_numbers(text, ["the eight"], words=True)) == found
    assert list(typed_numbers(text, ["the eight"])) == found[-1:]


def test_a_name_may_hold_another_name() -> None:
    """An allowed text is looked for in the sentence as it stands, whatever else is allowed."""
    allowed = [r"\d+×\d+", "two 1×1s"]
    assert not list(typed_numbers("It has two 1×1s.", allowed, words=True))


@pytest.mark.parametrize("reason", ["", 'reason = "  "'])
def test_a_name_needs_a_reason(site: Site, reason: str) -> None:
    """An entry of the list without a reason stops the build, and is shown."""
    site.write("names.toml", f"[[name]]\npattern = 'map [01]'\n{reason}\n")
    site.page("# Title\n")
    build = site.build()
    assert build.code != 0
    assert re.search(r"names\.toml: .*'map \[01\]'.* needs a reason", build.output)


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
print(0.5)
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
:flags: ELLIPSIS
2
`````
"""

RENEWED = (
    OUTDATED.replace("0.6\n0.7\n", "0.3333333333333333\n")
    .replace(":rtol: 1e-6\n\n````", ":rtol: 1e-6\n\na\n\n0.5\n````")
    .replace("---\n0.5\n~~~", "---\n0.3333333333333333\n~~~")
    .replace("expected}\n:::", "expected}\n0.3333333333333333\n:::")
    .replace(":flags: ELLIPSIS\n2\n", ":flags: ELLIPSIS\n\n3\n")
)

#: Outputs that a directive could take for a part of itself.
AWKWARD = [
    "```",
    "a ````` b",
    ":a: b",
    "---",
    "---\na: b\n---\nc",
    ":::",
    "~~~\n```\n:::",
    "  two blanks\nnone",
    "\ttab\tand tab",
    "# no title\n<!-- 5 -->\n% no comment",
    "{eval}`1 + 1`\n$$",
    "\x1b[1mbold\x1b[0m",
]


def without_blank_options(text: str) -> str:
    """Drop the blank line that may follow a directive's options: it is not content."""
    return re.sub(r"^(---|:\w+:.*)\n\n(?!`)", r"\1\n", text, flags=re.MULTILINE)


def test_fix_writes_the_outputs_and_nothing_else(site: Site) -> None:
    """Outdated and empty expectations get the real outputs; every other byte stays as it is.

    That is so whatever the outputs hold and however lines end; a second fix changes nothing, and
    the pages pass. No output is lost where several processes read the pages.
    """
    agrees = site.notebook("# Title\n\n" + "".join(AGREE), "agrees")
    page = site.notebook(OUTDATED)
    awkward = site.page("", "awkward")
    shows = "".join(cell(f"print({text!r})") + "{}\n\n" for text in AWKWARD)
    option = ":flags: IGNORE_EXCEPTION_DETAIL"
    fences = ["```{expected}\n```", f"~~~{{expected}}\n{option}\n~~~", ":::{expected}\n:::"]
    fences += ["  ```{expected}\n  ```", "```{expected} old\n```"]
    text = "".join(shows.replace("{}", fence) for fence in fences)
    awkward.write_bytes(f"\ufeff{HEADER}# Title\n\n{text}".replace("\n", "\r\n").encode())
    untouched = agrees.read_bytes(), agrees.stat().st_mtime_ns
    for name in "abcde":
        site.page("# Title\n", name)

    assert site.build("dummy", "-t", "fix", "-j", "2").code == 0
    renewed = page.read_text(encoding="utf-8")
    assert without_blank_options(renewed) == without_blank_options(HEADER + RENEWED)
    assert (agrees.read_bytes(), agrees.stat().st_mtime_ns) == untouched
    written = awkward.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf---\r\n")
    assert written.count(b"\n") == written.count(b"\r\n")
    for code in re.findall(rb"\nprint\(.*\)\r\n", text.replace("\n", "\r\n").encode()):
        assert code in written

    again = site.build("dummy", "-t", "fix")
    assert (again.code, again.warnings) == (0, [])
    assert again.pages_read == ["awkward", "index"]  # what was written was not read before
    assert (awkward.read_bytes(), page.read_text(encoding="utf-8")) == (written, renewed)
    check = site.build("dummy", "-E")
    assert (check.code, check.warnings) == (0, [])


def test_fix_complains_about_what_it_cannot_write(site: Site) -> None:
    """What no page can hold is named, with the place; the rest is written all the same."""
    faults = [
        Fault("Text.\n\n" + expected("5"), "{expected}", "no code cell stands directly above"),
        Fault(
            cell("print('a\\fb')") + expected(), "{expected}", r"no directive can hold U\+000C: "
        ),
        Fault(
            cell("print('a\\u2028b\\0')") + expected("old"),
            "{expected}",
            r"no directive can hold U\+0000 and U\+2028: show a repr instead",
        ),
        Fault(cell("print('new')") + "```{expected}\nold\n", "{expected}", "is not closed"),
    ]
    text, places = HEADER + "# Title\n\n" + cell("print('right')") + expected(), []
    for fault in faults:
        places.append(
            text.count("\n") + fault.text[: fault.text.index("{expected}")].count("\n") + 1
        )
        text += fault.text
    page = site.page(text)
    build = site.build("dummy", "-t", "fix")
    assert build.code == 1
    found = {warning.partition(": WARNING: ")[0]: warning for warning in build.warnings}
    assert sorted(found) == sorted(f"index.md:{line}" for line in places)
    for line, fault in zip(places, faults, strict=True):
        assert re.search(fault.message, found[f"index.md:{line}"])
    assert f"{page.name}: 1 expectations written" in build.output
    assert page.read_text(encoding="utf-8") == text.replace(expected(), expected("right"), 1)


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n```{expected}\nold\n```",
        "# T\r\n\r\n```{expected}\r\nold\r\n```",
        "# T\r\n\n```{expected}\r\nold\r\n```\n\r\nText.  \n",
        "# T\r\r~~~{expected}\rold\r~~~\r",
        "\ufeff# T\n\n  ```{expected}\n  old\n  ```\n \n\n\n",
    ],
)
def test_line_ends_stay_as_they_are(tmp_path: Path, text: str) -> None:
    """Whatever ends a line, mixed or missing at the end; only the content is another."""
    page = tmp_path / "page.md"
    page.write_bytes(text.encode())
    assert sources.write_contents(page, {3: "new\n"}, Expected, MdParserConfig()) == {}
    assert page.read_bytes() == text.replace("old", "new").encode()


def test_a_directive_that_is_not_there_is_not_written(tmp_path: Path) -> None:
    """A line that begins no directive is refused, and the file stays."""
    page = tmp_path / "page.md"
    page.write_text("# Title\n", encoding="utf-8")
    refused = sources.write_contents(page, {1: "text\n"}, Expected, MdParserConfig())
    assert list(refused) == [1]
    assert page.read_text(encoding="utf-8") == "# Title\n"


# -- What ends a build ----------------------------------------------------------------------------


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


ENDS = {
    "a kernel that is gone": (
        HEADER + "# Title\n\n" + cell("x = 1") + cell("import os\nos._exit(1)"),
        2,
        r"this code cell failed\s+Kernel died",
    ),
    "a cell that takes too long": (
        HEADER + "# Title\n\n" + cell("x = 1") + cell("import time\ntime.sleep(60)"),
        2,
        "this code cell failed\n.*timed out",
    ),
    "a cell that is not shown": (
        HEADER + "# Title\n\n" + cell("1 / 0", ":tags: [remove-cell]") + cell("x = 1"),
        1,
        "this code cell failed\n.*ZeroDivisionError",
    ),
    "options that are none": (
        HEADER + "# Title\n\n" + cell("x = 1", ":tags: [a"),
        0,
        "this page cannot be read\n.*Code cell 1 at line 9 could not be read",
    ),
    "a file that is not there": (
        HEADER + "# Title\n\n" + cell("", ":load: nowhere.py"),
        0,
        r"this page cannot be read\n.*nowhere\.py",
    ),
    "a kernel that nobody has": (
        HEADER.replace("python3", "nothing") + "# Title\n\n" + cell("x = 1"),
        0,
        r"this page cannot be read\s+NoSuchKernel: No such kernel named nothing",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_ends_a_build_is_named(site: Site, name: str) -> None:
    """Whatever goes wrong with a page or its kernel, the message has the page, and the cell."""
    site.configure("nb_execution_timeout = 3\n")
    text, number, message = ENDS[name]
    page = site.page(text)
    place = f"index.md:{line_of(page, '{code-cell}', number)}" if number else "index.md"
    build = site.build()
    assert build.code != 0
    assert re.search(f"{re.escape(place)}: {message}", build.output, re.DOTALL), build.output


@pytest.mark.parametrize("options", [[], ["-j", "2"]], ids=["one process", "two"])
@pytest.mark.parametrize("end", ["os._exit(1)", "os.abort()", "os.kill(os.getpid(), 9)"])
def test_the_end_of_a_kernel_is_named_among_six_pages(
    site: Site, end: str, options: list[str]
) -> None:
    """However a kernel ends, and whichever process read its page."""
    for name in "abcde":
        site.page("# Title\n", name)
    page = site.notebook("# Title\n\n" + cell("import os") + cell(end))
    build = site.build("dummy", *options)
    assert build.code != 0
    place = f"index.md:{line_of(page, '{code-cell}', 2)}"
    assert re.search(rf"{place}: this code cell failed\s+Kernel died", build.output)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("os._exit(1)", "DeadKernelError: Kernel died"),
        ("[os.abort()]", "DeadKernelError: Kernel died"),
        ("sys.exit(1)", "SystemExit: 1"),
        ("time.sleep(60):.1f", "CellTimeoutError: .* timed out"),
    ],
)
def test_a_value_that_ends_its_kernel_is_named(site: Site, value: str, error: str) -> None:
    """The message has the place of the value, which no cell is."""
    site.configure("nb_execution_timeout = 3\n" if "Timeout" in error else "")
    page = site.notebook(f"# Title\n\n{cell('import os, sys, time')}It is {{eval}}`{value}`.\n")
    place = f"index.md:{line_of(page, '{eval}')}"
    assert_one_warning(site.build(), place, rf"cannot show '{re.escape(value)}': {error}")


@pytest.mark.parametrize("options", [[], ["-t", "fix"], ["-j", "2"]], ids=["check", "fix", "two"])
@pytest.mark.parametrize("name", ["page.ipynb", "part/page.ipynb", "page.nb.md", "page.Rmd"])
def test_a_notebook_in_another_form_is_refused(site: Site, name: str, options: list[str]) -> None:
    """A page that is no MyST Markdown could not be checked: it stops the build, and is named."""
    site.configure("nb_custom_formats = {'.nb.md': 'nbformat.reads', '.Rmd': 'nbformat.reads'}\n")
    site.page("# Title\n")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 3")])
    text = nbformat.writes(notebook)
    page = site.write(f"docs/{name}", text)
    build = site.build("dummy", *options)
    assert build.code != 0
    form = name.removeprefix("part/").removeprefix("page")
    assert f"{name}: a {form} file cannot be checked: write the page as MyST" in build.output
    assert page.read_text(encoding="utf-8") == text


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


# -- What a page depends on -----------------------------------------------------------------------

#: Cells that import something, each in a form of its own.
IMPORTS = {
    "tildes": "~~~{code-cell}\nimport tildes\n~~~",
    "indented": "  ```{code-cell}\n  import indented\n  ```",
    "opened": "`````{code-cell}\nimport opened\n`````",
    "told": "~~~~{code-cell} ipython3\nimport told\n~~~~~~",
    "framed": "```{code-cell}\n---\ntags: [remove-output]\n---\nimport framed\n```",
    "tight": "Text.\n```{code-cell}\nimport tight\n```\nText.",
    "longer": "```{code-cell}\nimport longer\n`````",
    "loaded": "```{code-cell}\n:load: code.py\n```",
    "timed": "```{code-cell}\n:tags: [remove-output]\n\n%%time\nimport timed\n```",
    "line": "```{code-cell}\n:tags: [remove-output]\n\n%time import line\n```",
    "awaited": "```{code-cell}\nimport asyncio\nawait asyncio.sleep(0)\nimport awaited\n```",
    "inside": "```{code-cell}\ndef f():\n    from inside import name\n```",
    "beside": "```{code-cell}\nimport beside\n```",
    "elsewhere": "```{code-cell}\nimport sys\nsys.path += ['../more']\nimport elsewhere\n```",
}
#: What looks like a cell, and runs nothing.
NO_IMPORTS = {
    "quoted": "````markdown\n```{code-cell}\nimport quoted\n```\n````",
    "commented": "```{code-cell}\n# import commented\n```",
    "shown": "```python\nimport shown\n```",
}


def dependencies(site: Site, page: str = "index") -> set[str]:
    """Return what Sphinx will look at before it reads a page again, as files of the site."""
    with (site.folder / "_build" / "doctrees" / "environment.pickle").open("rb") as file:
        found = pickle.load(file).dependencies[page]
    return {(site.pages / path).resolve().relative_to(site.folder).as_posix() for path in found}


def test_a_page_depends_on_what_its_cells_import(site: Site) -> None:
    """However a cell is written, an edit of its module reads the page again, and no other.

    What only looks like a cell is none.
    """
    site.configure(
        "dependencies_folders = ['.', 'more']\n"
        "dependencies_data = ['data/*']\n"
        "import os\n"
        "os.environ['PYTHONDONTWRITEBYTECODE'] = '1'\n"
        f"os.environ['PYTHONPATH'] = {str(site.folder)!r}\n"
    )
    folders = {"beside": "docs/", "elsewhere": "more/"}
    for name in [*IMPORTS, *NO_IMPORTS]:
        site.write(f"{folders.get(name, '')}{name}.py", "name = 1\n")
    site.write("timed.py", "from pathlib import Path\nimport further\n")
    site.write("further.py", "FILE = 'table.csv'\n")
    site.write("data/table.csv", "1\n")
    site.write("data/other.csv", "1\n")
    site.write("docs/code.py", "import loaded\n")
    site.notebook("# Title\n\n" + "\n\n".join([*IMPORTS.values(), *NO_IMPORTS.values()]) + "\n")
    site.page("# Other\n", "other")
    assert site.build().code == 0
    modules = {f"{folders.get(name, '')}{name}.py" for name in IMPORTS}
    assert dependencies(site) == modules | {"docs/code.py", "further.py", "data/table.csv"}
    site.write("indented.py", "name = 2\n")
    build = site.build()
    assert (build.code, build.pages_read) == (0, ["index"])


def test_a_page_without_cells_keeps_nothing(site: Site) -> None:
    """What is kept of the cells of a page goes with them, and with the page; folders are fine."""
    kept = site.folder / "_build" / "doctrees" / "part" / "one.ipynb"
    site.page("# Title\n")
    site.notebook("# Title\n\n" + cell("x = 1"), "part/one")
    assert site.build().code == 0
    assert kept.is_file()
    site.page("# Title\n", "part/one")
    assert site.build().pages_read == ["part/one"]
    assert not kept.exists()
    site.notebook("# Title\n\n" + cell("x = 1"), "part/one")
    assert site.build().code == 0
    assert kept.is_file()
    (site.pages / "part" / "one.md").unlink()
    assert site.build().code == 0
    assert not kept.exists()


def code(text: str) -> Cell:
    """Return a cell with this code."""
    return Cell(index=0, line=1, code=text, tags=(), count=1, outputs=())


def test_code_that_is_no_python_imports_nothing() -> None:
    """A cell in another language, or for a shell, is no mistake."""
    others = ["echo $HOME && ls", "%%bash\nimport -window root", "run_line_magic()", "x.y(1)"]
    texts = [
        "from __future__ import annotations\nimport a",
        *others,
        "get().run_line_magic('time', b)",
    ]
    assert imports_of([*map(code, texts), code("import c as d")]) == "import a\nimport c as d"


def test_a_module_with_a_mistake_is_still_read(tmp_path: Path) -> None:
    """A module that cannot be compiled, or a folder that is no package, stops nothing."""
    (tmp_path / "wrong.py").write_text("1 +\n", encoding="utf-8")
    (tmp_path / "right.py").write_text("import wrong\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inner.py").write_text("import last\n", encoding="utf-8")
    (tmp_path / "last.py").write_text("", encoding="utf-8")
    read = modules_read("import right, nowhere\nfrom folder import inner", [tmp_path])
    assert {path.name for path in read} >= {"right.py", "inner.py", "last.py"}


# -- The private parts of MyST-NB -----------------------------------------------------------------

MOVED = "MyST-NB has changed {}: see the head of checked_pages/cells.py"


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (read.create_nb_reader, {"read_myst_markdown_notebook", "is_myst_markdown_notebook"}),
        (cells._read_page, {"_strip_blank_lines"}),
        (inline.NotebookClientInline.start_client, {"ModifiedNotebookClient"}),
        (inline.NotebookClientInline.code_cell_outputs, {"_last_cell_executed", "execute_cell"}),
        (inline.NotebookClientInline.eval_variable, {"eval_expression"}),
        (NotebookClientBase.cell_line, {"_source_map"}),
        (Parser.parse, {"nb_renderer", "create_client", "write_file", "mystnb_config"}),
    ],
)
def test_what_is_private_is_still_there(part: object, names: set[str]) -> None:
    """Each part of MyST-NB that is used or replaced is where it was, and is what calls it."""
    source = inspect.getsource(inspect.unwrap(part))
    for name in names:
        assert name in source, MOVED.format(f"{part.__qualname__}, which had {name}")


def test_a_cell_is_where_its_node_says(right: tuple[Site, Build]) -> None:
    """The nodes of a page and the executed notebook tell of the same cells, in the same order."""
    site, _ = right
    with (site.folder / "_build" / "doctrees" / "environment.pickle").open("rb") as file:
        env = pickle.load(file)
    env.doctreedir = site.folder / "_build" / "doctrees"
    found = cells.cells_of(env, "agree")
    nodes = list(cells.code_cells(env.get_doctree("agree")))
    assert [node["cell_index"] for node in nodes] == [cell.index for cell in found]
    assert [node.line for node in nodes] == [cell.line for cell in found]
    lines = (site.pages / "agree.md").read_text(encoding="utf-8").split("\n")
    assert {lines[cell.line - 1] for cell in found} == {"```{code-cell}"}
    assert [cell.count for cell in found][:3] == [1, 2, 3]
    assert text_of(found[0].outputs) == "0.3333333333333333\n"
    assert "hide-input" in next(cell.tags for cell in found if cell.code.startswith("for y"))
    assert cells.has_cells(env, "agree")
    assert not cells.has_cells(env, "checks")
