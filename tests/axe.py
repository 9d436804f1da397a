"""What the accessibility checker axe finds on a page that is open in a browser."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: What axe looks for: WCAG 2.2 A and AA, its best practices, and what Lighthouse asks for as well.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"td-has-header": {"enabled": True}, "label-content-name-mismatch": {"enabled": True}},
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

# Of all text with the same colour, size and weight on the same grounds axe looks at the first, as
# contrast takes it most of its time; and at none that it has seen in another view of the page.
_MARK_NEW = """(place) => {
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-new]" }] });
    const seen = (window.seenByAxe ??= new Set());
    const before = seen.size;
    const grounds = new Map([[null, ""]]);
    const ground = (element) => {
        if (!grounds.has(element)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
            const own = `${backgroundColor} ${backgroundImage} ${opacity};`;
            const around = ground(element.parentElement);
            grounds.set(element, own == "rgba(0, 0, 0, 0) none 1;" ? around : own + around);
        }
        return grounds.get(element);
    };
    const isText = (node) => node.nodeType == Node.TEXT_NODE && node.data.trim();
    for (const element of document.querySelectorAll(`${place} *`)) {
        element.removeAttribute("data-new");
        if (![...element.childNodes].some(isText) || !element.checkVisibility()) continue;
        const { color, fontSize, fontWeight } = getComputedStyle(element);
        const known = seen.size;
        seen.add([color, fontSize, fontWeight, ground(element)].join());
        if (seen.size > known) element.setAttribute("data-new", "");
    }
    return seen.size - before;
}"""

# What axe finds wrong, and how many of its rules found something to look at.
_RUN = """([place, options]) => axe.run(place, options).then(
    ({ violations, passes, incomplete }) => [violations, [...passes, ...incomplete].length])"""


def violations(page: Page, rules: dict[str, Any] = RULES, place: str = "html") -> list[str]:
    """Return what axe finds wrong on a page, or in a place of it.

    It may be asked again when the page is seen in another way; of text whose colours, size and
    weight it knows from before it looks at no contrast then.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    new = page.evaluate(_MARK_NEW, place)
    if rules is CONTRAST and not new:
        return []
    wrong, right = page.evaluate(_RUN, [place, {**rules, "resultTypes": ["violations"]}])
    assert wrong or right
    return [
        f"{violation['id']}: {node['html'][:150]} {node['failureSummary']}"
        for violation in wrong
        for node in violation["nodes"]
    ]
