"""Figures become part of the page: their text is searchable, in the page's font and colours.

A figure of :mod:`conv1x1.figures` carries its description in ``aria-label``. It becomes the alt
text of the image in every format; in HTML the SVG itself is put in place of the image, so that
it follows light and dark mode. On the site photographs in it are files, so that a browser fetches
each when it comes into view.
"""

from __future__ import annotations

import re
from base64 import b64decode
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

logger = logging.getLogger(__name__)

# What is shorter costs less inside the page than a request does.
_PHOTOGRAPH = re.compile(
    r'<image [^>]*data:image/(?P<kind>\w+);base64,(?P<data>[^"]{4000,})"[^>]*/>'
)


class DescribeImages(SphinxTransform):
    """Give each figure its alt text, and complain about an image without one."""

    default_priority = 100

    def apply(self) -> None:
        for image in self.document.findall(nodes.image):
            path = _file(self.env, image)
            if path.suffix == ".svg" and "alt" not in image:
                label = re.search(r'aria-label="([^"]*)"', path.read_text(encoding="utf-8"))
                if label:
                    image["alt"] = unescape(label[1])
            if not image.get("alt", "").strip():
                logger.warning("an image needs alt text", type="image", location=_place(image))


class InlineFigures(SphinxPostTransform):
    """Put the SVG of a figure in place of the image."""

    formats = ("html",)
    default_priority = 10  # after MyST-NB chose the format, before images are collected

    def run(self, **_: Any) -> None:
        for number, image in enumerate(list(self.document.findall(nodes.image))):
            path = _file(self.env, image)
            if path.suffix == ".svg":
                svg = _with_own_ids(path.read_text(encoding="utf-8"), f"figure-{number}-")
                if self.app.builder.name == "html":
                    svg = _PHOTOGRAPH.sub(self._as_file, svg)
                html = f'<div class="figure">{svg}</div>'
                image.replace_self(nodes.raw("", html, format="html"))

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


def _with_own_ids(svg: str, prefix: str) -> str:
    """Keep only the ids that the figure itself refers to, each of them one place on the page."""
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r'\sid="([^"]*)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}", svg)


def _place(node: nodes.Node) -> nodes.Node:
    """Return what knows its line: the node, or what it stands in."""
    while not node.line and node.parent is not None:
        node = node.parent
    return node


def _file(env: BuildEnvironment, image: nodes.image) -> Path:
    return Path(env.srcdir, image["uri"].lstrip("/"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(DescribeImages)
    app.add_post_transform(InlineFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
