"""Mathematics as MathML, written while the site is built: no script, no request, no wait."""

from __future__ import annotations

import re

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
_converter = LatexToMathML(annotation=False, fancy_error=False)
# An e-book is XML, where the element says what language it is in.
_xml_converter = LatexToMathML(annotation=False, fancy_error=False, xml_namespace=True)
# Sphinx numbers an equation, and a display holds what these environments have inside.
_INSIDE = {"align": "aligned", "equation": "aligned", "gather": "gathered", "multline": "gathered"}
_ENVIRONMENT = re.compile(rf"\\(begin|end)\{{({'|'.join(_INSIDE)})\*?\}}")


def as_display(latex: str) -> str:
    """Return what LaTeX takes as one display, in which several lines are an environment."""
    if r"\\" in latex and r"\begin" not in latex:
        return rf"\begin{{aligned}}{latex}\end{{aligned}}"
    return _ENVIRONMENT.sub(lambda m: rf"\{m[1]}{{{_INSIDE[m[2]]}}}", latex)


def number_of(builder: Builder, node: nodes.math_block) -> str:
    """Return the number of an equation that has a label, as ``{eq}`` shows it."""
    if node.get("number") is None:
        return ""
    # Typed for a writer; Sphinx reads its builder alone, unless all pages are one document.
    holder = type("Writer", (), {"builder": builder})
    return str(get_node_equation_number(holder, node))  # type: ignore[arg-type]


def _convert(self: HTML5Translator, node: nodes.math | nodes.math_block, *, display: bool) -> str:
    latex = node.astext()
    is_html = self.builder.name != "epub"
    try:
        mathml = (_converter if is_html else _xml_converter).convert_with_local_state(
            as_display(latex) if display else latex, displaystyle=display
        )
    except LatexError as error:
        logger.warning("no MathML for %r: %s", latex, error, type="mathml", location=node)
        return f"<code>{self.encode(latex)}</code>"
    # A level of zero is so anyway, and validators do not know the attribute; nor any in a book.
    return re.sub(r' scriptlevel="0"' if is_html else r' scriptlevel="\d+"', "", mathml)


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(_convert(self, node, display=False))
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    if number := number_of(self.builder, node):
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(f"{_convert(self, node, display=True)}</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
