"""A question on a page: its answer is computed, and folded until the reader has chosen."""

from __future__ import annotations

import re

import pytest
from sites import Site, line_of, soup

pytest_plugins = ["site_fixtures"]

CELL = """
```{code-cell}
:tags: [question]
outputs = [1, 2]
print(len(outputs))
```

```{expected}
2
```
"""

ASKED = (
    "# Title\n"
    + CELL
    + """
```{question} How *many* are there?
:computed: len(outputs)

- [ ] `3`, one for each input
- [x] `2`, one for each filter

There are two.
```

```{question} And how many thousands?
:computed: 1000 * len(outputs):,

That many.
```

```{question} Is it so?
:computed: ("yes" if outputs else "no")

- [x] yes
- [ ] no

It is.
```
"""
)


@pytest.mark.parametrize("builder", ["html", "text"])
def test_a_question_is_asked_before_it_is_answered(site: Site, builder: str) -> None:
    """Its cell and its text are folded in HTML, and follow the choices in the open elsewhere."""
    site.notebook(ASKED)
    build = site.build(builder)
    assert (build.code, build.warnings) == (0, [])
    if builder == "text":
        text = (site.output("text") / "index.txt").read_text(encoding="utf-8")
        pattern = r"How \*many\*.*one for each filter.*outputs = .*There are two\."
        assert re.search(pattern, text, re.DOTALL)
        assert "[x]" not in text
        return
    first, second, third = soup(site).select("div.question")
    parts = [part.name for part in first.find_all(recursive=False)]
    assert parts == ["p", "ul", "details"]
    assert [item.text.strip() for item in first.select(".choices > li")] == [
        "3, one for each input",
        "2, one for each filter",
    ]
    assert first.select_one("li.right").text.strip() == "2, one for each filter"
    assert first.details.select_one(".cell .checked")
    assert first.details.find_all("p", recursive=False)[-1].text == "There are two."
    assert second["data-number"] == "2000"
    assert third.select_one("li.right").text.strip() == "yes"
    assert "data-number" not in third.attrs


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("outputs = [1, 2]", "outputs = [1, 2, 3]", "marked right is '2'; what is computed is '3'"),
        ("[x] `2`", "[ ] `2`", "one choice is right, and not 0"),
        ("[ ] `3`", "[x] `3`", "one choice is right, and not 2"),
        ("[ ] `3`", "[ ] `2`", "two choices are '2'"),
        ("[ ] `3`", "`3`", "begins with neither [x] nor [ ]"),
        ("There are two.", "", "the answer needs a text that explains it"),
        (":computed: len(outputs)\n", "", "it needs :computed:"),
        (":computed: len(outputs)\n", ":computed: len(missing)\n", "name 'missing' is not defined"),
    ],
)
def test_a_wrong_question_fails_where_it_is(site: Site, old: str, new: str, message: str) -> None:
    """The build names page and line, whether the computed answer moved or the marks are wrong."""
    text = ASKED.partition("\n```{question} And")[0].replace(old, new, 1)
    page = site.notebook(
        text.replace("print(len(outputs))", "assert 1\nprint(0)").replace(
            "```{expected}\n2\n```\n", ""
        )
    )
    build = site.build()
    assert build.code == 1
    (warning,) = [warning for warning in build.warnings if message in warning]
    assert warning.startswith(f"index.md:{line_of(page, '```{question}')}: ")


def test_an_answer_without_choices_is_a_number(site: Site) -> None:
    """A reader could not type anything else."""
    site.notebook("# Title\n\n```{question} Who?\n:computed: ('you')\n\nYou.\n```\n")
    build = site.build()
    assert build.code == 1
    assert "without choices the answer is a number, and not 'you'" in build.output
