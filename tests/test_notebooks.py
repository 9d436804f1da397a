"""The notebooks: what the pages say and show, runnable without the site; and all formats agree."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image
from sites import HEADER, ROOT, Build, Copy, Site, run_alone

pytest_plugins = ["site_fixtures"]

PAGES = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
#: Pages with code of their own.
NOTEBOOKS = [
    name
    for name in PAGES
    if re.search(r"^```\{code-cell\}$", (ROOT / "docs" / f"{name}.md").read_text("utf-8"), re.M)
]
SITE = ROOT / "_build" / "html"


@cache
def notebook(name: str) -> dict[str, Any]:
    """Return a notebook of the site."""
    content: dict[str, Any] = json.loads((SITE / f"{name}.ipynb").read_text(encoding="utf-8"))
    return content


@cache
def article(name: str) -> Tag:
    """Return what a page has to say."""
    page = BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    return page.select_one("article")


def text_of(name: str) -> str:
    """Return the Markdown of a notebook, without the code in it."""
    cells = notebook(name)["cells"]
    text = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    text = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.M | re.S)
    return re.sub(r"(`+).*?\1", "", text)


def test_most_pages_compute() -> None:
    """There are notebooks, one for each page with code, and no others."""
    assert len(NOTEBOOKS) >= 14
    assert sorted(path.stem for path in SITE.glob("*.ipynb")) == NOTEBOOKS


def test_what_no_notebook_can_say_is_named(site: Site) -> None:
    """A node without a form in Markdown is named with its page and line, and its text stays."""
    site.configure('extensions.append("formats.notebooks")\n')
    grammar = "```{eval-rst}\n.. productionlist::\n   number: digit\n```\n\n"
    cell = "```{code-cell}\nassert True\n```\n"
    site.page(f"{HEADER}# Title\n\n{grammar}{cell}")
    build = site.build("html")
    assert build.code != 0
    (warning,) = build.warnings
    assert re.match(r"index\.md:\d+: WARNING: a notebook has no form for <productionlist>", warning)
    assert "digit" in (site.output("html") / "index.ipynb").read_text(encoding="utf-8")


BOOK = "@misc{lin, author = {Lin, Min and Chen, Qiang}, title = {Networks}, year = {MMXIII}}\n"
#: What a page may hold, and what its notebook has of it.
SAID = {
    "![A dot](dot.png)": "![A dot](data:image/png;base64,",
    "```{important}\nStay **whole**.\n```": "> **Important**\n>\n> Stay **whole**.",
    "```{seealso}\nA hint.\n```": "> **See also**\n>\n> A hint.",
    ":::{admonition} Of `our` own\nIt is said.\n:::": "> **Of `our` own**\n>\n> It is said.",
    "```{figure} dot.png\n:alt: Seen\n:name: fig\n\nThe *caption* of it.\n```": (
        "Fig. 1 The *caption* of it."
    ),
    "Drawn in {numref}`fig`.": "Drawn in [Fig. 1](#fig).",
    "```{code-block} text\n:caption: What is typed\n\n{eval}`x`\n```": (
        "What is typed\n\n```text\n{eval}`x`\n```"
    ),
    "By {cite:t}`lin`.": r"By Lin and Chen \[[MMXIII](#",
    "Again {cite:p}`lin`.": r"Again \[[Lin and Chen, MMXIII](#",
    "Type `{eval} x`.": "Type `{eval} x`.",
    "Type ``{eval}`x` ``.": "Type ``{eval}`x` ``.",
    "A [*way* out](other.md).": "A [*way* out](other.html).",
    "A note.[^note]\n\n[^note]: Of its own.": "A note.<sup>[1](#note)</sup>",
    "Term\n: What it means.": "- **Term**\n\n  What it means.",
    "H{sub}`2`O and x{sup}`3`": "H<sub>2</sub>O and x<sup>3</sup>",
    "One {abbr}`MAC (multiply and add)`.": "One MAC (multiply and add).",
    "| a |\n| --- |\n| `b` |": "| a |\n| --- |\n| `b` |",
}
LOST = {
    "See [there](nowhere.md).": ("'nowhere.md'", "See [there]("),
    "See {ref}`gone`.": ("'gone'", "See gone."),
    "See {numref}`lost`.": ("'lost'", "See `lost`."),
    "By {cite:t}`nobody`.": ('"nobody"', "By "),
    "![Never](drawn.png)": ("drawn.png", "Never"),
    "A {download}`file <file.csv>`.": ("file.csv", "A `file`."),
}


@pytest.fixture
def export(site: Site) -> Callable[..., tuple[Build, str]]:
    """Return a function that builds a page with a cell, and gives the text of its notebook."""
    site.configure(
        "extensions += ['formats.notebooks', 'sphinxcontrib.bibtex']\n"
        "bibtex_bibfiles = ['docs/books.bib']\n"
        "bibtex_reference_style = 'author_year'\n"
        "numfig = True\n"
    )
    site.write("docs/books.bib", BOOK)
    Image.new("RGB", (3, 2)).save(site.pages / "dot.png")
    site.page("# Other\n", "other")

    def text(*parts: str) -> tuple[Build, str]:
        end = ["```{code-cell}\nx = 1\n```", "```{bibliography}\n```"]
        site.notebook("\n\n".join(["# Title", *parts, *end]) + "\n")
        build = site.build("html")
        notebook = json.loads((site.output("html") / "index.ipynb").read_text(encoding="utf-8"))
        cells = notebook["cells"]
        return build, "\n\n".join(c["source"] for c in cells if c["cell_type"] == "markdown")

    return text


def test_a_notebook_says_what_its_page_says(export: Callable[..., tuple[Build, str]]) -> None:
    """Whatever the page is made of, its text is there, in Markdown that any program shows."""
    build, text = export(*SAID)
    assert (build.code, build.warnings) == (0, [])
    assert [part for part, said in SAID.items() if said not in text] == []


def test_what_leads_nowhere_keeps_its_words_in_a_notebook(
    export: Callable[..., tuple[Build, str]],
) -> None:
    """Each is one warning with its line, and nothing crashes."""
    build, text = export(*LOST)
    assert build.code == 1
    lines = [9 + 2 * number for number in range(len(LOST))]
    found = {int(warning.split(":")[1]): warning for warning in build.warnings}
    assert (sorted(found), len(build.warnings)) == (lines, len(LOST)), build.output
    for line, (name, said) in zip(lines, LOST.values(), strict=True):
        assert name in found[line]
        assert said in text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_offers_its_other_forms(name: str) -> None:
    """Below the text are links to the notebook, if there is one, and to the source."""
    page = BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    forms = {link.text: str(link["href"]) for link in page.select(".page-forms a")}
    assert set(forms) == ({"Notebook", "Source"} if name in NOTEBOOKS else {"Source"})
    assert (SITE / forms["Source"]).read_text("utf-8") == (ROOT / "docs" / f"{name}.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_plain(name: str) -> None:
    """It is a valid notebook, its outputs are in it, and nothing in it needs Sphinx."""
    content = notebook(name)
    nbformat.validate(content)
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    own = [cell for cell in code if "b64decode" not in cell["source"]]
    assert [cell["execution_count"] for cell in own] == list(range(1, len(own) + 1))
    outputs = [output for cell in own for output in cell["outputs"]]
    assert outputs
    assert {output["output_type"] for output in outputs} <= {"execute_result", "stream"}
    assert not any("application/pdf" in output.get("data", {}) for output in outputs)
    text = re.sub(r"\$[^$]+\$", "", text_of(name))
    assert re.findall(r"\{[\w:-]+\}|^:{3,}|^\([\w-]+\)=|\.md\)", text, re.M) == []
    assert re.findall(r"^#+ .+", text, re.M)
    for target in re.findall(r"\]\(([\w-]+\.\w+)[)#]", text):
        assert (SITE / target).is_file()


# -- The same numbers everywhere ------------------------------------------------------------------


def numbers(text: str) -> Counter[str]:
    """Count the numbers of a text; how a format writes a sign or a comma does not matter."""
    text = text.replace("{,}", ",").replace(r"\,", "")
    return Counter(re.findall(r"\d+(?:[.,]\d+)*", text))


def shown(page: Tag) -> Counter[str]:
    """Count the numbers of a page: those in sentences, and those that cells show."""
    found: Counter[str] = Counter()
    for part in page.select(".value, .cell_output"):
        if part.name == "div":
            part = BeautifulSoup(str(part), "html.parser")
            # A matrix says in words which entries are marked; in LaTeX they stand in frames.
            for other in part.select(".figure, svg, img, .matrix p"):
                other.decompose()
        found += numbers(part.get_text(" "))
    return found


def shown_in_notebook(name: str) -> Counter[str]:
    """Count the numbers in the text and in the outputs of a notebook."""
    found = numbers(text_of(name))
    for cell in notebook(name)["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            kind = next(k for k in ("text/html", "text/markdown", "text/plain") if k in data)
            found += numbers(BeautifulSoup("".join(data[kind]), "html.parser").get_text(" "))
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_has_the_numbers_of_its_page(name: str) -> None:
    """No number that the page shows is missing from the notebook."""
    assert shown(article(name)).total() > 0
    assert shown(article(name)) - shown_in_notebook(name) == Counter()


def test_the_books_have_the_numbers_of_the_site(books: Path, built: Copy) -> None:
    """The e-book shows, page by page, what the site shows; the printed book misses nothing."""
    site: Counter[str] = Counter()
    for name in NOTEBOOKS:
        page = BeautifulSoup(built.html(name), "html.parser").select_one("article")
        chapter = (books / "epub-files" / f"{name}.xhtml").read_text(encoding="utf-8")
        assert shown(BeautifulSoup(chapter, "html.parser")) == shown(page)
        site += shown(page)
    assert site.total() > 1000
    latex = (books / "latex" / "conv1x1.tex").read_text(encoding="utf-8")
    assert site - numbers(latex) == Counter()


# -- Run ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom(name: str, alone: Path, tmp_path: Path) -> None:
    """Where only the package is installed, the code runs in order, and needs no other file."""
    code = [cell["source"] for cell in notebook(name)["cells"] if cell["cell_type"] == "code"]
    (tmp_path / "cells.py").write_text("\n\n".join(code), encoding="utf-8")
    run = run_alone(alone, "cells.py", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
