"""The built site: every page complete, every link whole, nothing from elsewhere.

These tests read ``_build/html``, which ``make test`` builds first.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from sites import ROOT

from conv1x1.figures import logo

SITE = ROOT / "_build" / "html"
SOURCES = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
DESIGNED = [
    *("index", "why-1x1", "origins", "two-maps-to-one", "three-maps-to-one", "ten-maps-to-four"),
    *("fewer-channels", "more-filters", "instead-of-dense-layers", "learned-weights"),
    *("mixing-colours", "misconceptions", "errata", "verification", "glossary", "api"),
    *("references", "expected-outputs", "printed-tables", "a-window-shrinks"),
    *("a-pixel-is-a-point", "test-yourself"),
]
# Pages to look something up in; all others teach.
REFERENCE = {
    *("index", "errata", "verification", "expected-outputs", "glossary", "api", "references"),
    *("faq", "test-yourself"),
}
TEACHING = [name for name in SOURCES if name not in REFERENCE]

every_page = pytest.mark.parametrize("name", SOURCES)
teaching_page = pytest.mark.parametrize("name", TEACHING)


@cache
def soup(path: Path) -> BeautifulSoup:
    """Return a built page."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def built(name: str) -> BeautifulSoup:
    """Return the page that was built from a source."""
    path = SITE / f"{name}.html"
    assert path.exists(), f"{name} is not built: run `make html`"
    return soup(path)


def article(name: str) -> BeautifulSoup:
    """Return what a page has to say, without what surrounds it."""
    found = built(name).select("article")
    assert len(found) == 1
    return found[0]


@cache
def files() -> list[Path]:
    """Return all files of the site."""
    return [path for path in SITE.rglob("*") if path.is_file()]


@pytest.fixture(scope="module", autouse=True)
def _up_to_date() -> None:
    """Fail at once, and with advice, if the site was not built after the last edit."""
    ages = {name: (ROOT / "docs" / f"{name}.md").stat().st_mtime for name in SOURCES}
    pages = {path.stem: path.stat().st_mtime for path in SITE.glob("*.html")}
    stale = [name for name, age in ages.items() if pages.get(name, 0) < age]
    shared = [ROOT / "conf.py", *ROOT.glob("conv1x1/*.py"), *ROOT.glob("docs/_ext/*/*.py")]
    newest = max(pages.values(), default=0)
    stale += [path.name for path in shared if path.stat().st_mtime > newest]
    if stale:
        pytest.fail(f"_build/html is older than {', '.join(stale)}: run `make html` first")


def links(page: BeautifulSoup) -> list[str]:
    """Return where the links of a page lead."""
    return [str(element["href"]) for element in page.select("a[href], area[href]")]


def is_external(url: str) -> bool:
    """Whether an address leads to another site."""
    return bool(urlsplit(url).netloc) or urlsplit(url).scheme in {"mailto", "javascript"}


# -- Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DESIGNED)
def test_every_page_of_the_design_exists(name: str) -> None:
    """No page that the design promises is missing."""
    assert name in SOURCES


def test_every_page_is_in_the_table_of_contents() -> None:
    """From the first page, the navigation of the site leads to all pages, and to each once."""
    source = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    toctrees = re.findall(r"^`{3,}\{toctree\}\n(.*?)^`{3,}$", source, re.MULTILINE | re.DOTALL)
    entries = [
        re.sub(r".*<(.+)>", r"\1", line.strip()).removesuffix(".md")
        for toctree in toctrees
        for line in toctree.split("\n")
        if line.strip() and not line.startswith(":")
    ]
    assert sorted(entries) == sorted({*SOURCES} - {"index"})
    shown = {urldefrag(link).url for link in links(built("index"))}
    assert {f"{name}.html" for name in entries} <= shown


@every_page
def test_a_page_has_a_title_a_language_and_a_description(name: str) -> None:
    """Each page has one title, the language of its text, and says what it is about."""
    page = built(name)
    assert len(article(name).select("h1")) == 1
    assert page.html["lang"] == "en"
    assert len(page.title.text.strip()) > 5
    (description,) = page.select("meta[name=description]")
    assert 30 < len(description["content"]) < 200


def test_titles_and_descriptions_are_unique() -> None:
    """No two pages have the same title, or the same description."""
    titles = [built(name).title.text for name in SOURCES]
    descriptions = [
        d["content"] for n in SOURCES for d in built(n).select("meta[name=description]")
    ]
    assert len(set(titles)) == len(titles)
    assert len(set(descriptions)) == len(descriptions)


@every_page
def test_headings_leave_out_no_level(name: str) -> None:
    """A section stands in a section of the level above it."""
    levels = [int(heading.name[1]) for heading in article(name).select("h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_page
def test_ids_are_unique(name: str) -> None:
    """An anchor, and a part of a drawing that another part refers to, is one place."""
    counts = Counter(str(element["id"]) for element in built(name).select("[id]"))
    assert [found for found, count in counts.items() if count > 1] == []


@every_page
def test_what_is_referred_to_by_id_is_there(name: str) -> None:
    """What a label, a description or a drawing refers to is on the page."""
    page = built(name)
    ids = {str(element["id"]) for element in page.select("[id]")}
    wanted = {
        reference
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for")
        for element in page.select(f"[{attribute}]")
        for reference in str(element[attribute]).split()
    }
    drawings = "".join(str(svg) for svg in page.select("svg"))
    wanted |= set(re.findall(r"url\(#([^)]+)\)", drawings))
    wanted |= set(re.findall(r'href="#([^"]+)"', drawings))
    assert wanted - ids == set()


@every_page
def test_every_picture_says_in_words_what_it_shows(name: str) -> None:
    """An image in an article has alt text; a drawing has a label, or is decoration."""
    page = built(name)
    images = [image for image in page.select("img") if not image.find_parent("svg", role="img")]
    assert [str(image) for image in images if image.get("alt") is None] == []
    shown = [image for image in images if image.find_parent("article")]
    assert [str(image) for image in shown if not image["alt"].strip()] == []
    drawings = [svg for svg in page.select("svg") if svg.get("aria-hidden") != "true"]
    assert [
        str(svg)[:200]
        for svg in drawings
        if svg.get("role") != "img" or not str(svg.get("aria-label", "")).strip()
    ] == []


@every_page
def test_every_picture_has_its_size(name: str) -> None:
    """A browser keeps the place of a picture before it has it, so that no text moves."""
    pictures = built(name).select("img, svg:not(.icon)")  # the style sheet sizes the icons
    assert pictures
    sizes = [(str(p)[:200], p.get("width"), p.get("height")) for p in pictures]
    assert [size for size in sizes if not all(size)] == []


@every_page
def test_a_page_has_the_logo_and_the_icon(name: str) -> None:
    """Both are the drawing of the package."""
    page = built(name)
    shown = [page.select_one("link[rel=icon]")["href"], page.select_one(".home img")["src"]]
    assert shown == ["_static/logo.svg"] * 2
    assert (SITE / shown[0]).read_text(encoding="utf-8") == logo().to_svg()


# A page shows computed values; these are what is shown when something was not computed.
NOT_VALUES = [r"np\.float64\(", r"np\.int64\(", r"\{eval\}", r"\bnan\b", r"\{expected\}", "<Figure"]


@every_page
def test_no_page_shows_what_is_no_value(name: str) -> None:
    """No sentence and no output holds a type in place of a value, NaN, or a role as written."""
    text = article(name)
    shown = [
        part.text for part in text.select("p, li, td, th, dd, dt, h1, h2, h3, .cell_output pre")
    ]
    if name == "expected-outputs":  # it shows how the roles are written
        shown = [part.text for part in text.select(".value, .cell_output pre")]
    assert shown
    found = [(pattern, t) for t in shown for pattern in NOT_VALUES if re.search(pattern, t)]
    assert found == []


@every_page
def test_every_value_in_a_sentence_has_a_text(name: str) -> None:
    """A value that was computed for a sentence is in it."""
    source = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    prose = re.sub(
        r"^(`{3,})(?!\{(answer|question|note|tip|admonition)\}).*?^\1$",
        "",
        source,
        flags=re.M | re.S,
    )
    values = [element.text for element in article(name).select(".value:not(.questions *)")]
    assert len(values) == len(re.findall(r"(?<!`)\{eval\}`", prose))
    assert all(text.strip() for text in values)


@every_page
def test_checked_outputs_link_to_the_page_about_the_checks(name: str) -> None:
    """Every expectation in the source is a mark on the page, and the mark leads somewhere."""
    source = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    expectations = re.findall(
        r"^```\{expected\}$", re.sub(r"(?ms)^````.*?^````$", "", source), re.M
    )
    marks = article(name).select(".cell .checked a")
    assert len(marks) == len(expectations)
    assert {mark["href"] for mark in marks} <= {"verification.html", "#"}


# -- Teaching -------------------------------------------------------------------------------------


def sections(name: str) -> list[str]:
    """Return the headings of the sections of a page."""
    return [h.get_text().strip(" #¶\n") for h in article(name).select("h2")]


@teaching_page
def test_a_teaching_page_ends_with_an_exercise_and_what_to_read(name: str) -> None:
    """After the idea come an exercise with a hidden, computed answer, and where to read on."""
    assert sections(name)[-2:] == ["Exercise", "Where to read on"]
    answers = article(name).select("details.answer")
    assert answers
    for answer in answers:
        assert answer.summary.text == "Show the answer"
        assert answer.get("open") is None
        # A question may be about what stands above it.
        assert answer.select(".cell") or answer.find_parent(class_="question")
        assert answer.find_all("p", recursive=False)


@pytest.mark.parametrize("name", [name for name in TEACHING if name != "misconceptions"])
def test_a_teaching_page_says_what_the_thing_does_not_do(name: str) -> None:
    """Each idea has its limits. The page of misconceptions has nothing else."""
    assert "What it does not do" in sections(name)


def test_a_third_of_the_sayings_is_true() -> None:
    """Who says "false" to each of them is wrong too often; each answer begins with the verdict."""
    verdicts = [
        answer.find("p", recursive=False).text.split()[0].strip(".,:")
        for answer in article("misconceptions").select(".question > .answer")
    ]
    assert set(verdicts) == {"True", "False", "Half"}
    assert 3 * verdicts.count("True") >= len(verdicts)


ASKING = [
    *("two-maps-to-one", "three-maps-to-one", "ten-maps-to-four", "fewer-channels", "more-filters"),
    *("why-1x1", "instead-of-dense-layers", "learned-weights", "mixing-colours", "origins"),
    *("a-window-shrinks", "a-pixel-is-a-point", "rewriting", "when-a-bottleneck-pays"),
    *("in-todays-networks", "misconceptions"),
]


@pytest.mark.parametrize("name", ASKING)
def test_a_page_asks_questions(name: str) -> None:
    """A reader is asked before the idea is needed, and not only at the end."""
    assert len(article(name).select(".question")) >= 2


@teaching_page
def test_a_teaching_page_leads_to_others(name: str) -> None:
    """Where to read on are other pages of this site."""
    (heading,) = (h for h in article(name).select("h2") if "Where to read on" in h.text)
    further = {urldefrag(link).url for link in links(heading.parent)} & {
        f"{n}.html" for n in SOURCES
    }
    assert further - {f"{name}.html"}


@teaching_page
def test_a_teaching_page_computes(name: str) -> None:
    """A teaching page has code that was run, and outputs that were checked."""
    assert len(article(name).select(".cell .cell_output")) >= 3
    assert len(article(name).select(".cell .checked")) >= 3


# -- Links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SOURCES, "search"])
def test_every_internal_link_leads_somewhere(name: str) -> None:
    """A link to a page of the site finds the page, and the place on it."""
    broken = []
    for link in links(built(name)):
        if is_external(link):
            continue
        path, _, anchor = urljoin(f"{name}.html", link).partition("#")
        target = SITE / unquote(urlsplit(path).path)
        if not target.is_file():
            broken.append(link)
        elif anchor and target.suffix == ".html":
            place = unquote(anchor)
            if not soup(target).find(id=place) and not soup(target).find(attrs={"name": place}):
                broken.append(link)
    assert broken == []


LOADED = {
    "script": ["src"], "link": ["href"], "img": ["src", "srcset"], "iframe": ["src", "srcdoc"],
    "source": ["src", "srcset"], "video": ["src", "poster"], "audio": ["src"], "embed": ["src"],
    "object": ["data"], "image": ["href", "xlink:href"], "use": ["href", "xlink:href"],
    "input": ["src"], "form": ["action"], "base": ["href"],
}  # fmt: skip


@pytest.mark.parametrize("name", [*SOURCES, "search"])
def test_a_page_loads_nothing_from_elsewhere(name: str) -> None:
    """Scripts, styles, fonts and images are files of this site, and they exist."""
    page = built(name)
    loaded = [
        str(element[attribute])
        for tag, attributes in LOADED.items()
        for element in page.find_all(tag)
        if element.get("rel") not in (["canonical"], ["author"], ["license"])
        for attribute in attributes
        if element.get(attribute)
    ]
    assert loaded
    assert [url for url in loaded if is_external(url)] == []
    local = [url for url in loaded if not url.startswith(("data:", "#"))]
    missing = [url for url in local if not (SITE / unquote(urlsplit(url).path)).is_file()]
    assert missing == []
    styles = [e.text for e in page.select("style")] + [e["style"] for e in page.select("[style]")]
    assert [text for text in styles if re.search(r"(?:https?:)?//[\w.]+/|@import", text)] == []


def test_no_style_sheet_loads_anything_from_elsewhere() -> None:
    """Fonts and images of style sheets are files of this site, and they exist."""
    sheets = [path for path in files() if path.suffix == ".css"]
    assert sheets
    wrong = []
    for sheet in sheets:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        urls = re.findall(r"""url\(\s*["']?([^"')]+)""", text)
        urls += re.findall(r"""@import\s+["']([^"']+)""", text)
        for url in urls:
            path = unquote(urlsplit(url).path)
            here = url.startswith(("data:", "#")) or (sheet.parent / path).is_file()
            if is_external(url) or not here:
                wrong.append(f"{sheet.name}: {url}")
    assert wrong == []
