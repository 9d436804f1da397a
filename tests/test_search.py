"""The search finds what readers type, and shows it so that they can choose."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from host import serve
from playwright.sync_api import Browser, Page, expect
from sites import ROOT, Site, soup
from website.search import american, words

pytest_plugins = ["browser", "site_fixtures"]

SITE = ROOT / "_build" / "html"
QUERIES = tomllib.loads((ROOT / "tests" / "searches.toml").read_text("utf-8"))
#: Shares of the queries, in per cent, that have to find one of their pages among the first three.
WANTED = {"table": 90, "asked": 90}

LOADED = 'extensions.append("website.search")\nsearch_synonyms = "docs/search.toml"\n'

FIND = """(queries) => queries.map((query) => {
  const field = document.querySelector("article input[name=q]");
  field.value = query;
  field.dispatchEvent(new Event("input"));
  const links = [...document.querySelectorAll("#search-results li a")];
  return links.map((link) => link.getAttribute("href"));
})"""


@pytest.fixture(scope="module")
def search(chromium: Browser) -> Iterator[Page]:
    """Open the search page of the built site."""
    with serve(SITE) as address:
        page = chromium.new_page()
        page.goto(f"{address}/search.html")
        yield page
        page.close()


def found(search: Page, *queries: str) -> list[list[str]]:
    """Return the pages that each query finds, in order."""
    links = search.evaluate(FIND, list(queries))
    return [[Path(link.partition("#")[0]).stem for link in those] for those in links]


@pytest.mark.parametrize("part", QUERIES)
def test_queries_find_their_page(search: Page, part: str, capsys: pytest.CaptureFixture) -> None:
    """Of the queries of a part, the wanted share finds a right page among the first three."""
    wanted = QUERIES[part]
    assert len(wanted) >= 30
    pages = {path.stem for path in SITE.glob("*.html")}
    unknown = {page for right in wanted.values() for page in right} - pages
    assert unknown == set(), "no such pages"
    results = zip(wanted, found(search, *wanted), strict=True)
    missed = {query: pages[:3] for query, pages in results if not {*pages[:3]} & {*wanted[query]}}
    share = 100 * (1 - len(missed) / len(wanted))
    with capsys.disabled():
        print(f"\nsearch, {part}: {share:.0f} % of {len(wanted)} queries find a right page")
    assert share >= WANTED[part], missed


def test_a_query_that_fits_nothing_finds_nothing(search: Page) -> None:
    """Not every query finds every page: what no page holds finds none, and says so."""
    assert found(search, "qqqq zzzz", "") == [[], []]
    assert found(search, "sepia")[0] != found(search, "dropout")[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("colour", "color"),
        ("greyscale", "grayscale"),
        ("initialisation", "initialization"),
        ("fully-connected", "fully connected"),
        ("feature maps", "feature map"),
        ("1×1", "1x1"),
        ("fully_connected", "fully connected"),
        ("DROPOUT", "dropout"),
        ("dropuot", "dropout"),
        ("what is the dropout", "dropout"),
    ],
)
def test_spellings_find_the_same(search: Page, one: str, other: str) -> None:
    """British and American, hyphens, plurals, signs, capitals, a slip and filler change nothing."""
    first, second = found(search, one, other)
    assert first
    assert first[0] == second[0]


def test_not_every_word_has_to_occur(search: Page) -> None:
    """A word that no page holds does not hide what the others find."""
    with_other, alone = found(search, "sepia qqqq", "sepia")
    assert with_other == alone


def test_functions_come_after_pages(search: Page) -> None:
    """The reference of the package is listed behind all pages that explain."""
    for pages in found(search, "1x1", "receptive field", "conv_cost"):
        assert "api" in pages
        assert {*pages[pages.index("api") :]} <= {"api", "references"}


def test_a_result_shows_its_page_its_place_and_its_first_lines(search: Page) -> None:
    """A result leads to the section, and shows how that begins."""
    field = search.get_by_role("searchbox").last
    field.fill("receptive field")
    result = search.locator("#search-results li").first
    expect(result.locator("p")).not_to_be_empty()
    link = str(result.locator("a").get_attribute("href"))
    search.get_by_role("status").get_by_text(re.compile(r"\d+ pages found")).wait_for()
    field.press("Enter")
    assert search.url.endswith("?q=receptive+field")
    page, _, anchor = link.partition("#")
    html = (SITE / page).read_text("utf-8")
    assert not anchor or f'id="{anchor}"' in html


def test_the_field_of_every_page_leads_to_the_results(search: Page, chromium: Browser) -> None:
    """What is typed in the sidebar of a page is found on the search page."""
    address = search.url.partition("/search.html")[0]
    page = chromium.new_page()
    page.goto(f"{address}/index.html")
    field = page.get_by_role("searchbox")
    field.fill("dropout")
    field.press("Enter")
    link = page.locator("#search-results li a").first
    expect(link).to_have_attribute("href", re.compile(r"^instead-of-dense-layers\.html"))
    page.close()


def test_every_place_of_the_index_exists() -> None:
    """Each entry of the index leads to an element of its page."""
    text = (SITE / "_static" / "search-index.js").read_text("utf-8")
    index = json.loads(text.removeprefix("const searchIndex = ").removesuffix(";\n"))
    html = {page: (SITE / page).read_text("utf-8") for page, *_ in index["pages"]}
    ids = {page: {*re.findall(r'\sid="([^"]+)"', text)} for page, text in html.items()}
    places = [(index["pages"][page][0], anchor) for page, anchor, *_ in index["entries"]]
    assert len(places) > 100
    assert [p for p in places if p[1] and p[1].removeprefix("#") not in ids[p[0]]] == []


# The words of a page


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("The 1×1 convolutions", ["1x1", "convolut"]),
        ("channels_last", ["channels_last", "channel", "last"]),
        ("LayerNorm", ["layernorm", "layer", "norm"]),
        ("depthwise-separable", ["depthwiz", "separ"]),
        ("what is the", []),
    ],
)
def test_the_words_of_a_text(text: str, stems: list[str]) -> None:
    """Words are stemmed, names count whole and in parts, and filler does not count."""
    assert words(text) == stems


@pytest.mark.parametrize(
    ("british", "us"),
    [
        ("colours", "colors"),
        ("normalisation", "normalization"),
        ("normalised", "normalized"),
        ("grey", "gray"),
        ("centre", "center"),
        ("modelling", "modeling"),
        ("neighbouring", "neighboring"),
    ],
)
def test_one_spelling(british: str, us: str) -> None:
    """A British spelling and its American one are the same word."""
    assert american(british) == american(us) == us


@pytest.mark.parametrize("word", ["our", "four", "this", "all", "small", "metre", "your", "axis"])
def test_short_words_keep_their_letters(word: str) -> None:
    """What only looks British is left as it is, or is still itself alone."""
    assert american(word) in {word, "meter"}


PAGE = """\
---
myst:
  html_meta:
    keywords: "secret, hidden name"
---

# A page

First lines, that a reader sees.

## A section

% no comment

More words.

```python
code_word = 1
```

```{glossary}
Term
    What a term is.
```

```{py:function} function(x)
Does something.
```
"""


def test_what_is_indexed(site: Site) -> None:
    """Sections, terms and functions are entries, with the words of text, code and keywords."""
    site.configure(f'{LOADED}search_last = ["index"]\n')
    site.write("docs/search.toml", 'same = [["term", "notion"]]\n')
    site.page(PAGE)
    build = site.build("html")
    assert build.code == 0, build.output
    text = (site.output("html") / "_static" / "search-index.js").read_text("utf-8")
    index = json.loads(text.removeprefix("const searchIndex = ").removesuffix(";\n"))
    assert index["pages"] == [["index.html", "A page", 1]]
    titles = {title: (anchor, excerpt) for _, anchor, title, excerpt, _ in index["entries"]}
    assert titles["A page"] == ("", "First lines, that a reader sees.")
    assert titles["A section"] == ("#a-section", "More words.")
    assert titles["Term"] == ("#term-Term", "What a term is.")
    assert titles["function"] == ("#function", "Does something.")
    assert {"secret", "hidden", "more", "code_word"} - {*index["words"]} == {"more"}  # filler
    assert "comment" not in index["words"]
    assert index["synonyms"] == [[["term"], ["notion"]]]
    assert soup(site) is not None
    assert not (site.output("dummy") / "_static").exists()
    assert site.build("dummy").code == 0


@pytest.mark.parametrize("group", ['["one"]', '["one", "the"]'])
def test_a_group_of_synonyms_has_two_words(site: Site, group: str) -> None:
    """A group that names one thing, or only filler, is an error that names the file."""
    site.configure(LOADED)
    site.write("docs/search.toml", f"same = [{group}]\n")
    site.page("# A page\n")
    build = site.build("html")
    assert build.code != 0
    assert re.search(r"docs/search\.toml: \['one'.*\] names no two things", build.output)
