"""A page can stand anywhere, under any name, and show any picture, in every form that it has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from formats import drawings
from PIL import Image
from sites import TEMPLATES, Build, Site, epubcheck, line_of, soup

pytest_plugins = ["site_fixtures"]

#: Names that an address writes in another way than a disk does.
NAMES = ["two words", "für", "black & white", "one+one", "per % cent", "it's"]
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
epub_exclude_files = ["search.xhtml", "_static/math.css"]
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
    for builder in ("html", "epub"):
        build = site.build(builder)
        assert build.code == 0, build.output
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
    assert {".png", ".html", ".css", ".md"} <= kinds
    assert (".ipynb" in kinds) == (name in NAMES[:2])


def test_pictures_of_every_kind_are_on_the_page(anywhere: Site) -> None:
    """What is a file stays a file of its kind; a drawing becomes a part of the page."""
    article = soup(anywhere).select_one("article")
    pictures = {str(image["alt"]): str(image["src"]) for image in article.select("img[alt]")}
    assert pictures == {f"A {kind}": f"_images/every.{kind}" for kind in KINDS}
    assert all((anywhere.output("html") / source).stat().st_size for source in pictures.values())
    assert len(article.select(".figure svg")) == 2
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
    assert numbers == ["(1)"] * len(NAMES)  # each page counts its own


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
    check = epubcheck(anywhere.output("epub") / "book.epub")
    assert check.code == 0, check.output
    assert "No errors or warnings detected" in check.output


def test_the_printed_book_of_such_pages_has_their_pictures(anywhere: Site) -> None:
    """Each picture that LaTeX is told to draw is there; a drawing that it cannot is refused."""
    build = anywhere.build("latex")
    page = anywhere.pages / "index.md"
    lines = [line_of(page, "drawn.svg"), line_of(page, "described.svg")]
    assert [warning.partition(" WARNING: LaTeX draws no SVG")[0] for warning in build.warnings] == [
        f"index.md:{line}:" for line in lines
    ]
    folder = anywhere.output("latex")
    (source,) = folder.glob("*.tex")
    drawn = re.findall(
        r"\\sphinxincludegraphics\b(?:\[[^]]*\])?\{\{(.*?)\}(\.\w+)\}", source.read_text("utf-8")
    )
    assert len(drawn) == len(NAMES) + len(KINDS)
    assert {kind for _, kind in drawn} <= {".png", ".jpg"}
    assert [name for name, kind in drawn if not (folder / f"{name}{kind}").is_file()] == []


EQUATIONS = {
    "a": "$$\nc &= d \\\\\ne &= f\n$$ (a)",
    "b": "```{math}\n:label: b\ng = h\n```",
    "c": "```{math}\n:label: c\n:nowrap:\n\n\\begin{align}\ni &= j\n\\end{align}\n```",
    "d": "> $$k = l$$ (d)",
}


def test_an_equation_in_any_form_has_its_number(site: Site) -> None:
    """On its page, on another page, and in the notebook; one without a label has none."""
    site.configure(EVERYTHING)
    links = " ".join(f"{{eq}}`{name}`" for name in EQUATIONS)
    cell = "```{code-cell}\nx = 1\n```"
    site.notebook("\n\n".join(["# Title", *EQUATIONS.values(), "$$m = n$$", links, cell]) + "\n")
    site.page(f"# Other\n\n{links}\n", "folder/other")
    build = site.build("html")
    assert (build.code, build.warnings) == (0, [])
    numbers = [f"({number})" for number in range(1, 1 + len(EQUATIONS))]
    ids = [f"#equation-{name}" for name in EQUATIONS]
    page = soup(site)
    assert [number.contents[0] for number in page.select("article .eqno")] == numbers
    assert len(page.select("article div.math")) == len(EQUATIONS) + 1
    for name, folder in {"index": "", "folder/other": "../index.html"}.items():
        found = soup(site, name).select("article p a[href*='#equation']")
        assert [(a.text, a["href"]) for a in found] == [
            (number, folder + place) for number, place in zip(numbers, ids, strict=True)
        ]
    notebook = (site.output("html") / "index.ipynb").read_text(encoding="utf-8")
    text = "\n".join(cell["source"] for cell in json.loads(notebook)["cells"])
    assert re.findall(r"\\tag\{(\d)\}", text) == [number[1] for number in numbers]
    for number, place in zip(numbers, ids, strict=True):
        assert f'<a id="{place[1:]}"></a>' in text
        assert f"[{number}]({place})" in text


PROLOGS = [
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- An editor -->\n',
    '\ufeff<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n "svg11.dtd">\n',
    '<?xml version="1.0"?><?xml-stylesheet href="a.css"?>\n',
]


def test_every_page_of_an_e_book_is_well_formed(site: Site) -> None:
    """Whatever stands ahead of the element of a drawing, or behind it."""
    site.configure(EVERYTHING)
    for number, prolog in enumerate(PROLOGS):
        svg = SVG.format(' aria-label="A dot"')
        site.write(f"docs/{number}.svg", f"{prolog}{svg}\n<!-- end -->\n")
    pictures = "".join(f"![]({number}.svg)\n\n" for number in range(len(PROLOGS)))
    site.page(f"# Title\n\n{pictures}")
    assert site.build("epub").code == 0
    with ZipFile(site.output("epub") / "book.epub") as book:
        pages = [name for name in book.namelist() if name.endswith(".xhtml")]
        found = {name: ElementTree.fromstring(book.read(name)) for name in pages}
    drawn = found["index.xhtml"].findall(".//{http://www.w3.org/2000/svg}svg")
    assert len(drawn) == len(PROLOGS)


# -- What is refused, or kept ---------------------------------------------------------------------


def warnings_of(site: Site, text: str, builder: str = "html") -> list[str]:
    """Return what the build of one page complains of."""
    site.page(text)
    build = site.build(builder, "-E")
    assert (build.code == 0) == (build.warnings == [])
    return build.warnings


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("![Far](https://elsewhere.example/a.png)", "https://elsewhere.example/a.png"),
        ("![Far](https://elsewhere.example/a.svg)", "https://elsewhere.example/a.svg"),
        ("![Far](//elsewhere.example/a.png)", "//elsewhere.example/a.png"),
        ("<img alt='Far' src='http://elsewhere.example/a.png'>", "http://elsewhere.example/a.png"),
        ("<video poster='//elsewhere.example/a.png'></video>", "//elsewhere.example/a.png"),
        ("<img alt='' srcset='//elsewhere.example/a.png 2x'>", "//elsewhere.example/a.png"),
        ("```{figure} https://elsewhere.example/a.png\n:alt: Far\n\nText\n```", "/a.png"),
        ("![Far](far.svg)", "https://elsewhere.example/inside.png"),
    ],
)
def test_a_picture_from_elsewhere_is_refused(site: Site, text: str, name: str) -> None:
    """The page's policy would block it: the build names it, with page and line."""
    inside = '<image href="https://elsewhere.example/inside.png" width="1" height="1"/>'
    (site.pages / "far.svg").write_text(SVG.format("").replace("<circle", f"{inside}<circle"))
    (warning,) = warnings_of(site, f"# Title\n\n{text}\n")
    assert re.match(r"index\.md:3: WARNING: an image is elsewhere: copy \S+ beside", warning)
    assert name in warning


def test_a_picture_named_in_html_is_refused(site: Site) -> None:
    """Its file would not come along; one whose data are in the HTML needs none."""
    picture(site.pages / "here.png")
    data = "<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
    text = f"# Title\n\n{data}\n\n<img alt='Here' src='here.png'>\n"
    (warning,) = warnings_of(site, text)
    assert warning.startswith("index.md:5: WARNING: an image is named in HTML, so here.png is not")


@pytest.mark.parametrize("name", ["missing.svg", "missing.png", "not%20there.gif"])
def test_a_missing_picture_is_one_warning(site: Site, name: str) -> None:
    """Sphinx says it, and nothing else fails after it."""
    (warning,) = warnings_of(site, f"# Title\n\n![Nothing]({name})\n")
    assert warning.startswith(f"index.md:3: WARNING: image file not readable: {name}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SVG.format("><circle"), "mismatched tag"),
        (SVG.format("><text>a&nbsp;b</text"), "undefined entity"),
        (SVG.format("><text>a & b</text"), "not well-formed"),
        (SVG.format('><use xlink:href="#a"/'), "unbound prefix"),
        (SVG.format("").replace(' xmlns="http://www.w3.org/2000/svg"', ""), "holds <svg>"),
        ("<html/>", "holds <html>"),
        ("", "no element found"),
    ],
)
def test_a_drawing_that_is_no_svg_is_refused(site: Site, text: str, reason: str) -> None:
    """No program would draw it as a file, and no page that is XML may hold it."""
    site.write("docs/drawn.svg", text)
    (warning,) = warnings_of(site, "# Title\n\n![A dot](drawn.svg)\n")
    assert warning.startswith("index.md:3: WARNING: an image is no SVG: drawn.svg")
    assert reason in warning


@pytest.mark.parametrize(
    ("before", "inside", "is_part"),
    [
        ("", "", True),
        ('<?xml version="1.0"?>\n', "", True),
        ("\ufeff<?xml version='1.0'?><!-- a --><!DOCTYPE svg>\n", "", True),
        ("", "<style>circle { fill: red }</style>", False),
        ("", "<script>go()</script>", False),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>', "", False),
    ],
)
def test_a_drawing_is_a_part_of_the_page_where_it_can_be(
    tmp_path: Path, before: str, inside: str, is_part: bool
) -> None:
    """What stands ahead of the element is left out; what would rule the page stays a file."""
    path = tmp_path / "drawn.svg"
    svg = SVG.format("").replace("<circle", f"{inside}<circle")
    path.write_text(before + svg, encoding="utf-8")
    assert drawings._element_in(path) == (svg if is_part else None)


def test_a_drawing_in_another_encoding_stays_a_file(tmp_path: Path) -> None:
    """A page is UTF-8 alone."""
    path = tmp_path / "drawn.svg"
    path.write_text(SVG.format(' aria-label="für"'), encoding="latin-1")
    assert drawings._element_in(path) is None


def test_a_drawing_keeps_what_the_page_says_of_it(site: Site) -> None:
    """Its size, its place and its name stay, in a block and in a sentence."""
    (site.pages / "drawn.svg").write_text(SVG.format(""))
    options = ":alt: A circle\n:width: 5em\n:align: center\n:name: circle\n"
    text = (
        f"# Title\n\n```{{image}} drawn.svg\n{options}```\n\nA ![dot](drawn.svg) [it](#circle).\n"
    )
    assert warnings_of(site, text) == []
    block, inline = soup(site).select(".figure")
    assert (block.name, block["style"], block["id"]) == ("div", "width: 5em", "circle")
    assert "align-center" in block["class"]
    assert (inline.name, inline.parent.name) == ("span", "p")


def test_of_several_files_each_form_takes_its_own(site: Site) -> None:
    """A name that ends in a star is a drawing on the site, and what LaTeX can draw in print."""
    site.configure(EVERYTHING.replace('"website"', '"formats.notebooks"'))
    (site.pages / "drawn.svg").write_text(SVG.format(""))
    (site.pages / "drawn.pdf").write_bytes(b"%PDF-1.4")
    text = "# Title\n\n```{image} drawn.*\n:alt: A circle\n```\n"
    for builder in ("html", "latex"):
        assert warnings_of(site, text, builder) == []
    assert len(soup(site).select(".figure svg")) == 1
    (source,) = site.output("latex").glob("*.tex")
    assert "{{drawn}.pdf}" in source.read_text(encoding="utf-8")


# -- What is gone ---------------------------------------------------------------------------------


def test_nothing_is_left_of_a_page_that_is_gone(site: Site) -> None:
    """Its page, notebook, source, picture and download go with it, and no sidebar names it."""
    site.configure(EVERYTHING)

    def write(*pages: str) -> Build:
        site.page("# Home\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n")
        return site.build("html")

    def everything() -> set[str]:
        output = site.output("html")
        files = (path for path in output.rglob("*") if path.is_file())
        return {path.relative_to(output).as_posix() for path in files}

    site.page("# Stays\n", "stays")
    assert write("stays").code == 0
    without = everything()
    for name in ("sub/old page", "older"):
        picture(site.pages / f"{name}.png")
        (site.pages / f"{name}.csv").write_text(name)
        own = address(Path(name).name)
        site.page(
            f"# Was {name}\n\n![It]({own}.png) {{download}}`data <{Path(name).name}.csv>`\n", name
        )
    site.output("html").joinpath("older.ipynb").touch()
    assert write("stays", "sub/old page", "older").code == 0
    assert {"sub/old page.html", "older.html", "_sources/older.md", "_images/older.png"} <= (
        everything() - without
    )
    assert "Was older" in soup(site, "stays").text
    for name in ("sub/old page", "older"):
        (site.pages / f"{name}.md").unlink()
    assert write("stays").code == 0
    assert everything() == without
    assert "Was older" not in soup(site, "stays").text
    assert not (site.output("html") / "sub").exists()


@pytest.mark.parametrize("new", ["new", "sub/old", "old page"])
def test_a_page_that_was_renamed_stands_once(site: Site, new: str) -> None:
    """Its page, its notebook and its source have the new name alone."""
    site.configure(EVERYTHING)

    def forms(name: str) -> set[str]:
        site.page(f"# Home\n\n```{{toctree}}\n{name}\n```\n")
        assert site.build("html").code == 0
        output = site.output("html")
        files = (path.relative_to(output).as_posix() for path in output.rglob("*.*"))
        return {file for file in files if file.endswith((".html", ".ipynb", ".md"))}

    def three(name: str) -> set[str]:
        return {f"{name}.html", f"{name}.ipynb", f"_sources/{name}.md"}

    page = site.notebook("# Other\n\n```{code-cell}\nx = 1\n```\n", "old")
    before = forms("old")
    (site.pages / new).parent.mkdir(exist_ok=True)
    page.rename(site.pages / f"{new}.md")
    assert forms(new) == before - three("old") | three(new)


def test_a_page_in_another_language_takes_the_place_of_its_source(site: Site) -> None:
    """A page that is written anew in another markup has one source."""
    site.configure(EVERYTHING)
    site.page("# Home\n\n```{toctree}\nother\n```\n")
    site.page("# Other\n", "other")
    assert site.build("html").code == 0
    (site.pages / "other.md").rename(site.pages / "other.rst")
    (site.pages / "other.rst").write_text("Other\n=====\n")
    assert site.build("html").code == 0
    sources = sorted(path.name for path in (site.output("html") / "_sources").iterdir())
    assert sources == ["index.md", "other.rst"]
    assert (site.output("html") / "other.html").exists()


def test_a_page_without_cells_any_more_has_no_notebook(site: Site) -> None:
    """The notebook of an earlier build is gone, and no link leads to it."""
    site.configure(EVERYTHING)
    site.page("# Home\n")
    assert site.build("html").code == 0
    notebook = site.output("html") / "index.ipynb"
    notebook.touch()
    site.page("# Home again\n")
    assert site.build("html").code == 0
    assert not notebook.exists()


STOPS = """
import os
from pathlib import Path

def setup(app):
    stops = Path(app.confdir, "stops")
    app.connect("write-started", lambda *_: stops.exists() and os._exit(9))
"""


ONE = "# One\n\nIt has three legs.\n"
CHANGES = [("One", "First", "nav.bd-links"), ("three", "four", "dl.faq")]


def ask_how_many(site: Site) -> None:
    """Write pages that show the title of another, and a sentence of it."""
    site.configure(f'{EVERYTHING}\nfaq_file = "faq.toml"\n{STOPS}')
    site.write("faq.toml", '[[legs]]\nasked = "How many?"\npage = "one"\nanswer = "It has"\n')
    site.page("# Home\n\n```{toctree}\none\nlist\n```\n")
    site.page("# List\n\n```{faq} legs\n```\n", "list")
    site.page(ONE, "one")


@pytest.mark.parametrize(("old", "new", "place"), CHANGES)
def test_a_build_that_was_stopped_is_made_good(site: Site, old: str, new: str, place: str) -> None:
    """What has been read and not been written is written by the next build, all that shows it."""
    ask_how_many(site)
    assert site.build("html").code == 0
    site.page(ONE.replace(old, new), "one")
    stop = site.write("stops", "")
    assert site.build("html").code == 9
    stop.unlink()
    assert new not in soup(site, "list").select_one(place).text
    build = site.build("html")
    assert (build.code, build.pages_read) == (0, [])
    assert new in soup(site, "list").select_one(place).text
    assert site.build("html").output == ""


@pytest.mark.parametrize(("old", "new", "place"), CHANGES)
def test_a_second_folder_leaves_the_first_as_it_was(
    site: Site, old: str, new: str, place: str
) -> None:
    """What was read for one folder is written into another too, by the next build of that one."""
    ask_how_many(site)
    assert site.build("html").code == 0
    site.page(ONE.replace(old, new), "one")
    assert site.build("html", output=site.folder / "second").code == 0
    assert new not in soup(site, "list").select_one(place).text
    build = site.build("html")
    assert (build.code, build.pages_read) == (0, [])
    assert new in soup(site, "list").select_one(place).text
