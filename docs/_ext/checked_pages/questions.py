"""The directives ``{question}``, whose right answer the page computes, and ``{questions}``.

.. code-block:: markdown

   ```{question} How many channels come out?
   :computed: len(outputs)

   - [ ] `3`, one for each input
   - [x] `2`, one for each filter

   There is an output for each filter.
   ```

A choice begins with the value that it stands for, in backticks, or is it as a whole. The build
fails where the choice that is marked right does not stand for what ``computed`` gives, an
expression as of ``{eval}``, or where another one does. It stands in brackets where it begins with a
quotation mark, as YAML would take that away. Without choices the answer is a number.

What is asked may have backticks in a fence of colons, ``:::{question}``; Markdown takes none behind
a fence of backticks.

Cells directly above that carry the tag ``question`` are folded together with the text that
explains the answer, until the reader asks for them. Books show all of it.

``{questions}`` shows again what other pages ask, without the cells, and with a link to the section:

.. code-block:: markdown

   ```{questions}
   a-page
   another-page
   ```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id
from sphinx.writers.html5 import HTML5Translator

from checked_pages.answers import answer, ignore
from checked_pages.cells import cells_above, code_cells
from checked_pages.values import formatted, value

logger = logging.getLogger(__name__)


class question(nodes.container):  # noqa: N801 - docutils names its nodes in lower case
    """What is asked, the choices, and the answer."""


class Question(SphinxDirective):
    """Read a question, and compare the answer that is marked right with the computed one."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"computed": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        asked, messages = self.parse_inline(self.arguments[0])
        content = self.parse_content_to_nodes()
        node = question("", nodes.paragraph("", "", *asked), *messages)
        self.set_source_info(node)
        expression = self.options.get("computed", "")
        computed, errors = formatted(self.state.document, expression)
        if not expression:
            errors = ["it needs :computed:, an expression that gives its answer"]
        choices = content[0] if content else None
        if isinstance(choices, nodes.bullet_list):
            content = content[1:]
            choices["classes"].append("choices")
            errors = errors or _mistakes(choices, computed)
            node += choices
        elif not errors and not re.fullmatch(r"[-−]?[\d,]+(\.\d+)?", computed):
            errors = [f"without choices the answer is a number, and not {computed!r}"]
        else:
            node["number"] = computed.replace(",", "").replace("−", "-")
        if not content:
            errors.append("the answer needs a text that explains it")
        for error in errors:
            logger.warning("question: %s", error, type="question", location=node)
        node["asked"] = len(node)  # what follows is the answer
        node += content
        return [node]


def _mistakes(choices: nodes.bullet_list, computed: str) -> list[str]:
    """Take the marks off the choices; return what is wrong with them."""
    values: list[str] = []
    right: list[str] = []
    for item in choices.findall(nodes.list_item):
        text = next(iter(item.findall(nodes.Text)), nodes.Text(""))
        mark = re.match(r"\[([ x])\] ?", text)
        if mark is None:
            return [f"the choice {item.astext()!r} begins with neither [x] nor [ ]"]
        text.parent.replace(text, nodes.Text(text[mark.end() :]))
        value = next(iter(item.findall(nodes.literal)), None)
        begins = value is not None and item.astext().startswith(value.astext())
        values.append(value.astext() if value is not None and begins else item.astext())
        if mark[1] == "x":
            right.append(values[-1])
            item["classes"].append("right")
    if len(right) != 1:
        return [f"one choice is right, and not {len(right)}"]
    if right != [computed]:
        return [f"the choice marked right is {right[0]!r}; what is computed is {computed!r}"]
    if values.count(computed) > 1:
        return [f"two choices are {computed!r}"]
    return []


class CollectCells(SphinxTransform):
    """Move the cells of a question into its answer, and give it an id."""

    default_priority = 60  # after the outputs were compared, and the cells of exercises collected

    def apply(self, **_: Any) -> None:
        for number, node in enumerate(list(self.document.findall(question)), start=1):
            node["ids"].append(make_id(self.env, self.document, "question", str(number)))
            self.document.set_id(node)
            cells = cells_above(node, "question")
            for cell in cells:
                node.parent.remove(cell)
            explained = node[node["asked"] :]
            node[node["asked"] :] = [answer("", *cells, *explained)]


class questions(nodes.container):  # noqa: N801 - docutils names its nodes in lower case
    """The questions of other pages, once these have been read."""


class Questions(SphinxDirective):
    """Note whose questions are to be collected."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        node = questions("", pages=[line.strip() for line in self.content if line.strip()])
        self.set_source_info(node)
        self.env.metadata[self.env.docname]["questions_of"] = node["pages"]
        return [node]


def read_again(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Have a page that collects questions read again with those that it collects from."""
    changed = set(docnames)
    docnames += [
        page
        for page in sorted(env.found_docs - changed)
        if changed.intersection(env.metadata[page].get("questions_of", ()))
    ]


class CollectQuestions(SphinxPostTransform):
    """Put the questions of other pages where they are collected."""

    default_priority = 5  # before links are resolved

    def run(self, **_: Any) -> None:
        for node in list(self.document.findall(questions)):
            for page in node["pages"]:
                found = list(self._asked(page))
                if not found:
                    logger.warning(
                        "questions: no page %r asks any", page, type="questions", location=node
                    )
                node += found

    def _asked(self, page: str) -> Iterator[question]:
        """Yield copies of a page's questions, which lead to the sections that they are from."""
        if page not in self.env.found_docs:
            return
        uri = self.app.builder.get_relative_uri(self.env.docname, page)
        for node in self.env.get_doctree(page).findall(question):
            section = node.parent
            while not isinstance(section, nodes.section):
                section = section.parent
            copy = node.deepcopy()
            copy["ids"] = [make_id(self.env, self.document, page, node["ids"][0])]
            for cell in list(code_cells(copy)):
                cell.parent.remove(cell)
            for part in copy.findall(nodes.Element):
                if isinstance(part, value):
                    part.attributes.pop("cell", None)  # it stays where it is
                elif isinstance(part, nodes.reference) and "refid" in part:
                    part["refuri"] = f"{uri}#{part.attributes.pop('refid')}"
                elif isinstance(part, addnodes.pending_xref):
                    part["refdoc"] = self.env.docname
            title = dict.fromkeys([self.env.titles[page].astext(), section[0].astext()])
            link = nodes.reference(
                "", ": ".join(title), refuri=f"{uri}#{section['ids'][0]}", internal=True
            )
            shown = next(copy.findall(answer))
            shown += nodes.paragraph("", "", nodes.Text("From "), link, nodes.Text("."))
            yield copy


def visit_questions(self: HTML5Translator, node: questions) -> None:
    self.body.append('<div class="questions">\n')


def visit_question(self: HTML5Translator, node: question) -> None:
    number = {"data-number": node["number"]} if "number" in node else {}
    self.body.append(self.starttag(node, "div", CLASS="question", **number))


def depart_question(self: HTML5Translator, node: question) -> None:
    self.body.append("</div>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("checked_pages.answers")
    app.setup_extension("checked_pages.values")
    shown = (ignore, ignore)
    app.add_node(
        question, html=(visit_question, depart_question), latex=shown, notebook=shown, text=shown
    )
    app.add_node(
        questions, html=(visit_questions, depart_question), latex=shown, notebook=shown, text=shown
    )
    app.add_directive("question", Question)
    app.add_directive("questions", Questions)
    app.add_transform(CollectCells)
    app.add_post_transform(CollectQuestions)
    app.connect("env-before-read-docs", read_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
