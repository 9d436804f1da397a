"""Every question leads to the words that answer it, on the page, in the search and in the data."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sites import ROOT, SITE, Site, soup

pytest_plugins = ["site_fixtures"]

GROUPS = tomllib.loads((ROOT / "docs" / "faq.toml").read_text("utf-8").replace("'", "’"))
QUESTIONS = [question for group in GROUPS.values() for question in group]


def built(name: str) -> BeautifulSoup:
    """Return a page of the built site."""
    return BeautifulSoup((SITE / name).read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def pages() -> dict[str, BeautifulSoup]:
    """Return the list of questions, and each page that answers one."""
    names = {"faq", *(question["page"] for question in QUESTIONS)}
    return {name: built(f"{name}.html") for name in sorted(names)}


@pytest.fixture(scope="module")
def listed(pages: dict[str, BeautifulSoup]) -> dict[str, tuple[str, Tag]]:
    """Return the link and the quoted answer of each question."""
    terms = pages["faq"].select("dl.faq > dt")
    return {term.text: (term.a["href"], term.find_next_sibling("dd")) for term in terms}


def words(text: str) -> list[str]:
    """Return the words of a text, without what stands between them."""
    return re.findall(r"\w+", text)


def data_of(page: BeautifulSoup) -> dict[str, Any]:
    """Return what a page says of itself to search engines."""
    (script,) = page.select('script[type="application/ld+json"]')
    return json.loads(script.text)


def test_there_are_many_questions_each_asked_once() -> None:
    """The list is long, and no question stands in it twice."""
    asked = Counter(question["asked"] for question in QUESTIONS)
    assert len(asked) >= 150
    assert max(asked.values()) == 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["asked"])
def test_one_click_leads_to_the_answer(
    question: dict[str, str],
    pages: dict[str, BeautifulSoup],
    listed: dict[str, tuple[str, Tag]],
) -> None:
    """The link's target is the passage that is quoted, and it has all of its words.

    It is in the open, or in the answer of a question, which a link into it opens.
    """
    link, quoted = listed[question["asked"]]
    page, _, anchor = link.partition("#")
    assert page == f"{question['page']}.html"
    targets = pages[question["page"]].find_all(id=anchor)
    assert len(targets) == 1
    (target,) = targets
    fold = target.find_parent("details")
    assert fold is None or fold["class"] == ["answer"]
    assert words(target.text)[0] == words(question["answer"])[0]
    # A citation stands in the passage, and not in the quotation.
    rest = iter(words(target.text))
    assert all(word in rest for word in words(quoted.text))
    assert len(words(quoted.text)) >= 5


def test_search_engines_read_what_readers_read(
    pages: dict[str, BeautifulSoup], listed: dict[str, tuple[str, Tag]]
) -> None:
    """The data have the questions and the answers of the page, as a FAQPage of schema.org."""
    data = data_of(pages["faq"])
    assert (data["@context"], data["@type"]) == ("https://schema.org", "FAQPage")
    entries = {entry["name"]: entry["acceptedAnswer"] for entry in data["mainEntity"]}
    assert len(entries) == len(data["mainEntity"])
    assert [*entries] == [*listed]
    assert {entry["@type"] for entry in data["mainEntity"]} == {"Question"}
    for name, (_, quoted) in listed.items():
        assert entries[name]["@type"] == "Answer"
        if not quoted.find("math"):
            assert entries[name]["text"].split() == quoted.text.split()


PAGES = {
    "one": "# One\n\nIt has *three* legs {cite:p}`nobody`.\n"
    "It &lt;stands&gt;<br>.\n\nNo.\nNo: it isn't.\n",
    "list": "# List\n\n```{faq} legs\n```\n",
    "index": "# Index\n\n```{toctree}\none\nlist\n```\n",
}
LEGS = 'asked = "How many legs?"\npage = "one"\nanswer = "It has three legs"\n'
LOADED = 'extensions.append("website.faq")\nfaq_file = "faq.toml"\n'


@pytest.fixture
def legs(site: Site) -> Site:
    """Return a site with one question and its answer."""
    site.configure(f'{LOADED}html_baseurl = "https://here.example/"\n')
    site.write("faq.toml", f"[[legs]]\n{LEGS}sentences = 2\n")
    for name, text in PAGES.items():
        site.page(text.replace("{cite:p}`nobody`", "(see [it](list.md))"), name)
    return site


def test_an_answer_is_quoted_without_its_links(legs: Site) -> None:
    """A quotation has the words and what is emphasised; the data are safe inside a page."""
    build = legs.build("html")
    assert (build.code, build.warnings) == (0, []), build.output
    page = soup(legs, "list")
    answer = page.select_one("dl.faq dd p")
    assert answer.decode_contents() == "It has <em>three</em> legs (see it). It &lt;stands&gt;."
    anchor = page.select_one("dl.faq dt a")["href"].partition("#")[2]
    assert soup(legs, "one").find(id=anchor).text.endswith("It <stands>.")
    (entry,) = data_of(page)["mainEntity"]
    assert entry["acceptedAnswer"] == {
        "@type": "Answer",
        "text": "It has three legs (see it). It <stands>.",
        "url": f"https://here.example/one.html#{anchor}",
    }
    assert "<stands>" not in str(page.select_one('script[type="application/ld+json"]'))


def test_the_list_follows_its_answers(legs: Site) -> None:
    """Where an answer or a question changes, the list changes, and nothing else is read."""
    legs.build("html")
    legs.page(PAGES["one"].replace("{cite:p}`nobody`", "today"), "one")
    assert legs.build("html").pages_read == ["one"]
    assert "legs today. It" in soup(legs, "list").select_one("dl.faq dd").text
    legs.write("faq.toml", f"[[legs]]\n{LEGS.replace('How many', 'What')}")
    legs.build("text")  # whatever has been built in between
    assert legs.build("html").pages_read == []
    assert soup(legs, "list").select_one("dl.faq dt").text == "What legs?"
    assert soup(legs, "one").find(id="answer-what-legs") is not None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("It has three", "It has four", "has no one answer on one that begins with 'It has four"),
        ("It has three legs", "No", "has no one answer on one that begins with 'No'"),
        ('"one"', '"two"', "has no one answer on two"),
        ("[[legs]]", "[[arms]]", "faq: no question is in 'legs'"),
        ("[[legs]]", "[[arms]]", "faq.toml: no page lists the group 'arms'"),
    ],
)
def test_a_question_without_an_answer_is_a_warning(
    legs: Site, old: str, new: str, message: str
) -> None:
    """An answer that was rewritten, or begins like another, and a group that nobody sees."""
    legs.write("faq.toml", f"[[legs]]\n{LEGS}".replace(old, new))
    build = legs.build("html")
    assert any(message in warning for warning in build.warnings), build.output


def test_an_entry_that_is_misspelt_names_the_file(legs: Site) -> None:
    """A key that nothing reads is an error."""
    legs.write("faq.toml", f"[[legs]]\n{LEGS}sentence = 2\n")
    build = legs.build("html")
    assert build.code != 0
    assert re.search(r"faq\.toml: .*unexpected keyword argument 'sentence'", build.output)
