"""What a page sends is what it uses: one small style sheet, and no script but the site's own.

The theme's style sheets serve every site there could be, and its scripts bring Bootstrap and an
icon for every taste; that is ten times what these pages need. ``docs/_templates/layout.html`` does
without those scripts, and links one sheet, ``_static/site.css``, which is fetched once for all
pages. After each build this extension reads all pages, also those that were not written anew,
writes into that sheet the rules that can apply to any of them, and deletes what no page asks for,
so that the unpacked site is small as well. Building twice changes nothing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from conv1x1.figures import logo

# The order in which a page of the theme loads them; the site's own come last.
_THEME_SHEETS = [
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "mystnb.*.css",
]


def purge(app: Sphinx, exception: Exception | None) -> None:
    """Do what the head of this file says, once all pages are there."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir, "_static")
    (static / "logo.svg").write_text(logo().to_svg(), encoding="utf-8")
    pages = {path: path.read_text(encoding="utf-8") for path in Path(app.outdir).glob("*.html")}
    html = "".join(pages.values())
    own = [name for name, _ in app.config.html_css_files]
    css = _site_css(static, [*_THEME_SHEETS, *own], html)
    (static / "site.css").write_text(css, encoding="utf-8")
    # A browser that has an older sheet in its cache asks for this one.
    version = sha256(css.encode()).hexdigest()[:8]
    for path, text in pages.items():
        if (new := re.sub(r"(?<=_static/site\.css\?v=)\w*", version, text)) != text:
            path.write_text(new, encoding="utf-8")
    assets = [*static.rglob("*"), *Path(app.outdir, "_images").rglob("*")]
    for path in sorted(assets, reverse=True):  # a folder comes after what is in it
        if path.is_dir():
            with suppress(OSError):  # if something is left in it
                path.rmdir()
        elif path.name not in html and "licence" not in path.name:
            path.unlink()


def _site_css(static: Path, sheets: list[str], html: str) -> str:
    """Return the rules that can apply, with the fonts they name inside."""
    css = ""
    for pattern in sheets:
        found = sorted(static.glob(pattern))
        if not found:
            raise ExtensionError(f"purge: no style sheet is called _static/{pattern}")
        css += "".join(path.read_text(encoding="utf-8") for path in found)
    scripts = "".join(
        (static / name).read_text(encoding="utf-8")
        for name in set(re.findall(r'src="_static/([^"?]+\.js)', html))
    )
    names = {
        *re.findall(r"<([a-zA-Z][\w-]*)", html),
        *re.findall(r'\bid="([^"]*)"', html),
        *(name for value in re.findall(r'\bclass="([^"]*)"', html) for name in value.split()),
        # A script may write what it names into the page.
        *re.findall(r"[\w-]+", scripts),
    }

    def data(match: re.Match[str]) -> str:
        font = b64encode((static / match[1]).read_bytes()).decode()
        return f'url("data:font/woff2;base64,{font}")'

    # From a folder a browser takes no font out of another file, and text would move when it comes.
    return re.sub(r'url\("([\w-]+\.woff2)"\)', data, "".join(_used(css, names)))


def _used(css: str, names: set[str]) -> Iterator[str]:
    """Yield the rules whose tags, classes and ids are all among the names."""
    for rule in tinycss2.parse_rule_list(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.lower_at_keyword == "charset":
            continue
        if rule.type == "error" or rule.content is None:
            raise ExtensionError(f"purge: a rule cannot be merged: {rule}")
        head = tinycss2.serialize(rule.prelude)
        body = re.sub(r"/\*.*?\*/", "", tinycss2.serialize(rule.content), flags=re.DOTALL)
        if rule.type == "qualified-rule":
            head = ",".join(_selectors(rule.prelude, names))
        else:
            head = f"@{rule.at_keyword} {head}"
            if rule.lower_at_keyword in {"media", "supports"}:
                body = "".join(_used(body, names))
            elif "Font Awesome" in body:  # the templates draw their few icons
                continue
        if head and body:
            yield re.sub(r"\s+", " ", f"{head}{{{body.strip()}}}") + "\n"


def _selectors(prelude: list[Any], names: set[str]) -> Iterator[str]:
    """Yield the selectors that can match; what stands in brackets is not looked at."""
    ends = [-1, *(place for place, token in enumerate(prelude) if token == ","), len(prelude)]
    for start, end in pairwise(ends):
        selector = prelude[start + 1 : end]
        needed = {
            token.value
            for before, token in pairwise([None, *selector])
            if token.type in {"hash", "ident"} and before != ":"
        }
        if needed <= names:
            yield tinycss2.serialize(selector).strip()


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", purge, priority=900)  # after the theme wrote pygments.css
    return {"parallel_read_safe": True, "parallel_write_safe": True}
