"""Tests of the built site as its readers meet it: in a browser, on any screen, with or without
scripts, from a host or from a folder.

They read ``_build/html``, which ``make test`` builds first. Its pages are found there. No test
depends on how fast the machine is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pydata_sphinx_theme
import pytest
import sphinx_book_theme
from axe import CONTRAST, RULES, violations
from playwright.sync_api import Page, expect
from sites import ROOT, SITE

pytest_plugins = ["browser"]

PAGES = sorted(path.stem for path in SITE.glob("*.html"))
KIB = 1024
FIRST_VISIT, NEXT_PAGE = 120 * KIB, 40 * KIB
SCREEN = 1280
MOVED = 0.01  # a shift that nobody sees: of 0.1 and less Google says that it is good

every_page = pytest.mark.parametrize("name", PAGES)


def source(name: str) -> str:
    """Return a page as it was built."""
    return (SITE / f"{name}.html").read_text("utf-8")


# One visit


def view(page: Page, width: int = SCREEN, theme: str = "light", media: str = "screen") -> None:
    """Look at a page that is open in another way."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme, media=media)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


def unfold(page: Page) -> None:
    """Show the answers, and the code that is hidden."""
    page.evaluate("document.querySelectorAll('details').forEach(closed => closed.open = true)")


def axe_finds_nothing(page: Page, name: str) -> None:
    """Neither WCAG 2.2 A and AA nor the best practices, wide and narrow, light and dark."""
    for width, theme in ((SCREEN, "light"), (SCREEN, "dark"), (390, "dark"), (390, "light")):
        view(page, width, theme)
        assert violations(page, RULES if theme == "light" else CONTRAST) == []


def headings_have_anchors(page: Page, name: str) -> None:
    """The sign beside a heading links to it; the contents bring the section into view."""
    view(page)
    headings = page.locator("article :is(h1, h2, h3, h4)")
    anchors = page.locator("article :is(h1, h2, h3, h4) > a.headerlink")
    assert anchors.count() == headings.count() * (name != "search")
    for link in page.locator(".page-toc a").all()[-1:]:
        link.click()
        place = str(link.get_attribute("href")).removeprefix("#")
        expect(page.locator(f'[id="{place}"]')).to_be_in_viewport()


# For each formula its signs as they are copied, and as they are written.
COPIED = """all => all.map((formula) => {
    getSelection().selectAllChildren(formula);
    return [`${getSelection()}`, formula.textContent];
})"""


def mathematics_is_text(page: Page, name: str) -> None:
    """A screen reader is told of each formula, and who copies one gets its signs, and no TeX."""
    unfold(page)
    formulas = page.locator("article math")
    assert page.locator("article").get_by_role("math").count() == formulas.count()
    for copied, written in formulas.evaluate_all(COPIED):
        # An italic letter is a sign of its own in mathematics.
        signs = ["".join(normalize("NFKC", text).split()) for text in (copied, written)]
        assert signs[0]
        assert signs[0] == signs[1]
        assert not re.search(r"[\\$^_{}]", copied)


# What is printed and does not fit into its box, or into one of those around it.
CUT_OFF = """[...document.querySelectorAll('.cell_output pre')].filter((printed) => {
    for (let box = printed; !box.matches('.cell_output'); box = box.parentElement)
        if (box.scrollWidth > box.clientWidth) return true;
}).map((printed) => printed.textContent)"""

# The captions of an explorer's tables that reach out of it.
OVERRUN = """[...document.querySelectorAll('conv1x1-explorer table')].filter((table) => {
    const right = (part) => part.getBoundingClientRect().right;
    return right(table) > right(table.closest('conv1x1-explorer')) + 0.5;
}).map((table) => table.caption.textContent)"""


def a_phone_shows_all_that_is_printed(page: Page, name: str) -> None:
    """At 390 pixels nobody has to scroll sideways to read what a cell or an explorer shows."""
    view(page, 390)
    unfold(page)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(OVERRUN) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390


def no_sideways_scrolling(page: Page, name: str) -> None:
    """At 320 pixels, which is 1280 at 400 % zoom, a page scrolls up and down only."""
    view(page, 320)
    unfold(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    # Nothing sticks out of the article either, unless it stands in something that scrolls.
    cut = page.locator("article *").evaluate_all(
        """all => all.filter(element => {
            if (element.getBoundingClientRect().right <= 320) return false;
            if (!element.checkVisibility() || element.closest(".visually-hidden")) return false;
            for (let up = element; up; up = up.parentElement)
                if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return false;
            return true;
        }).map(element => element.outerHTML.slice(0, 150))"""
    )
    assert cut == []


def a_printed_page_is_clean(page: Page, name: str) -> None:
    """On paper there is the article alone, with its title, in dark ink."""
    view(page, media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    # A choice of a question is a button, and text all the same.
    controls = ":is(header, nav, button:not(.choices *), input, .headerlink):visible"
    around = page.locator(controls)
    assert around.evaluate_all("all => all.map(element => element.outerHTML)") == []


# The selectors that match something on the page, whatever the mouse and the keyboard do.
MATCHING = r"""(sheets) => {
    const found = new Set();
    const kept = "not|is|where|has|root|first|last|nth|only|empty|checked|disabled|host";
    const state = new RegExp(String.raw`::?(?!${kept})[\w-]+(\([^)]*\))?`, "g");
    const walk = (rules) => {
        for (const rule of rules) {
            if (rule.cssRules) walk(rule.cssRules);
            for (const selector of rule.selectorText?.split(/,(?![^(]*\))/) ?? []) {
                const plain = selector.replace(/:(not|has)\([^()]*:[^()]*\)/g, "")
                    .replace(state, "").replace(/(?<=^|[>+~]) *(?=[>+~]|$)/g, " * ");
                if (document.querySelector(plain)) found.add(selector.trim());
            }
        }
    };
    for (const text of sheets) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        walk(sheet.cssRules);
    }
    return [...found].sort();
}"""


THEMES = [
    next(Path(theme.__file__).parent.glob("theme/*/static/styles/*theme.css")).read_text("utf-8")
    for theme in (pydata_sphinx_theme, sphinx_book_theme)
]


def no_rule_that_applies_is_lost(page: Page, name: str) -> None:
    """What the browser itself finds to match an element is in the site's style sheet."""
    view(page)
    kept = page.evaluate(MATCHING, [(SITE / "_static/site.css").read_text("utf-8")])
    assert kept
    assert set(page.evaluate(MATCHING, THEMES)) - set(kept) == set()


#: In this order, in which a page is seldom laid out anew: axe sees its top, as it comes, and those
#: after it see it unfolded.
CHECKS = [
    no_rule_that_applies_is_lost,
    axe_finds_nothing,
    mathematics_is_text,
    a_phone_shows_all_that_is_printed,
    no_sideways_scrolling,
    headings_have_anchors,
    a_printed_page_is_clean,
]


@every_page
def test_one_visit(reader, subtests, name):
    """All that can be checked of a page that is opened once; each check says what it is."""
    page = reader().new_page()
    page.goto(f"{name}.html")
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(page, name)


def test_axe_sees_one_faint_word(reader):
    """What is too faint is found, wherever it stands among text of other colours."""
    page = reader().new_page()
    page.goto("errata.html")
    page.locator("td strong").nth(20).evaluate("word => { word.style.color = '#999' }")
    (found,) = violations(page, CONTRAST)
    assert found.startswith("color-contrast: <strong")


LINKS = ["article p > a", ".page-toc a", "nav.bd-links a", ".prev-next-title", ".page-forms a"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_link_under_the_pointer_can_be_read(reader, theme):
    """Wherever it stands, its colour has enough contrast then as well."""
    page = reader().new_page()
    page.goto("why-1x1.html")
    view(page, theme=theme)
    for links in LINKS:
        link = page.locator(f"{links}:visible").first
        before = link.evaluate("link => getComputedStyle(link).color")
        link.hover()
        expect(link).not_to_have_css("color", before)
        assert violations(page, CONTRAST) == []


# Weight and speed

SHIFTS = """
    window.moved = [];
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries())
            moved.push([value, ...sources.map(({ node, previousRect, currentRect }) =>
                JSON.stringify([node?.outerHTML ?? node?.data, previousRect, currentRect]))]);
    }).observe({ type: "layout-shift", buffered: true });
"""
# A screen at a time, as reading does, so that what waits for its turn is fetched.
SCROLL = """async () => {
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
        scrollTo(0, y);
        await new Promise(requestAnimationFrame);
    }
    for (const image of document.images) image.scrollIntoView();
    await Promise.all([...document.images].map((image) => image.decode()));
}"""
LAZY = "document.querySelector('img[loading=lazy]') != null"


class Meter:
    """Counts what a page transfers, headers included."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self.inside: set[str] = set()  # what a data: address holds came with something else
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("data:"):
            self.inside.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self.inside:
            self.bytes += int(event["encodedDataLength"])


def load(page: Page, name: str) -> Meter:
    """Open a page, as a reader does who only looks at its top; return what counts its bytes."""
    meter = Meter(page)
    page.goto(f"{name}.html")
    page.evaluate("document.fonts.ready.then(() => true)")
    if page.evaluate(LAZY):
        page.wait_for_load_state("networkidle")
    return meter


@every_page
def test_weight_and_stillness(reader, name):
    """A first visit, read to the end, and the next page stay within their budgets.

    Nothing moves meanwhile. Photographs further down count on the next page when they are read.
    What each page weighs is printed: ``make test ARGS="-k weight -rP"``.
    """
    context = reader(SCREEN)
    context.add_init_script(SHIFTS)
    page = context.new_page()
    meter = load(page, name)
    page.evaluate(SCROLL)
    shifts, first = page.evaluate("moved"), meter.bytes
    page = reader(SCREEN).new_page()
    load(page, "glossary" if name == "index" else "index")
    following = load(page, name).bytes
    print(f"{first / KIB:.1f} KiB on the first visit, {following / KIB:.1f} as the next page")
    assert sum(shift[0] for shift in shifts) <= MOVED, shifts
    assert first <= FIRST_VISIT
    # The search brings the index of all pages, which no other page asks for.
    assert following <= (FIRST_VISIT if name == "search" else NEXT_PAGE)


# Where the columns of each table begin, with all of its rows, with half of them and with one.
COLUMNS = """() => [...document.querySelectorAll("table.table")].map((table) => {
    const heads = [...table.querySelectorAll("th")];
    const begin = () => heads.map((th) => th.getBoundingClientRect().left);
    const rows = [...table.tBodies[0].rows];
    const places = [begin()];
    for (const left of [Math.ceil(rows.length / 2), 1]) {
        rows.slice(left).forEach((row) => row.remove());
        places.push(begin());
    }
    table.tBodies[0].append(...rows);
    return Math.max(...places.flatMap((now) => now.map((x, k) => Math.abs(x - places[0][k]))));
})"""


def test_columns_stay_where_they_are_while_rows_arrive(reader):
    """No column moves for the rows that come; some would, had they not been given widths."""
    page = reader(SCREEN).new_page()
    names = [name for name in PAGES if '<table class="table">' in source(name)]
    assert len(names) > 5
    moved, would_move = {}, 0
    for name in names:
        page.goto(f"{name}.html")
        for width in (SCREEN, 390):
            page.set_viewport_size({"width": width, "height": 800})
            moved[name, width] = max(page.evaluate(COLUMNS))
        page.evaluate(
            "document.querySelectorAll('th').forEach((th) => th.removeAttribute('style'))"
        )
        would_move += sum(place > 1 for place in page.evaluate(COLUMNS))
    assert {where: place for where, place in moved.items() if place > 1} == {}
    assert would_move > len(names)


@pytest.mark.parametrize("how", ["slowly", "slowly-bare"])
def test_a_table_stands_still_while_its_rows_arrive(reader, how):
    """On a slow network and a slow processor nothing moves; without the widths it would."""
    context = reader(SCREEN)
    context.add_init_script(SHIFTS)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"printed-tables.html?{how}", wait_until="commit")
    page.locator("table.table").first.scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")  # until nothing else moves
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    before = len(page.evaluate("moved"))
    page.evaluate("() => fetch('/go')")
    page.wait_for_load_state()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    shifts = page.evaluate("moved")[before:]
    assert bool(shifts) == (how == "slowly-bare"), shifts


def test_the_colours_are_right_from_the_start(reader):
    """The mode is set before there is a body to paint, and not again."""
    for scheme, chosen, expected in [
        ("light", None, "light"), ("dark", None, "dark"), ("light", "dark", "dark"),
        ("dark", "light", "light"), ("dark", "auto", "dark"),
    ]:  # fmt: skip
        context = reader(color_scheme=scheme)
        context.add_init_script(
            "window.painted = new Set();"
            "new MutationObserver(() => document.body && painted.add("
            "document.documentElement.dataset.theme))"
            ".observe(document, { attributes: true, childList: true, subtree: true });"
        )
        if chosen:
            context.add_init_script(f"try {{ localStorage.mode = {chosen!r} }} catch {{}}")
        page = context.new_page()
        page.goto("index.html")
        assert page.evaluate("[...painted]") == [expected]


# Without scripts, without a host

READABLE = "p, li, pre, td, th, math, svg[role=img], dt, dd, h1, h2, h3, summary"


@every_page
def test_reading_without_scripts(reader, name):
    """All of a page can be read, and its answers opened, without a script."""
    page = reader(390, java_script_enabled=False).new_page()
    page.goto(f"{name}.html")
    assert page.locator(".pst-js-only:visible").count() == 0
    while (closed := page.locator("details:not([open]) > summary:visible")).count():
        closed.first.click()
    hidden = page.locator(f"article :is({READABLE})").evaluate_all(
        "all => all.filter(e => !e.checkVisibility({ visibilityProperty: true }))"
        ".map(e => e.outerHTML.slice(0, 200))"
    )
    # A cell's toggle has a text for each of its two states; an explorer shows its stand-in.
    assert [html for html in hidden if "collapsed" not in html] == []
    if name != "search":
        assert page.locator("article").inner_text().count("\n") > 5


def test_the_navigation_without_scripts(reader):
    """It opens, and leads to another page."""
    page = reader(390, java_script_enabled=False).new_page()
    page.goto("origins.html")
    page.get_by_role("button", name="All pages").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Glossary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Glossary"))


def test_reading_from_a_folder(reader):
    """The site works unpacked: style, font, figures, links, search, and no complaint."""
    page = reader(390).new_page()
    for name in PAGES:
        page.goto(f"{SITE.as_uri()}/{name}.html")
        page.evaluate(SCROLL)
        assert page.evaluate("[...document.images].every(image => image.naturalWidth)")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.goto(f"{SITE.as_uri()}/three-maps-to-one.html")
    fonts = page.evaluate("document.fonts.ready.then(fonts => [...fonts].map(f => f.status))")
    assert fonts == ["loaded"]
    page.get_by_role("button", name="All pages").click()
    page.get_by_role("link", name="Mixing colours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Mixing colours"))
    page.goto(f"{SITE.as_uri()}/search.html?q=bottleneck")
    expect(page.locator("#search-results li").first).to_be_visible()


# Everyone

FOCUS = """() => {
    const element = document.activeElement;
    if (element == document.body) return null;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const around = getComputedStyle(element.parentElement);
    return {
        at: [...document.querySelectorAll("*")].indexOf(element),
        what: element.outerHTML.slice(0, 120),
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth,
        marked: style.outlineStyle != "none" && parseFloat(style.outlineWidth) > 0
            || style.boxShadow != "none" || around.boxShadow != "none",
    };
}"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["index", "origins", "api"])
def test_the_keyboard_reaches_everything(reader, name, width):
    """Tab goes through all links and controls from top to bottom, and one sees where it is."""
    page = reader(width).new_page()
    page.goto(f"{name}.html")
    stops = []
    for _ in range(600):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(FOCUS)) is None:
            break
        stops.append(stop)
    assert "#main-content" in stops[0]["what"]
    assert [stop["what"] for stop in stops if not stop["seen"]] == []
    assert [stop["what"] for stop in stops if not stop["marked"]] == []
    places = [stop["at"] for stop in stops]
    assert places == sorted(set(places))
    every = page.locator("a[href], button, input, summary, [tabindex='0']")
    assert len(stops) >= every.evaluate_all(
        "all => all.filter(e => e.checkVisibility({ visibilityProperty: true })).length"
    )


@pytest.mark.parametrize(
    ("button", "role", "name"),
    [("All pages", "banner", None), ("On this page", "navigation", "Contents")],
)
def test_the_sidebars_open_on_a_phone(reader, button, role, name):
    """A button opens them, the keyboard goes on inside, Escape closes them and comes back."""
    page = reader(390).new_page()
    page.goto("three-maps-to-one.html")
    opener, sidebar = page.get_by_role("button", name=button), page.get_by_role(role, name=name)
    expect(sidebar).to_be_hidden()
    opener.press("Enter")
    expect(sidebar).to_be_visible()
    page.keyboard.press("Tab")
    assert sidebar.evaluate("sidebar => sidebar.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(sidebar).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_contents_close_when_a_section_is_chosen(reader):
    """On a phone they cover the section that was asked for; the section is marked."""
    page = reader(390).new_page()
    page.goto("three-maps-to-one.html")
    page.get_by_role("button", name="On this page").click()
    link = page.locator(".page-toc a").nth(2)
    link.click()
    expect(page.locator(".page-toc")).to_be_hidden()
    assert page.url.endswith(str(link.get_attribute("href")))
    expect(link).to_have_attribute("aria-current", "true")


def test_the_colours_can_be_chosen(reader):
    """The button goes through the modes, says which it is, and the next page keeps it."""
    page = reader(color_scheme="dark").new_page()
    page.goto("index.html")
    button, html = page.get_by_role("button", name="Colours"), page.locator("html")
    for name, theme in [("as the system", "dark"), ("light", "light"), ("dark", "dark")]:
        expect(button).to_have_accessible_name(f"Colours: {name}")
        expect(html).to_have_attribute("data-theme", theme)
        button.click()
    button.click()
    page.goto("glossary.html")
    expect(button).to_have_accessible_name("Colours: light")
    expect(html).to_have_attribute("data-theme", "light")


def test_motion_can_be_refused(reader):
    """Nothing moves for who asked for that."""
    page = reader(390, reduced_motion="reduce").new_page()
    page.goto("origins.html")
    moving = page.locator("*").evaluate_all(
        "all => all.map(e => getComputedStyle(e)).filter(s => s.animationName != 'none'"
        " || s.transitionDuration.split(', ').some(t => t != '0s')"
        " || s.scrollBehavior != 'auto').length"
    )
    assert moving == 0


def test_forced_colours(reader):
    """In a high-contrast mode the icons, the brackets and the marks have the text's colour."""
    page = reader(390, forced_colors="active").new_page()
    page.goto("three-maps-to-one.html")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    strokes = page.locator(".icon").evaluate_all("all => all.map(e => getComputedStyle(e).stroke)")
    borders = page.locator(".matrix table").evaluate_all(
        "all => all.map(e => getComputedStyle(e, '::before').borderLeftColor)"
    )
    assert strokes
    assert borders
    assert ground not in [*strokes, *borders]


# Mathematics


def test_the_font_has_every_sign(reader):
    """What the pages' mathematics writes is in the font's ``unicode-range``: see math.css."""
    face = re.search(r"unicode-range:([^;}]+)", (SITE / "_static/formulas.css").read_text("utf-8"))[
        1
    ]
    covered = set()
    for text in re.findall(r"U\+([\w-]+)", face):
        first, _, last = text.partition("-")
        covered |= set(range(int(first, 16), int(last or first, 16) + 1))
    missing = {}
    for name in PAGES:
        for formula in re.findall(r"<math.*?</math>", source(name), flags=re.DOTALL):
            signs = set(map(ord, re.sub(r"<[^>]*>|&#?\w+;|\s", "", formula)))
            signs -= set(range(0x41, 0x5B)) | set(range(0x2061, 0x2065))  # drawn in italics; unseen
            if signs - covered:
                missing[name] = {f"U+{sign:X}" for sign in signs - covered}
    assert missing == {}


# Finding things


def test_the_pages_follow_each_other():
    """Who goes on at the end of each page reads all of them, and can go back the same way."""

    def beside(name: str, which: str) -> str:
        links = re.findall(rf'<a class="{which}"\s+href="([\w-]+)\.html"', source(name))
        assert len(links) <= 1
        return "".join(links)

    names = ["index"]
    while following := beside(names[-1], "right-next"):
        assert beside(following, "left-prev") == names[-1]
        names.append(following)
    assert sorted(names) == sorted({*PAGES} - {"search"})


# The browser


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 error"), ("", "1 skipped")])
def test_a_missing_browser_is_no_success(tmp_path, ci, outcome):
    """It is an error where CI is true, and elsewhere a skip; both say what to install."""
    (tmp_path / "test_page.py").write_text(
        "pytest_plugins = ['browser']\n\ndef test_nothing(chromium):\n    pass\n"
    )
    nothing = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "CI": ci}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "test_page.py"],
        cwd=tmp_path,
        env={**os.environ, **nothing, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout, done.stdout
    assert "apt-get install chromium" in done.stdout
