"""The ``{eval}`` role: a computed value in a sentence, formatted as in an f-string.

What stands between the backticks is what would stand between the braces of an f-string, so
``{eval}`cost.macs:,` `` puts ``120,422,400`` into the sentence. It is evaluated in the page's
kernel where it stands, after the cells above it. MyST-NB's own role shows ``repr(value)`` of a
bare name; this one shows ``str``, so that a NumPy scalar reads ``4.6`` and not
``np.float64(4.6)``.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from checked_pages.cells import running_page

logger = logging.getLogger(__name__)


class EvalRole(SphinxRole):
    """Replace an expression by its formatted value."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        page = running_page(self.inliner.document)
        # After the blank, a brace that begins the expression is no escape.
        code = f"print(f'''{{ {self.text}}}''', end='')"
        outputs = page.evaluate(code) if page else []
        prints = {"stdout": "", "stderr": ""}
        for output in outputs:
            if output.output_type == "stream":
                prints[output.name] += output.text
        value = prints["stdout"]
        errors = [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]
        if prints["stderr"]:
            # A warning begins with the place of a file that is gone by now.
            errors.append(re.sub(r"^\S+:\d+: ", "", prints["stderr"].strip().split("\n")[0]))
        if "np." in value:
            errors.append(f"it reads {value}; convert what is inside it")
        if errors or not value:
            logger.warning(
                "{eval} cannot show %r: %s",
                self.text,
                "; ".join(errors) or ("the value is empty" if page else "this page runs no cells"),
                type="eval",
                location=self.get_location(),
            )
        # A result is shown as it is: no dash or ellipsis is made of its characters.
        node = nodes.inline(self.rawtext, value, classes=["value"], support_smartquotes=False)
        return [node], []


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("checked_pages.cells")
    app.add_role("eval", EvalRole(), override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
