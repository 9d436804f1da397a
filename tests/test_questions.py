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


# -- Collected ------------------------------------------------------------------------------------

COLLECTING = "# All\n\n```{questions}\nindex\n```\n"
IN_A_SECTION = ASKED.replace("# Title\n", "# Title\n\n## How many\n").replace(
    "There are two.", "There are {eval}`len(outputs)`: see [above](#how-many), and [all](all.md)."
)


def test_collected_questions_are_those_of_the_page(site: Site) -> None:
    """They are the same but for the cells, and lead to the section; so do the links in them."""
    site.configure("myst_heading_anchors = 3")
    site.notebook(IN_A_SECTION)
    site.page(COLLECTING, "all")
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    asked = soup(site).select(".question")
    collected = soup(site, "all").select(".questions > .question")
    assert len(collected) == len(asked) == 3
    for one, other in zip(collected, asked, strict=True):
        assert one["id"] == f"index-{other['id']}"
        assert one.p.text == other.p.text
        assert str(one.ul) == str(other.ul)
        assert one.get("data-number") == other.get("data-number")
    answer = collected[0].details
    assert not answer.select(".cell")
    assert [link["href"] for link in answer.select("a")] == [
        "index.html#how-many",
        "#",
        "index.html#how-many",
    ]
    assert answer.find_all("p")[-1].text == "From Title: How many."
    assert "data-cell" not in answer.select_one(".value").attrs
    assert len(asked[0].select(".cell")) == 1


@pytest.mark.parametrize("builder", ["html", "text"])
def test_collected_questions_follow_the_page(site: Site, builder: str) -> None:
    """The page that collects is built again with the one that asks, and not with another one."""
    page = site.notebook(IN_A_SECTION)
    site.page(COLLECTING, "all")
    site.page("# Other\n", "other")
    assert site.build(builder).code == 0
    page.write_text(page.read_text("utf-8").replace("thousands", "grand"), encoding="utf-8")
    assert site.build(builder).pages_read == ["all", "index"]
    suffix = "html" if builder == "html" else "txt"
    assert "grand" in (site.output(builder) / f"all.{suffix}").read_text("utf-8")
    site.page("# Another\n", "other")
    assert site.build(builder).pages_read == ["other"]


@pytest.mark.parametrize("name", ["other", "missing"])
def test_nothing_to_collect_is_a_mistake(site: Site, name: str) -> None:
    """A page that asks nothing, or is none, fails the build where it is named."""
    site.page("# Other\n", "other")
    page = site.page(COLLECTING.replace("index", name))
    build = site.build()
    assert build.code == 1
    line = line_of(page, "```{questions}")
    assert f"index.md:{line}: WARNING: questions: no page '{name}' asks any" in build.output


def test_what_is_asked_may_suppose_a_number(site: Site) -> None:
    """A question and its choices may type numbers, the right one of which is computed anyhow."""
    asked = (
        "# Title\n\n:::{question} You have 7 maps. How many are there, or twelve?\n"
        ":computed: 3 + 4\n\n- [ ] 5\n- [x] 7\n\nThere are 8 more.\n:::\n"
    )
    site.notebook(asked)
    build = site.build()
    (warning,) = build.warnings
    assert "index.md:" in warning
    assert "the number 8 is typed" in warning
