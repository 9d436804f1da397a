"""Questions in a browser: choosing, typing, the score, and reading without scripts.

They read ``_build/html``, which ``make test`` builds first.
"""

from __future__ import annotations

import gzip
import re

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Locator, Page, expect
from sites import SITE
from test_reading import (
    a_phone_shows_all_that_is_printed,
    axe_finds_nothing,
    no_sideways_scrolling,
    source,
)

pytest_plugins = ["browser"]

ASKING = sorted(
    path.stem for path in SITE.glob("*.html") if 'class="question"' in source(path.stem)
)
MIXED = "test-yourself"


def asked(name: str) -> dict[str, str]:
    """Return the questions of a page, by id, with their choices and the marks on these."""
    page = BeautifulSoup(source(name), "html.parser")
    return {
        str(question["id"]): " | ".join(
            [
                question.p.text,
                str(question.get("data-number")),
                *(f"{item.get('class')} {item.text.strip()}" for item in question.select("li")),
            ]
        )
        for question in page.select(".question")
    }


def first_with_choices(page: Page) -> Locator:
    """Return the first question that is no number."""
    return page.locator(".question:has(.choices)").first


def test_pages_without_questions_do_not_load_the_script():
    """The script is small, and on no page that does not need it."""
    assert ASKING
    for path in SITE.glob("*.html"):
        assert ('src="_static/questions.js' in source(path.stem)) == (path.stem in ASKING)
    script = (SITE / "_static/questions.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= 1536


@pytest.mark.parametrize("right", [True, False])
def test_choosing_says_what_is_right(reader, right):
    """The keyboard is enough; the choice is marked, the verdict is said, and the answer opens."""
    page = reader(390).new_page()
    page.goto("a-pixel-is-a-point.html")
    question = first_with_choices(page)
    answer, verdict = question.locator("details"), question.get_by_role("status")
    correct = question.locator("li.right button")
    mark = "e => getComputedStyle(e, '::before').content"
    expect(answer).not_to_have_attribute("open", "")
    expect(verdict).to_have_text("")
    assert correct.evaluate(mark) == "none"
    button = correct if right else question.locator("li:not(.right) button").first
    expect(button).to_have_attribute("aria-pressed", "false")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(answer).to_have_attribute("open", "")
    assert correct.evaluate(mark) == '"✓ "'
    if right:
        expect(verdict).to_have_text("Right.")
    else:
        expect(verdict).to_have_text(f"Wrong. Right is: {correct.text_content().strip()}")
        assert button.evaluate(mark) == '"✗ "'
        correct.press("Space")  # who thinks again may choose again
        expect(verdict).to_have_text("Right.")
        expect(button).to_have_attribute("aria-pressed", "false")


def test_a_number_is_typed(reader):
    """Commas between thousands, blanks and a proper minus are no mistakes; another number is."""
    name, number = next(
        (name, found[1])
        for name in ASKING
        if name != MIXED
        and (found := re.search(r'class="question" data-number="([^"]+)"', source(name)))
    )
    page = reader().new_page()
    page.goto(f"{name}.html")
    question = page.locator(".question[data-number]").first
    field = question.get_by_label("A number:")
    field.fill(str(float(number) + 1))
    field.press("Enter")
    expect(question.get_by_role("status")).to_have_text(f"Wrong. Right is: {number}")
    expect(question.locator("details")).to_have_attribute("open", "")
    field.fill(f" {float(number):,}".replace("-", "−"))
    question.get_by_role("button", name="Check").click()
    expect(question.get_by_role("status")).to_have_text("Right.")


def test_a_link_into_an_answer_opens_it(reader):
    """Whether one comes from another page, or follows a link on this one."""
    page = reader().new_page()
    inside = "document.querySelector('.question details .cell').id"
    page.goto("a-pixel-is-a-point.html")
    place = page.evaluate(inside)
    answer = page.locator(".question details:has(.cell)").first
    expect(answer).not_to_have_attribute("open", "")
    page.evaluate("place => { location.hash = place }", place)
    expect(answer).to_have_attribute("open", "")
    page.goto("about:blank")
    page.goto(f"a-pixel-is-a-point.html#{place}")
    expect(answer).to_have_attribute("open", "")


def test_answered_questions_can_be_read_by_everybody(reader):
    """Axe finds nothing, wide and narrow, light and dark; at 320 pixels nothing is cut off."""
    page = reader(1280, color_scheme="light").new_page()
    page.goto(f"{MIXED}.html")
    for choice in page.locator(".question:nth-child(-n+6) li:nth-child(2) button").all():
        choice.click()
    for check in (axe_finds_nothing, a_phone_shows_all_that_is_printed, no_sideways_scrolling):
        check(page, MIXED)


# -- All questions in one place -------------------------------------------------------------------


def test_the_collected_questions_are_those_of_the_pages():
    """Nothing is typed twice: each is asked as on its page, with the same choices and answer."""
    everywhere = {
        f"{name}-{key}": text
        for name in ASKING
        if name != MIXED
        for key, text in asked(name).items()
    }
    assert asked(MIXED) == everywhere
    assert len(everywhere) >= 10
    page = BeautifulSoup(source(MIXED), "html.parser")
    for question in page.select(".question"):
        link = str(question.select("details > p")[-1].a["href"])
        assert link.partition(".html#")[0] == str(question["id"]).partition("-question-")[0]


def test_the_order_differs_and_what_was_tried_comes_last(reader):
    """Two visits ask in different orders; a question that was tried comes after the others."""
    page = reader().new_page()
    orders = []
    for _ in range(2):
        page.goto(f"{MIXED}.html")
        orders.append(page.locator(".question").evaluate_all("all => all.map(each => each.id)"))
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(asked(MIXED))
    page.locator(".question summary").first.click()
    page.reload()
    last = page.locator(".question").last
    expect(last).to_have_id(orders[1][0])


def test_the_score_counts_first_tries(reader):
    """A second try, a look at the answer and another visit change no first try; a reset does."""
    context = reader()
    page = context.new_page()
    page.goto(f"{MIXED}.html")
    score = page.locator(".score").get_by_role("status")
    expect(score).to_have_text("0 of 0 at the first try")
    first, second, third = page.locator(".question:has(.choices)").all()[:3]
    first.locator("li.right button").click()
    expect(score).to_have_text("1 of 1 at the first try")
    second.locator("li:not(.right) button").first.click()
    second.locator("li.right button").click()
    expect(score).to_have_text("1 of 2 at the first try")
    third.locator("summary").click()
    third.locator("li.right button").click()
    expect(score).to_have_text("1 of 3 at the first try")
    page.goto("a-pixel-is-a-point.html")
    page.locator(".question li.right button").first.click()  # counted on the one page only
    page.goto(f"{MIXED}.html")
    expect(score).to_have_text("1 of 3 at the first try")
    page.get_by_role("button", name="Start again").click()
    expect(score).to_have_text("0 of 0 at the first try")
    page.reload()
    expect(score).to_have_text("0 of 0 at the first try")


def test_a_browser_that_stores_nothing_counts_too(reader):
    """Then the score holds for the visit."""
    context = reader()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('none') } })"
    )
    page = context.new_page()
    page.goto(f"{MIXED}.html")
    first_with_choices(page).locator("li.right button").click()
    expect(page.locator(".score").get_by_role("status")).to_have_text("1 of 1 at the first try")


def test_questions_without_scripts(reader):
    """They stand in the order of the pages, as plain lists, and what is right shows when opened."""
    page = reader(java_script_enabled=False).new_page()
    page.goto(f"{MIXED}.html")
    assert page.locator(".question button, .question input, .score").count() == 0
    first = first_with_choices(page)
    mark = "e => getComputedStyle(e, '::before').content"
    assert first.locator("li.right > p").evaluate(mark) == "none"
    first.locator("summary").click()
    assert first.locator("li.right > p").evaluate(mark) == '"✓ "'
    shown = re.findall(r'class="question" (?:data-number="[^"]*" )?id="([^"]+)"', source(MIXED))
    assert list(asked(MIXED)) == shown
