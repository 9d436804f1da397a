"""What a page sends is what it uses: one small style sheet, no script but the site's own.

The theme's style sheets serve every site there could be, and its scripts bring Bootstrap and an
icon for every taste. The templates of ``docs/_templates`` do without those scripts. After each
build this extension reads all pages, also those that were not written anew, and

- writes ``_static/site.css``: the rules of all style sheets that can apply to any page. One file
  for all pages is fetched once;
- makes each photograph inside a figure a file that is fetched when it comes into view;
- deletes what no page asks for, so that the unpacked site is small as well.

What it did before, it leaves as it is: building twice changes nothing.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import tinycss2
from docutils import nodes
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
_SEARCH_SCRIPTS = {"documentation_options.js", "doctools.js", "sphinx_highlight.js"}


def load_only_our_own(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take the theme's sheets and scripts out of a page; the template links ``site.css``."""
    wanted = {
        file.name
        for folder in app.config.html_static_path
        for file in Path(app.confdir, folder).iterdir()
    }
    wanted -= {name for name, _ in app.config.html_css_files}  # they are in site.css
    if page == "search":
        wanted |= _SEARCH_SCRIPTS
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if Path(str(file.filename)).name in wanted]


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Do what the head of this file says, once all pages are there."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir, "_static")
    (static / "logo.svg").write_text(logo().to_svg(), encoding="utf-8")
    before = {
        path: path.read_text(encoding="utf-8")
        for path in Path(app.outdir).rglob("*.html")
        if static not in path.parents  # the theme keeps templates there
    }
    pages = {path: _lazy_photographs(text, path.parent) for path, text in before.items()}
    html = "".join(pages.values())
    css = _site_css(static, [name for name, _ in app.config.html_css_files], html)
    (static / "site.css").write_text(css, encoding="utf-8")
    version = sha256(css.encode()).hexdigest()[:8]
    for path, text in pages.items():
        text = re.sub(r"(?<=/site\.css\?v=)\w*", version, text)
        if text != before[path]:
            path.write_text(text, encoding="utf-8")
    assets = [*static.rglob("*"), *Path(app.outdir, "_images").rglob("*")]
    for path in sorted(assets, reverse=True):  # a folder comes after what is in it
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.name not in html + css and "licence" not in path.name:
            path.unlink()


def _lazy_photographs(html: str, folder: Path) -> str:
    def file(match: re.Match[str]) -> str:
        data = b64decode(match["data"])
        name = f"_images/{sha256(data).hexdigest()[:16]}.{match['kind']}"
        (folder / "_images").mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        width, height, place = (
            re.search(rf'{key}="[^"]*"', match[0])[0] for key in (" width", " height", " transform")
        )
        # SVG's own <image> cannot wait. The figure's description is the alt text of all of it.
        return (
            f'<foreignObject{width}{height}{place}><img src="{name}"{width}{height}'
            ' alt="" loading="lazy"/></foreignObject>'
        )

    photograph = r'<image [^>]*data:image/(?P<kind>jpeg|webp|avif);base64,(?P<data>[^"]+)"[^>]*/>'
    return re.sub(photograph, file, html)


def _site_css(static: Path, own: list[str], html: str) -> str:
    """Return the rules that can apply: by tag, class and id, and by the variables in use.

    A name that occurs in a script counts as used, for the script may write it into the page, and
    so does one in the style sheet of a few pages only.
    """
    linked = set(re.findall(r'(?:src|href)="[^"]*_static/([^"?]+\.(?:js|css))', html)) - {
        "site.css"
    }
    words = {
        word
        for name in linked
        for word in re.findall(r"[\w-]+", (static / name).read_text(encoding="utf-8"))
    }
    names = {
        "tag": words.union(re.findall(r"<([a-zA-Z][\w-]*)", html)),
        "class": words.union(*map(str.split, re.findall(r'\bclass="([^"]*)"', html))),
        "id": words.union(re.findall(r'\bid="([^"]*)"', html)),
    }
    rules: list[Any] = []
    for pattern in [*_THEME_SHEETS, *own]:
        sheets = sorted(static.glob(pattern))
        if not sheets:
            raise ExtensionError(f"slim: no style sheet is called _static/{pattern}")
        for sheet in sheets:
            rules += _parse(sheet.read_text(encoding="utf-8"))
    kept = list(_used(rules, names))
    css, before = _text(kept, None), ""
    while css != before:  # a variable may serve another one that serves nothing
        variables = words.union(re.findall(r"var\(\s*(--[\w-]+)", css + html))
        css, before = _text(kept, variables), css
    return css


def _parse(css: str | list[Any]) -> list[Any]:
    return tinycss2.parse_rule_list(css, skip_comments=True, skip_whitespace=True)


def _used(rules: list[Any], names: dict[str, set[str]]) -> Iterator[tuple[str, list[Any]]]:
    """Yield each rule that can apply as its head and its body: declarations, or rules again."""
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "charset":
            continue
        if rule.type == "error" or rule.content is None:
            raise ExtensionError(f"slim: this cannot be merged: {rule.serialize()}")
        if rule.type == "qualified-rule":
            selectors: list[list[Any]] = [[]]
            for token in rule.prelude:
                if token == ",":
                    selectors.append([])
                else:
                    selectors[-1].append(token)
            used = [s for s in selectors if _can_match(s, names)]
            if used:
                yield ",".join(map(_serialize, used)), _declarations(rule)
        elif rule.lower_at_keyword in {"media", "supports"}:
            if body := list(_used(_parse(rule.content), names)):
                yield f"@{rule.at_keyword} {_serialize(rule.prelude)}", body
        elif "Font Awesome" not in _serialize(rule.content):  # the templates draw their few icons
            yield f"@{rule.at_keyword} {_serialize(rule.prelude)}", _declarations(rule)


def _can_match(selector: list[Any], names: dict[str, set[str]]) -> bool:
    """Whether a page has all tags, classes and ids; what stands in brackets is not looked at."""
    before = ""
    for token in selector:
        if token.type == "hash" and token.value not in names["id"]:
            return False
        if token.type == "ident" and before != ":":
            kind = "class" if before == "." else "tag"
            if token.value not in names[kind]:
                return False
        before = token.value if token.type == "literal" else ""
    return True


def _declarations(rule: Any) -> list[str]:
    parts = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return [_serialize([part]) for part in parts]


def _serialize(tokens: list[Any]) -> str:
    return re.sub(r"\s+", " ", tinycss2.serialize(tokens)).strip()


def _text(rules: list[tuple[str, list[Any]]], variables: set[str] | None) -> str:
    """Return rules as CSS, without the definitions of variables that are not among these."""
    css = []
    for head, body in rules:
        if isinstance(body[0] if body else "", tuple):
            inside = _text(body, variables)
        else:
            inside = ";".join(
                declaration
                for declaration in body
                if variables is None
                or not declaration.startswith("--")
                or declaration.split(":")[0] in variables
            )
        if inside:
            css.append(f"{head}{{{inside}}}\n")
    return "".join(css)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_js_file("reading.js", loading_method="defer")
    app.connect("html-page-context", load_only_our_own, priority=900)
    app.connect("build-finished", slim, priority=900)  # after the theme wrote pygments.css
    return {"parallel_read_safe": True, "parallel_write_safe": True}
