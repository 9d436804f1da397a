"""Figures become part of the page: their text is searchable, in the page's font and colours.

A figure of :mod:`conv1x1.figures` carries its description in ``aria-label``. It becomes the alt
text of the image in every format; in HTML the SVG itself is put in place of the image, so that
it follows light and dark mode.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)


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

    def run(self) -> None:
        for number, image in enumerate(list(self.document.findall(nodes.image))):
            path = _file(self.env, image)
            if path.suffix == ".svg":
                svg = _with_own_ids(path.read_text(encoding="utf-8"), f"figure-{number}-")
                html = f'<div class="figure" tabindex="0">{svg}</div>'
                image.replace_self(nodes.raw("", html, format="html"))


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
