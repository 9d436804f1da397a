"""What a page sends is what it uses: one small style sheet, and no script but the site's own.

The theme's style sheets serve every site there could be, and its scripts bring Bootstrap and an
icon for every taste; that is ten times what these pages need. ``docs/_templates/layout.html`` does
without those scripts, and links one sheet, ``_static/site.css``, which is fetched once for all
pages, with the rules that can apply to any of them. The font of mathematics is half as heavy again
as all that, so it has a sheet of its own, ``_static/formulas.css``, for the pages with a formula.

What no page asks for is deleted, so that the unpacked site is small as well.

Written by hand: PurgeCSS needs npm, and what does the same in Python is smaller than this.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from itertools import pairwise
from os.path import normpath
from pathlib import Path
from typing import Any
from urllib.parse import unquote

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


#: The folders whose files are there for the pages.
_ASSETS = ("_static", "_images", "_downloads")
_ADDRESS = re.compile(r'\b(?:src|href|poster)="([^"#?]+)')
_NAMED = re.compile(r"""["'(](?:\./)?([\w./-]+\.\w+)["')]""")


def keep_what_is_used(app: Sphinx, pages: dict[Path, str]) -> None:
    """Write the style sheets into the site and their versions into the pages; delete the rest."""
    static = Path(app.outdir, "_static")
    (static / "logo.svg").write_text(logo().to_svg(), encoding="utf-8")
    html = "".join(pages.values())
    own = [name for name, _ in app.config.html_css_files]
    sheets = {"site.css": [*_THEME_SHEETS, *own], "formulas.css": ["math.css"]}
    for name, parts in sheets.items():
        css = _merged(static, parts, html)
        (static / name).write_text(css, encoding="utf-8")
        # A browser that has an older sheet in its cache asks for this one.
        version = re.compile(rf"(?<=_static/{re.escape(name)}\?v=)\w*")
        digest = sha256(css.encode()).hexdigest()[:8]
        for path, text in pages.items():
            pages[path] = version.sub(digest, text)
    asked = asked_for(pages)
    for folder in _ASSETS:
        for path in Path(app.outdir, folder).rglob("*"):
            if path.is_file() and path not in asked and "licence" not in path.name:
                path.unlink()
    delete_empty_folders(Path(app.outdir))


def asked_for(pages: dict[Path, str]) -> set[Path]:
    """Return the files that the pages ask for, and those that these name in turn."""
    asked: set[Path] = set()
    waiting = [
        Path(normpath(path.parent / unquote(unescape(address))))
        for path, html in pages.items()
        for address in _ADDRESS.findall(html)
    ]
    while waiting:
        path = waiting.pop()
        if path in asked or not path.is_file():
            continue
        asked.add(path)
        if path.suffix in (".js", ".css"):
            names = _NAMED.findall(path.read_text(encoding="utf-8"))
            waiting += [Path(normpath(path.parent / name)) for name in names]
    return asked


def delete_empty_folders(site: Path) -> None:
    """Delete the folders that nothing is left in."""
    folders = (path for path in site.rglob("*") if path.is_dir())
    for folder in sorted(folders, reverse=True):  # one comes after those in it
        if not any(folder.iterdir()):
            folder.rmdir()


def _merged(static: Path, sheets: list[str], html: str) -> str:
    """Return the rules that can apply, with the fonts they name inside."""
    css = ""
    for pattern in sheets:
        found = sorted(static.glob(pattern))
        if not found:
            raise ExtensionError(f"purge: no style sheet is called _static/{pattern}")
        css += "".join(path.read_text(encoding="utf-8") for path in found)
    scripts = "".join(
        (static / name).read_text(encoding="utf-8")
        for name in sorted(set(re.findall(r'src="(?:\.\./)*_static/([^"?]+\.js)', html)))
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
        if rule.type == "qualified-rule":
            head = ",".join(_selectors(rule.prelude, names))
        else:
            head = f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude)}"
        if not head:
            continue
        body = re.sub(r"/\*.*?\*/", "", tinycss2.serialize(rule.content), flags=re.DOTALL)
        if rule.type == "at-rule":
            if rule.lower_at_keyword in {"media", "supports"}:
                body = "".join(_used(body, names))
            elif "Font Awesome" in body:  # the templates draw their few icons
                continue
        if body:
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
    app.setup_extension("website.finish")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
