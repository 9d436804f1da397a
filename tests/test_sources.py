"""Who asks for the sources of a page sees where its values come from, and how its outputs were
checked.

The first tests build a site of a few pages, the others read ``_build/html`` in a browser.
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from axe import CONTRAST, RULES, violations
from bs4 import Tag
from checked_pages.cells import Cell
from checked_pages.expected import _comparison
from checked_pages.values import names_in
from host import PATIENCE, serve
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_doctestplus.output_checker import FLOAT_CMP
from sites import SITE, Build, Site, soup
from test_reading import view

pytest_plugins = ["browser", "site_fixtures"]


# -- What a page says of itself -------------------------------------------------------------------

PAGE = """# Title

```{code-cell}
import math
a, table = 7, {}
```

Of constants {eval}`6 * 7`, and of what was imported {eval}`math.pi:.2f`.

First {eval}`a + 1:,`, and then:

```{code-cell}
def f(local):
    b = local
    return b
b = [a for a in range(3)]
table[0] = 1
print(b)
```

```{expected}
[0, 1, 2]
```

| {eval}`b[-1]` | {eval}`"<" + str(a)` |
| --- | --- |
| {eval}`table[0]` | {eval}`a:>{len(b)}` |

```{code-cell}
:tags: [remove-cell]
c = 5
```

```{code-cell}
assert c == 5
c
```

It is {eval}`c`, and {eval}`f(a)`.

## Cell 5

{eval}`[a for c in b][0]`

```{code-cell}
print(0.5)
```

```{expected}
:atol: 0.1

0.5001
```
"""


@pytest.fixture(scope="module")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Build]:
    """Return a site whose page is in a folder, and its build as HTML."""
    site = Site(tmp_path_factory.mktemp("sources"))
    site.configure('typed_numbers_names = "allowed.toml"\n')
    site.write("allowed.toml", '[[name]]\npattern = "Cell 5"\nreason = "a heading of a test"\n')
    site.page("# Title\n")
    site.notebook(PAGE, "folder/page")
    return site, site.build("html")


def page_of(built_page: tuple[Site, Build]) -> Tag:
    """Return the page, whose build says nothing."""
    site, build = built_page
    assert (build.code, build.warnings) == (0, [])
    return soup(site, "folder/page").select_one("section")


def test_a_value_carries_its_expression_and_its_cell(built_page: tuple[Site, Build]) -> None:
    """The cell is the last above it that assigned a name of it; imports and constants have none."""
    values = page_of(built_page).select(".value")
    found = [(v.text, v["data-source"], v.get("data-cell")) for v in values]
    assert found == [
        ("42", "6 * 7", None),
        ("3.14", "math.pi:.2f", None),
        ("8", "a + 1:,", "cell-1"),
        ("2", "b[-1]", "cell-2"),
        ("<7", '"<" + str(a)', "cell-1"),
        ("1", "table[0]", "cell-2"),
        ("  7", "a:>{len(b)}", "cell-2"),
        ("5", "c", None),  # its cell is not on the page
        ("7", "f(a)", "cell-2"),
        ("7", "[a for c in b][0]", "cell-2"),
    ]


def test_each_cell_has_an_id_of_its_own(built_page: tuple[Site, Build]) -> None:
    """Cells are numbered as they stand; a heading that is called like one keeps its own id."""
    page = page_of(built_page)
    ids = [cell["id"] for cell in page.select(".cell")]
    assert ids[:3] == ["cell-1", "cell-2", "cell-3"]
    every = [element["id"] for element in page.select("[id]")]
    assert len(every) == len({*every})
    assert page.select_one("#cell-5 > h2")


def test_a_mark_carries_how_its_output_was_compared(built_page: tuple[Site, Build]) -> None:
    """What is the same is told from what is near; what is expected need not be a number."""
    page = page_of(built_page)
    assert [mark["data-source"] for mark in page.select(".cell > .checked")] == [
        "Its text is what is expected, in every character.",
        "Its numbers agree within 0.1 with what is expected.",
    ]


@pytest.mark.parametrize(
    ("options", "comparison"),
    [
        ({}, "Its text is what is expected, in every character."),
        ({"rtol": 0.01}, "Its numbers agree within 1 % with what is expected."),
        ({"rtol": 0.0}, "Its numbers agree as floats with what is expected."),
        ({"flags": FLOAT_CMP}, "Its numbers agree as floats with what is expected."),
        (
            {"flags": doctest.NORMALIZE_WHITESPACE},
            "Its text is what is expected, in every character, blanks apart.",
        ),
        (
            {"atol": 0.5, "flags": doctest.ELLIPSIS},
            "Its numbers agree within 0.5 with what is expected, but where three dots stand.",
        ),
    ],
)
def test_a_comparison_in_words(options: dict[str, Any], comparison: str) -> None:
    """It says what may differ, and nothing of what may not."""
    assert _comparison(options) == comparison


@pytest.mark.parametrize("builder", ["epub", "latex", "text"])
def test_other_formats_carry_no_sources(built_page: tuple[Site, Build], builder: str) -> None:
    """A book has the values, and neither their expressions nor how they were compared."""
    site, _ = built_page
    site.configure(
        'typed_numbers_names = "allowed.toml"\nversion = copyright = "1"\n'
        'latex_documents = [("folder/page", "book.tex", "Book", "Nobody", "howto")]\n'
    )
    build = site.build(builder)
    assert (build.code, build.warnings) == (0, [])
    name = {"epub": "folder/page.xhtml", "latex": "book.tex", "text": "folder/page.txt"}[builder]
    text = (site.output(builder) / name).read_text(encoding="utf-8")
    assert "and of what was imported" in text
    assert "3.14" in text
    assert "math.pi" not in text
    assert "in every character" not in text


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = b = 1\nc: int = 2\nd += 3", {"a", "b", "c", "d"}),
        ("(a, *b), c = x", {"a", "b", "c"}),
        ("a[0].b[x] = 1\nf().c = 2", {"a"}),
        ("for a in x:\n    with x as b: pass", {"a", "b"}),
        ("def a(x):\n    b = 1\nasync def c(): d = 2\nclass e:\n    f = 3", {"a", "c", "e"}),
        ("a = [b for b in x]\nlambda c: (d for d in c)", {"a"}),
        ("import numpy\nfrom math import pi\nprint(x)", set()),
        ("%time a = 1", {"a"}),
        ("no python", set()),
    ],
)
def test_what_a_cell_assigns(code: str, names: set[str]) -> None:
    """Names get values on the cell's own level; what functions and imports name are others."""
    assert Cell(0, 1, code, (), 1, ()).assigned() == names


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("a.b + c[d]", {"a", "c", "d"}),
        ("a:>{b},", {"a", "b"}),
        ("[a for b in c]", {"a", "c"}),
        ("f'{a}'", {"a"}),
        ("1 +", set()),
    ],
)
def test_what_an_expression_needs(expression: str, names: set[str]) -> None:
    """The names of its format are needed as well, and those that it makes itself are not."""
    assert names_in(expression) == names


# -- What a reader sees ---------------------------------------------------------------------------

#: A page with values, tables, folded code and figures.
NAME = "why-1x1"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the site, and return its address."""
    assert (SITE / f"{NAME}.html").is_file(), "run `make html` first"
    with serve(SITE) as address:
        yield address


@pytest.fixture
def reader(chromium: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that makes a fresh profile."""
    contexts = []

    def new(**options: Any) -> BrowserContext:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(base_url=f"{address}/", reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()


def sources(page: Page) -> Locator:
    """Return the button."""
    return page.get_by_role("button", name="Show sources")


def opened(reader: Callable[..., BrowserContext], name: str = NAME, **options: Any) -> Page:
    """Open a page in a fresh profile, and ask for its sources."""
    page = reader(**options).new_page()
    page.goto(f"{name}.html")
    sources(page).click()
    return page


def first_value(page: Page) -> Locator:
    """Return the first value that leads to a cell."""
    return page.locator("article p .value[data-cell]").first


def test_sources_are_off_until_asked_for(reader) -> None:
    """A page has no further stops and no further words; the button says that it is not pressed."""
    page = reader().new_page()
    page.goto(f"{NAME}.html")
    expect(sources(page)).to_have_attribute("aria-pressed", "false")
    assert page.locator("article .value[tabindex], article [role=button]").count() == 0
    value = first_value(page)
    value.scroll_into_view_if_needed()
    value.hover()
    value.click()
    expect(page.locator("#source")).to_have_count(0)
    page.goto("glossary.html")  # where nothing is computed
    expect(sources(page)).to_have_count(0)


def test_sources_are_remembered(reader) -> None:
    """The next page shows them too, and after a second press neither page does."""
    page = opened(reader)
    expect(sources(page)).to_have_attribute("aria-pressed", "true")
    for pressed in ("true", "false"):
        page.goto("index.html")
        expect(sources(page)).to_have_attribute("aria-pressed", pressed)
        if pressed == "true":
            sources(page).click()
    assert page.locator("article [role=button]").count() == 0


def test_pointing_at_a_value_shows_its_expression(reader) -> None:
    """The note stays while the pointer is on it, and goes when it leaves or Escape is pressed."""
    page = opened(reader)
    value, note = first_value(page), page.locator("#source")
    value.hover()
    expect(note.locator("code")).to_have_text(str(value.get_attribute("data-source")))
    note.hover()
    page.wait_for_timeout(600)  # longer than a note stays that was left
    expect(note).to_be_visible()
    page.locator("h1").hover()
    expect(note).to_have_count(0)
    value.hover()
    expect(note).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)


def test_a_note_is_in_view(reader) -> None:
    """Wherever a value stands, on a narrow screen as well."""
    page = opened(reader, "fewer-channels", viewport={"width": 390, "height": 800})
    values = page.locator("article .value[tabindex]")
    assert values.count() > 5
    for value in values.all():
        value.evaluate("value => { value.scrollIntoView(); value.click() }")
        expect(page.locator("#source")).to_be_in_viewport(ratio=1)


def test_the_keyboard_reaches_the_sources(reader) -> None:
    """A value has the focus like a button; Tab leads to its cell, and Escape back."""
    page = opened(reader)
    value, note = first_value(page), page.locator("#source")
    expect(value).to_have_role("button")
    value.press("Enter")
    expect(note).to_be_visible()
    expect(value).to_have_attribute("aria-expanded", "true")
    expect(value).to_have_accessible_description(re.compile(r"See the code"))
    page.keyboard.press("Tab")
    expect(note.get_by_role("link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    expect(value).to_be_focused()
    expect(value).to_have_attribute("aria-expanded", "false")
    value.press(" ")
    expect(note).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(value).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Shift+Tab")  # whoever comes by Tab needs no key
    expect(value).to_be_focused()
    expect(value).to_have_attribute("aria-expanded", "true")


def test_a_tap_shows_a_source_and_another_hides_it(reader) -> None:
    """Where there is no pointer that hovers."""
    page = opened(reader, has_touch=True, viewport={"width": 390, "height": 800})
    note = page.locator("#source")
    first_value(page).tap()
    expect(note).to_be_visible()
    page.locator("article p").first.tap(position={"x": 1, "y": 1})
    expect(note).to_have_count(0)


def test_a_value_leads_to_its_cell(reader) -> None:
    """The cell is in view, and its code is unfolded."""
    page = opened(reader)
    folded = page.locator(".cell:has(details.above-input)")
    names = folded.evaluate_all("all => all.map(cell => cell.id)")
    value = page.locator(", ".join(f'article .value[data-cell="{name}"]' for name in names)).first
    cell = page.locator(f'[id="{value.get_attribute("data-cell")}"]')
    expect(cell.locator("pre").first).to_be_hidden()
    value.click()
    page.locator("#source").get_by_role("link", name="See the code").click()
    expect(cell.locator("pre").first).to_be_in_viewport()
    expect(page.locator("#source")).to_have_count(0)


def test_a_cell_in_an_answer_is_unfolded_with_it(reader) -> None:
    """A mark of an answer leads to code that can be read."""
    page = opened(reader)
    answer = page.locator("details.answer:has(> .cell .checked)").first
    answer.locator("> summary").click()
    answer.locator(".checked a").first.click()
    link = page.locator("#source a").first
    answer.evaluate("answer => { answer.open = false }")
    link.evaluate("link => link.click()")
    expect(answer.locator("pre").first).to_be_in_viewport()


def test_each_mark_says_how_it_was_compared(reader) -> None:
    """Each output has a mark, a figure's included; a mark tells how, and leads to its code."""
    page = opened(reader, "learned-weights")
    cells = page.locator("article .cell:has(> .cell_output)")
    marks = page.locator("article .cell > .checked > a")
    figures = page.locator("article .cell:has(.figure)")
    assert figures.count() > 1
    assert cells.count() == marks.count()
    for mark in marks.all():
        mark.evaluate("mark => { mark.closest('details.answer')?.setAttribute('open', '') }")
        mark.click()
        expect(page.locator("#source").get_by_role("link", name="See the code")).to_be_visible()
        expect(page.locator("#source")).to_contain_text("what is expected")
        expect(page.locator("#source").get_by_role("link", name="How checks")).to_be_visible()


def test_axe_finds_nothing_in_the_sources(reader) -> None:
    """With the sources and a note shown, wide and narrow, light and dark."""
    page = opened(reader)
    first_value(page).click()
    for width, theme in product((1280, 390), ("light", "dark")):
        view(page, width, theme)
        assert violations(page, RULES if theme == "light" else CONTRAST) == []
    view(page, 320)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320


def test_without_scripts_there_are_no_sources(reader) -> None:
    """Nor is there a button for them."""
    page = reader(java_script_enabled=False).new_page()
    page.goto(f"{NAME}.html")
    expect(page.locator("button.sources")).to_be_hidden()
