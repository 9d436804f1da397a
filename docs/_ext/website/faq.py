"""Questions, each with the sentence of a page that answers it: ``{faq}`` lists those of a group.

The file that ``faq_file`` in ``conf.py`` names has them, by group. Each entry has the question as
people ask it, ``asked``; the ``page`` that answers it; and the first words of the ``answer``, as a
reader reads them. Where the answer takes more than one sentence, ``sentences`` says how many.

The build looks for the answer on that page. It must begin one line of its source, and no other, so
that no question leads to a passage that has been rewritten since. The passage becomes a target that
the question links to, and its words are quoted below the question. So nothing is written twice.

Search engines get the same as ``FAQPage`` data in JSON-LD, of which a reader must see all on the
page. Google has shown no list of questions since May 2026; others still read it. It is data, which
no browser runs, so that the policy of :mod:`website.csp` stays what it is.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from website.written import exchange

logger = logging.getLogger(__name__)

#: What a quotation of a sentence keeps as it is; of all else it keeps the words.
_KEPT = (nodes.literal, nodes.math, nodes.emphasis, nodes.strong, nodes.subscript)


@dataclass(frozen=True)
class Question:
    """A question, and where its answer stands."""

    asked: str
    page: str
    answer: str
    sentences: int = 1

    @property
    def anchor(self) -> str:
        return f"answer-{nodes.make_id(self.asked)}"


class faq(nodes.Element):  # noqa: N801 - docutils names its nodes in lower case
    """Where the questions of a group will stand."""


class Faq(SphinxDirective):
    """Leave a place for the questions of a group, whose answers are on pages yet to be read."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        node = faq(group=self.arguments[0])
        self.set_source_info(node)
        pages_with_groups(self.env).setdefault(self.env.docname, set()).add(self.arguments[0])
        return [node]


def questions(app: Sphinx) -> dict[str, list[Question]]:
    """Return the questions of each group."""
    if not app.config.faq_file:
        return {}
    file = Path(app.confdir, app.config.faq_file)
    # What is compared has the typographic apostrophes that the pages have.
    groups = tomllib.loads(file.read_text(encoding="utf-8").replace("'", "’"))
    try:
        return {name: [Question(**entry) for entry in group] for name, group in groups.items()}
    except TypeError as error:
        raise ConfigError(f"{app.config.faq_file}: {error}") from error


def pages_with_groups(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the groups that each page lists."""
    pages: dict[str, set[str]] = env.__dict__.setdefault("faq_pages", {})
    return pages


@dataclass(frozen=True)
class Passage:
    """The nodes of a paragraph that are the lines of an answer."""

    paragraph: nodes.Element
    start: int
    stop: int

    @property
    def nodes(self) -> list[nodes.Node]:
        return self.paragraph.children[self.start : self.stop]


@dataclass(frozen=True)
class Line:
    """A line of a paragraph, with the words from there on."""

    paragraph: nodes.Element
    start: int
    ends: list[int]  #: of this line, and of those below it
    words: str

    def passage(self, question: Question) -> Passage:
        """Return as many lines as an answer takes."""
        return Passage(self.paragraph, self.start, self.ends[: question.sentences][-1])


def lines(doctree: nodes.Element) -> Iterator[Line]:
    """Yield all that an answer may begin with."""
    for paragraph in doctree.findall(nodes.paragraph):
        ends = [i for i, n in enumerate(paragraph.children) if n.astext() == "\n"]
        ends.append(len(paragraph.children))
        for number, start in enumerate([0, *(end + 1 for end in ends[:-1])]):
            words = plain(Passage(paragraph, start, ends[-1]))
            yield Line(paragraph, start, ends[number:], words)


def lines_of(env: BuildEnvironment, page: str) -> list[Line]:
    """Return the lines of a page, which is looked through once, however many answers it has."""
    read = Path(env.doctreedir, f"{page}.doctree").stat().st_mtime_ns
    if page not in _lines or _lines[page][0] != read:
        _lines[page] = (read, list(lines(env.get_doctree(page))))
    return _lines[page][1]


_lines: dict[str, tuple[int, list[Line]]] = {}


def passages(lines: Iterable[Line], question: Question) -> list[Passage]:
    """Return the passages that begin with the words of an answer."""
    return [line.passage(question) for line in lines if line.words.startswith(question.answer)]


def plain(passage: Passage) -> str:
    """Return the words of a passage, as a quotation has them."""
    return "".join(node.astext() for node in quotation(passage))


def quotation(passage: Passage) -> list[nodes.Node]:
    """Return a copy of a passage without its links, citations and sources of numbers."""
    quoted: list[nodes.Node] = []

    def quote(node: nodes.Node) -> None:
        if isinstance(node, nodes.Text):
            quoted.append(nodes.Text(node.astext().replace("\n", " ")))
        elif isinstance(node, _KEPT):
            quoted.append(node.deepcopy())
        elif not (isinstance(node, nodes.raw) or _is_citation(node)):
            for child in node.children:
                quote(child)

    for node in passage.nodes:
        quote(node)
    for number, (before, node) in enumerate(pairwise(quoted)):
        # A citation between the two left a blank on either side, or one before a full stop.
        if isinstance(before, nodes.Text) and re.match(r"[ .,:;)]", node.astext()):
            quoted[number] = nodes.Text(before.rstrip(" "))
    if quoted and isinstance(quoted[-1], nodes.Text):  # what it leads to does not follow here
        quoted[-1] = nodes.Text(re.sub(":$", ".", quoted[-1]))
    return quoted


def _is_citation(node: nodes.Node) -> bool:
    return isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite"


def answer_of(env: BuildEnvironment, question: Question) -> Passage | None:
    """Return the passage that answers a question, as it was read; none, if not exactly one does."""
    if question.page not in env.found_docs:
        return None
    found = passages(lines_of(env, question.page), question)
    return found[0] if len(found) == 1 else None


def entries(app: Sphinx, page: str) -> Iterator[tuple[str, str, str]]:
    """Yield the questions that a page answers, with where the answers stand, and these."""
    for question in [q for group in questions(app).values() for q in group if q.page == page]:
        if passage := answer_of(app.env, question):
            yield question.asked, f"#{question.anchor}", plain(passage)


class MarkAnswers(SphinxPostTransform):
    """Make targets of a page's answers, and list questions where the page asks for them."""

    default_priority = 5  # before links are resolved, as a quotation has none

    def run(self, **_: Any) -> None:
        groups = questions(self.app)
        parts: dict[str, nodes.Element] = {self.env.docname: self.document}
        for part in self.document.findall(addnodes.start_of_file):  # a book has all pages in one
            parts[part["docname"]] = part
        answering = {question.page for group in groups.values() for question in group}
        pages = {page: list(lines(part)) for page, part in parts.items() if page in answering}
        for question in [q for group in groups.values() for q in group]:
            for found in passages(pages.get(question.page, []), question):
                # Where it stands now, as a target may have taken the place of one in front of it.
                for passage in passages(lines(found.paragraph), question):
                    _mark(passage, question)
        listed: list[tuple[Question, str]] = []
        for node in list(self.document.findall(faq)):
            group = groups.get(node["group"], [])
            if not group:
                logger.warning("faq: no question is in %r", node["group"], location=node)
            listed_here = nodes.definition_list(classes=["faq"])
            for question in group:
                if answer := answer_of(self.env, question):
                    listed_here += self._item(question, answer)
                    listed.append((question, plain(answer)))
                else:
                    logger.warning(
                        "faq: %r has no one answer on %s that begins with %r",
                        *(question.asked, question.page, question.answer),
                        type="faq",
                        location=node,
                    )
            node.replace_self([listed_here] if listed_here.children else [])
        if listed and self.app.builder.name == "html":
            self.document += nodes.raw("", self._data(listed), format="html")

    def _item(self, question: Question, passage: Passage) -> nodes.definition_list_item:
        link = make_refnode(
            self.app.builder,
            self.env.docname,
            question.page,
            question.anchor,
            nodes.Text(question.asked),
        )
        return nodes.definition_list_item(
            "",
            nodes.term("", "", link),
            nodes.definition("", nodes.paragraph("", "", *quotation(passage))),
        )

    def _data(self, listed: list[tuple[Question, str]]) -> str:
        data = {
            "@context": "https://schema.org",
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": question.asked,
                    "acceptedAnswer": {"@type": "Answer", "text": text, **self._url(question)},
                }
                for question, text in listed
            ],
        }
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        return f'<script type="application/ld+json">{text}</script>\n'

    def _url(self, question: Question) -> dict[str, str]:
        base = self.app.config.html_baseurl  # empty, where the site's address is not known
        uri = self.app.builder.get_target_uri(question.page)
        return {"url": f"{base}{uri}#{question.anchor}"} if base else {}


def _mark(passage: Passage, question: Question) -> None:
    target = nodes.target("", "", *passage.nodes, ids=[question.anchor])
    passage.paragraph.children[passage.start : passage.stop] = [target]
    target.parent = passage.paragraph


def write_what_changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write anew the lists of questions, and the pages whose answers are others than before."""
    answers = {}
    for group, asked in questions(app).items():
        for question in asked:
            passage = answer_of(env, question)
            answers[group, question.page, question.asked] = plain(passage) if passage else ""
    changed = answers.items() ^ (exchange(app, "answers", answers) or {}).items()
    if not changed:
        return []
    pages = {page for (_, page, _), _ in changed} | set(pages_with_groups(env))
    return sorted(pages & env.found_docs)


def check_groups(app: Sphinx, env: BuildEnvironment) -> None:
    """Complain about questions that no page lists."""
    listed = set().union(*pages_with_groups(env).values())
    for group in questions(app).keys() - listed:
        logger.warning("%s: no page lists the group %r", app.config.faq_file, group, type="faq")


def forget_page(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    pages_with_groups(env).pop(page, None)


def merge_pages(
    app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment
) -> None:
    """Take over what another process has read."""
    pages_with_groups(env).update(
        {page: groups for page, groups in pages_with_groups(other).items() if page in pages}
    )


def setup(app: Sphinx) -> dict[str, Any]:
    # The file of the questions, as seen from ``conf.py``; without one there are none.
    app.add_config_value("faq_file", "", "env", str)
    app.add_node(faq)
    app.add_directive("faq", Faq)
    app.add_post_transform(MarkAnswers)
    app.connect("env-purge-doc", forget_page)
    app.connect("env-merge-info", merge_pages)
    app.connect("env-updated", write_what_changed)
    app.connect("env-check-consistency", check_groups)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
