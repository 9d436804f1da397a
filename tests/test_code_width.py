"""A test of the built site's code: a reader of a page reads all of it, without scrolling sideways.

It reads ``_build/html``, which ``make test`` builds first.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from host import serve
from playwright.sync_api import Browser, Page
from sites import SITE

pytest_plugins = ["browser"]

PAGES = sorted(path.stem for path in SITE.glob("*.html"))

# The lines of code that do not fit: the text of each block, cut where the reader's view is.
CUT = """blocks => blocks.filter(block => block.scrollWidth > block.clientWidth).map(block => {
    const lines = block.textContent.split("\\n");
    return lines.reduce((longest, line) => line.length > longest.length ? line : longest);
})"""


@pytest.fixture(scope="module")
def screen(chromium: Browser) -> Iterator[Page]:
    """Return a page of 1280 pixels, on which every relative address is one of the site's."""
    if not PAGES:
        pytest.fail(f"no page in {SITE}: run `make html` first")
    with serve(SITE) as address:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 800}, base_url=f"{address}/"
        )
        yield context.new_page()
        context.close()


def cut_lines(page: Page) -> list[str]:
    """Open what is folded away, and return the longest line of each block that is cut off."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    return list(page.locator("div.highlight pre").evaluate_all(CUT))


@pytest.mark.parametrize("name", PAGES)
def test_code_is_seen_whole(screen, name):
    """On a screen of 1280 pixels no line of code is cut off at the edge of its column."""
    screen.goto(f"{name}.html")
    assert cut_lines(screen) == []


def test_a_line_that_is_too_long_is_noticed(screen):
    """One more character than fits is found, and the line is named, in a folded cell too."""
    screen.goto("why-1x1.html")
    before = cut_lines(screen)
    block = screen.locator("div.highlight pre").first
    width = block.evaluate(
        """block => {
            const style = getComputedStyle(block), probe = document.createElement("span");
            probe.textContent = "x".repeat(100);
            block.append(probe);
            const one = probe.getBoundingClientRect().width / 100;
            probe.remove();
            const room = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
            return Math.floor((block.clientWidth - room) / one);
        }"""
    )
    for length, cut in [(width, []), (width + 2, ["x" * (width + 2)])]:
        block.evaluate("(block, text) => { block.textContent = text }", "x" * length)
        assert cut_lines(screen) == cut + before
    block.evaluate(
        """block => {
            const folded = document.createElement("details"), whole = block.parentElement;
            whole.replaceWith(folded);
            folded.append(whole);
        }"""
    )
    assert cut_lines(screen) == ["x" * (width + 2), *before]
