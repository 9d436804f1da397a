"""The two books: what an EPUB and a PDF need beyond the pages of the site.

The e-book uses its own theme and not the templates of the site. Each page declares the MathML and
the drawings in it, and the files stand in the book in one order and with one date, so that two
builds of the same pages are the same bytes. The PDF shows each figure as LaTeX can draw it.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.config import Config
from sphinx.transforms import SphinxTransform

import conv1x1

# What an element of a page makes the page declare.
_PROPERTIES = {"<math": "mathml", "<svg": "svg"}
# MyST-NB writes this style sheet when the book is closed already.
_MISSING_SHEET = re.compile(r"\s*<link [^>]*_static/mystnb\.[^>]*>")


def _plain(name: str) -> str:
    """Return a file name that no archive and no address has to write in another way."""
    return quote(name).replace("%", "_")


class EBook(Epub3Builder):
    """Write an e-book that is the same whenever it is written."""

    def init_templates(self) -> None:
        ours, self.config.templates_path = self.config.templates_path, []
        super().init_templates()
        self.config.templates_path = ours

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return super().get_target_uri(_plain(docname), typ)

    def get_output_path(self, page_name: str, /) -> Path:
        return super().get_output_path(_plain(page_name))

    def post_process_images(self, doctree: nodes.Node) -> None:
        super().post_process_images(doctree)
        self.images = {file: _plain(name) for file, name in self.images.items()}

    def build_content(self) -> None:
        for page in Path(self.outdir).rglob("*.xhtml"):
            text = page.read_text(encoding="utf-8")
            page.write_text(_MISSING_SHEET.sub("", text), encoding="utf-8")
        super().build_content()
        path = Path(self.outdir, "content.opf")
        content = path.read_text(encoding="utf-8")
        # The list of pages has its properties already.
        item = r'href="(?P<page>[^"]+\.xhtml)" media-type="[^"]+"(?= />)'
        path.write_text(re.sub(item, self._declare, content), encoding="utf-8")

    def _declare(self, item: re.Match[str]) -> str:
        text = Path(self.outdir, item["page"]).read_text(encoding="utf-8")
        found = " ".join(name for tag, name in _PROPERTIES.items() if tag in text)
        return f'{item[0]} properties="{found}"' if found else item[0]

    def build_epub(self) -> None:
        date = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))[:6]
        names = ["mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", *self.files]
        with ZipFile(Path(self.outdir, f"{self.config.epub_basename}.epub"), "w") as book:
            for name in map(str, names):
                method = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                entry = ZipInfo(name, date)
                book.writestr(entry, Path(self.outdir, name).read_bytes(), method)


class DescribeDrawings(SphinxTransform):
    """Give the PDF of a figure the words of its other forms, which tell what it shows."""

    default_priority = 90  # before every image is asked for its alt text

    def apply(self) -> None:
        for image in self.document.findall(nodes.image):
            if image["uri"].endswith(".pdf") and image.parent is not None:
                bundle = image.parent.parent
                image["alt"] = next(text.astext() for text in bundle.findall(nodes.literal_block))


def set_version(app: Sphinx, config: Config) -> None:
    """Take the version from the package, which is its one place."""
    config.version = config.release = conv1x1.__version__


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_builder(EBook, override=True)
    app.add_transform(DescribeDrawings)
    app.connect("config-inited", set_version)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
