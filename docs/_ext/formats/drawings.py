"""Every picture of a page, wherever its file is and whatever kind it is.

A figure becomes part of the page: its text is searchable, in the page's font and colours, and it
follows light and dark mode. A figure of :mod:`conv1x1.figures` carries its description in
``aria-label``, which becomes the alt text of the image in every format. On the site photographs in
a figure are files, so that a browser fetches each when it comes into view.

A picture without a description, one that is elsewhere on the web, and one that is named in HTML,
so that its file would not come along, are warnings with the page and the line.
"""

from __future__ import annotations

import re
from base64 import b64decode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.transforms.post_transforms.images import ImageConverter
from sphinx.util import logging
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

_REMOTE = re.compile(r"(?:[a-z][a-z\d+.-]*:)?//", re.IGNORECASE)
# What is shorter costs less inside the page than a request does.
_PHOTOGRAPH = re.compile(
    r'<image [^>]*data:image/(?P<kind>\w+);base64,(?P<data>[^"]{4000,})"[^>]*/>'
)
# What may stand ahead of the element in a file, and not in a page.
_PROLOG = re.compile(r"\A\ufeff?(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>)*", re.DOTALL)
# Styles and scripts would be those of the whole page; the rest is XML that is no HTML.
_ALONE = re.compile(r"<style|<script|<!DOCTYPE|<!\[CDATA\[|<\?|<\w+:", re.IGNORECASE)


class drawing(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801 - as docutils names nodes
    """An image whose SVG stands in the page; it keeps what the image said of itself."""


class CheckImages(SphinxTransform):
    """Find each picture's file and description, and complain where there is none."""

    default_priority = 100  # before Sphinx collects the files

    def apply(self) -> None:
        for image in list(self.document.findall(nodes.image)):
            if _REMOTE.match(image["uri"]):
                self._complain(f"is elsewhere: copy {image['uri']} beside the page", image)
                # Nothing is to ask for it, whichever format is built.
                image.replace_self(nodes.inline("", image.get("alt", image["uri"])))
            elif self._is_there(image) and not image.get("alt", "").strip():
                self._complain("needs alt text", image)
        for raw in self.document.findall(nodes.raw):
            if "html" in raw["format"].split():
                for source in sources_of(raw.astext()):
                    self._check_source(source, raw)

    def _is_there(self, image: nodes.image) -> bool:
        """Find the file of an image. Markdown takes an address, in which a name may be quoted."""
        if image["uri"].startswith("data:"):
            return True
        for uri in (image["uri"], unquote(image["uri"])):
            path = Path(self.env.relfn2path(uri)[1])
            if path.is_file() or path.suffix == ".*":
                image["uri"] = uri
                if path.suffix == ".svg":
                    self._describe(image, path.read_text(encoding="utf-8", errors="replace"))
                    self._check_drawing(path, image)
                return True
        return False  # Sphinx says it

    def _describe(self, image: nodes.image, svg: str) -> None:
        label = re.search(r'aria-label="([^"]*)"', svg)
        if label and not image.get("alt", "").strip():
            image["alt"] = unescape(label[1])
        for source in sources_of(svg):
            self._check_source(source, image)

    def _check_drawing(self, path: Path, image: nodes.image) -> None:
        """A browser forgives in a page what no program draws as a file, nor as a part of a book."""
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            self._complain(f"is no SVG: {path.name}: {error}", image)
        else:
            if root.tag != "{http://www.w3.org/2000/svg}svg":
                self._complain(f"is no SVG: {path.name} holds <{root.tag}>", image)

    def _check_source(self, source: str, node: nodes.Element) -> None:
        if _REMOTE.match(source):
            self._complain(f"is elsewhere: copy {source} beside the page", node)
        elif not source.startswith(("data:", "#")):
            self._complain(f"is named in HTML, so {source} is not copied: use Markdown", node)

    def _complain(self, message: str, node: nodes.Element) -> None:
        logger.warning("an image %s", message, type="image", location=place_of(node))


class _Sources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = {"src", "poster"} | ({"href", "xlink:href"} if tag in ("image", "use") else set())
        self.found += [value for name, value in attributes if name in names and value]
        sets = [value for name, value in attributes if name == "srcset" and value]
        self.found += [part.split()[0] for value in sets for part in value.split(", ")]


def sources_of(html: str) -> list[str]:
    """Return the addresses of what a piece of HTML or SVG shows."""
    parser = _Sources()
    parser.feed(html)
    return parser.found


class InlineFigures(SphinxPostTransform):
    """Put the SVG of a figure in place of the image."""

    formats = ("html",)
    default_priority = 10  # after MyST-NB chose the format, before images are collected

    def run(self, **_: Any) -> None:
        for number, image in enumerate(list(self.document.findall(nodes.image))):
            path = file_of(self.env, image)
            if path is not None and path.suffix == ".svg" and (svg := _element_in(path)):
                svg = _with_own_ids(svg, f"figure-{number}-")
                if self.app.builder.name == "html":
                    svg = _PHOTOGRAPH.sub(self._as_file, svg)
                image.replace_self(drawing("", svg=svg, **image.attributes))

    def _as_file(self, image: re.Match[str]) -> str:
        data, builder = b64decode(image["data"]), self.app.builder
        name = f"{sha256(data).hexdigest()[:16]}.{image['kind']}"
        folder = Path(builder.outdir, builder.imagedir)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        source = relative_uri(builder.get_target_uri(self.env.docname), builder.imagedir)
        attributes = re.finditer(r' (width|height|transform)="[^"]*"', image[0])
        found = {attribute[1]: attribute[0] for attribute in attributes}
        size = found["width"] + found["height"]
        # SVG's own <image> cannot wait. The figure's description is the alt text of all of it.
        return (
            f"<foreignObject{size}{found['transform']}>"
            f'<img src="{source}/{name}"{size} alt="" loading="lazy"/></foreignObject>'
        )


def _element_in(path: Path) -> str | None:
    """Return the element of an SVG file, or nothing if it has to stay a file."""
    try:
        text = _PROLOG.sub("", path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None
    return text if text.startswith("<svg") and not _ALONE.search(text) else None


def _with_own_ids(svg: str, prefix: str) -> str:
    """Keep only the ids that the figure itself refers to, each of them one place on the page."""
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r'\sid="([^"]*)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}", svg)


def visit_drawing(self: HTML5Translator, node: drawing) -> None:
    """Write the SVG where the image stood: on lines of its own, or in a sentence."""
    sizes = "; ".join(f"{name}: {node[name]}" for name in ("width", "height") if name in node)
    classes = ["figure", *([f"align-{node['align']}"] if "align" in node else [])]
    tag = "span" if isinstance(node.parent, nodes.TextElement) else "div"
    options: dict[str, Any] = {"CLASS": " ".join(classes), **({"STYLE": sizes} if sizes else {})}
    self.body.append(f"{self.starttag(node, tag, '', **options)}{node['svg']}</{tag}>")


def depart_drawing(self: HTML5Translator, node: drawing) -> None:
    """All of it has been written."""


class ConvertImages(ImageConverter):
    """Give the books as PNG what they cannot show; in print an animation stands still."""

    # Sphinx declares it as what each instance has, and never changes it.
    conversion_rules = [("image/webp", "image/png"), ("image/gif", "image/png")]  # noqa: RUF012

    def match(self, node: nodes.image) -> bool:
        return self.app.builder.name in ("epub", "latex") and super().match(node)

    def is_available(self) -> bool:
        return True

    def convert(self, _from: str | PathLike[str], _to: str | PathLike[str]) -> bool:
        with Image.open(_from) as image:
            image.convert("RGBA").save(_to)
        return True


class RefuseDrawings(SphinxPostTransform):
    """Complain about an SVG in the printed book, which LaTeX would stop at."""

    formats = ("latex",)
    default_priority = 500

    def run(self, **_: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            if "*" in image["candidates"] and image["uri"].endswith(".svg"):
                name = Path(image["uri"]).stem
                logger.warning(
                    "LaTeX draws no SVG: put %s.pdf beside %s, and name both as %s.*",
                    *(name, image["uri"], name),
                    type="image",
                    location=place_of(image),
                )
                image.replace_self(nodes.inline("", image.get("alt", "")))


def file_of(env: BuildEnvironment, image: nodes.Element) -> Path | None:
    """Return the file that a page shows as an image, once Sphinx has found all of them."""
    found = image["candidates"]
    uri = found.get("*") or next((found[kind] for kind in _KINDS if kind in found), "")
    path = Path(env.srcdir, uri)
    return path if uri and path.is_file() else None


# Of several files for one image, the site shows the first of these kinds.
_KINDS = ("image/svg+xml", "image/png", "image/gif", "image/jpeg")


def place_of(node: nodes.Node) -> nodes.Node:
    """Return what knows its line: the node, or what it stands in."""
    while not node.line and node.parent is not None:
        node = node.parent
    return node


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(drawing, html=(visit_drawing, depart_drawing))
    app.add_transform(CheckImages)
    app.add_post_transform(InlineFigures)
    app.add_post_transform(ConvertImages)
    app.add_post_transform(RefuseDrawings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
