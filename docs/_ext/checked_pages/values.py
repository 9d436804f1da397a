"""The ``{eval}`` role: a computed value in a sentence, formatted as in an f-string.

What stands between the backticks is what would stand between the braces of an f-string, so
``{eval}`cost.macs:,` `` puts ``120,422,400`` into the sentence. It is evaluated in the page's
kernel where it stands, after the cells above it. MyST-NB's own role shows ``repr(value)`` of a
bare name; this one shows ``str``, so that a NumPy scalar reads ``4.6`` and not
``np.float64(4.6)``. The format ``words`` spells a small whole number: ``{eval}`len(maps):words` ``.

In HTML a value carries what it was computed from, for a script to show: its expression, and the id
of the cell above it that last gave a value to one of the names in that.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_id
from sphinx.writers.html5 import HTML5Translator

from checked_pages.cells import cells_of, code_cells, running_page

logger = logging.getLogger(__name__)

#: What the format ``words`` makes of the first numbers; larger ones read better in digits.
_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


class value(nodes.inline):  # noqa: N801 - docutils names its nodes in lower case
    """A computed value in a sentence."""


class EvalRole(SphinxRole):
    """Replace an expression by its formatted value."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        document = self.inliner.document
        text, errors = formatted(document, self.text)
        if errors:
            logger.warning(
                "{eval} cannot show %r: %s",
                self.text,
                "; ".join(errors),
                type="eval",
                location=self.get_location(),
            )
        # A result is shown as it is: no dash or ellipsis is made of its characters.
        node = value(self.rawtext, text, classes=["value"], support_smartquotes=False)
        page = running_page(document)
        node["expression"], node["after"] = self.text, page.last_cell if page else -1
        return [node], []


def formatted(document: nodes.document, expression: str) -> tuple[str, list[str]]:
    """Return what an expression with a format gives on a page, and what is wrong with that."""
    page = running_page(document)
    if page is None:
        return "", ["this page runs no cells"]
    prints, errors = {"stdout": "", "stderr": ""}, []
    number = expression.removesuffix(":words")
    for output in page.evaluate(f"print({_f_string(number)}, end='')"):
        if output.output_type == "stream":
            prints[output.name] += output.text
        elif output.output_type == "error":
            errors.append(f"{output.ename}: {output.evalue}")
    text = prints["stdout"]
    if prints["stderr"]:
        # A warning begins with the place of a file that is gone by now.
        errors.append(re.sub(r"^\S+:\d+: ", "", prints["stderr"].strip().split("\n")[0]))
    if "np." in text:
        errors.append(f"it reads {text}; convert what is inside it")
    if not text and not errors:
        errors.append("the value is empty")
    if number != expression and not errors:
        if text not in map(str, range(len(_WORDS))):
            errors.append(f"words are for 0 to {len(_WORDS) - 1}, and this is {text}")
        else:
            text = _WORDS[int(text)]
    return text, errors


def _f_string(text: str) -> str:
    # After the blank, a brace that begins the expression is no escape.
    return f"f'''{{ {text}}}'''"


def names_in(expression: str) -> set[str]:
    """Return the names that an expression with a format needs, and does not make itself."""
    try:
        tree = ast.parse(_f_string(expression))
    except SyntaxError:  # the build has failed already
        return set()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return {name.id for name in names} - made


class FindCells(SphinxTransform):
    """Give each cell an id, and each value that of the cell which made its parts."""

    default_priority = 45  # after the outputs were compared

    def apply(self, **_: Any) -> None:
        ids: dict[int, str] = {}
        for number, node in enumerate(code_cells(self.document), start=1):
            name = make_id(self.env, self.document, "cell", str(number))
            node["ids"].append(name)
            self.document.set_id(node)
            ids[node["cell_index"]] = name
        cells = [(cell.index, cell.assigned()) for cell in cells_of(self.env, self.env.docname)]
        for shown in self.document.findall(value):
            names = names_in(shown["expression"])
            made = [i for i, assigned in cells if i <= shown["after"] and names & assigned]
            if made and made[-1] in ids:
                shown["cell"] = ids[made[-1]]


def visit_value(self: HTML5Translator, node: value) -> None:
    source = {}
    if self.builder.name != "epub":  # where no script shows it
        source["data-source"] = node["expression"]
        if "cell" in node:
            source["data-cell"] = node["cell"]
    self.body.append(self.starttag(node, "span", "", **source))


def depart_value(self: HTML5Translator, node: value) -> None:
    self.body.append("</span>")


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("checked_pages.cells")
    app.add_node(value, html=(visit_value, depart_value))
    app.add_role("eval", EvalRole(), override=True)
    app.add_transform(FindCells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
