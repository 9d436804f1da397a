"""The e-book and the printed book: complete, valid, and with the numbers of the site."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from sites import Copy, epubcheck

pytest_plugins = ["site_fixtures"]


@pytest.fixture(scope="module")
def chapters(books: Path) -> dict[str, BeautifulSoup]:
    """Return the pages of the e-book."""
    with ZipFile(books / "epub" / "conv1x1.epub") as book:
        pages = [name for name in book.namelist() if name.endswith(".xhtml")]
        return {
            name.removesuffix(".xhtml"): BeautifulSoup(book.read(name), "html.parser")
            for name in pages
        }


def test_the_e_book_is_valid(books: Path) -> None:
    """The official checker finds no error, and nothing to warn of."""
    check = epubcheck(books / "epub" / "conv1x1.epub")
    assert check.code == 0, check.output
    assert "No errors or warnings detected" in check.output


def test_the_checker_finds_what_is_wrong(books: Path, tmp_path: Path) -> None:
    """An e-book whose first entry is not its type is no e-book."""
    broken = tmp_path / "broken.epub"
    with ZipFile(books / "epub" / "conv1x1.epub") as book, ZipFile(broken, "w") as copy:
        for name in reversed(book.namelist()):
            copy.writestr(name, book.read(name))
    check = epubcheck(broken)
    assert check.code != 0
    assert "ERROR" in check.output


def test_the_e_book_has_every_page(chapters: dict[str, BeautifulSoup], built: Copy) -> None:
    """Each page of the site is one of the book, which opens without a script."""
    pages = {path.stem for path in (built.folder / "docs").glob("*.md")}
    assert pages <= set(chapters)
    assert [name for name, page in chapters.items() if page.select("script")] == []


def test_figures_are_drawn_in_both_books(
    books: Path, chapters: dict[str, BeautifulSoup], built: Copy
) -> None:
    """What is a drawing on the site is one in the books."""
    drawn = {
        name: len(BeautifulSoup(built.html(name), "html.parser").select("article .figure svg"))
        for name in sorted(path.stem for path in (built.folder / "docs").glob("*.md"))
    }
    assert sum(drawn.values()) > 20
    assert drawn == {name: len(chapters[name].select(".figure svg")) for name in drawn}
    latex = (books / "latex" / "conv1x1.tex").read_text(encoding="utf-8")
    assert len(re.findall(r"\\sphinxincludegraphics\b.*\{\{", latex)) == sum(drawn.values())


def test_the_printed_book_is_made_where_latex_is(books: Path, built: Copy) -> None:
    """LaTeX reads the source, knows every character, and finds every reference."""
    if shutil.which("latexmk") is None or shutil.which("xelatex") is None:
        pytest.skip("no LaTeX: make latex-tools")
    build = built.run("make", "latexpdf")
    assert build.code == 0, build.output
    assert (built.folder / "_build" / "pdf" / "conv1x1.pdf").read_bytes().startswith(b"%PDF")
