"""What a site says of its own address: all of it where the build is told, nothing elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sites import HEADER, ROOT, TEMPLATES, Build, Site, soup

pytest_plugins = ["site_fixtures"]

BASE = "https://reader.example/book/"
CODE = "https://github.com/reader/book"
PAGE = """\
---
myst:
  html_meta:
    description: What is "here" & there
---

# One & *two*

```{toctree}
more
```
"""
CELL = """
```{code-cell}
assert 1 + 1 == 2
```
"""
#: Every variable that is looked at.
VARIABLES = [
    "CONV1X1_BASE_URL",
    "CONV1X1_REPOSITORY",
    "READTHEDOCS_CANONICAL_URL",
    "READTHEDOCS_GIT_CLONE_URL",
]
COMMITS = ["CONV1X1_COMMIT", "READTHEDOCS_GIT_COMMIT_HASH"]
COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*VARIABLES, *COMMITS]:
        monkeypatch.delenv(name, raising=False)


def build(site: Site, *more: str, **environment: str) -> Build:
    """Build a site of two pages, one with code, with the theme and the templates of ours."""
    site.page(PAGE.replace("---\n", HEADER.removesuffix("---\n\n"), 1) + CELL)
    site.page("# More\n", "more")
    # The process that builds has the variables of the test run, whatever this process deletes.
    variables = "".join(f"os.environ.pop({name!r}, None)\n" for name in [*VARIABLES, *COMMITS])
    variables += "".join(f"os.environ[{k!r}] = {v!r}\n" for k, v in environment.items())
    site.configure(
        f"import os\n{variables}"
        # Nothing here depends on what the cell does, or on the kernel's word for its language.
        'nb_execution_mode = "off"\nsuppress_warnings.append("myst-nb.lexer")\n'
        'extensions.append("website.hosting")\n'
        'html_theme = "sphinx_book_theme"\n'
        f"extensions += {[*more]!r}\n"
        "html_title = 'The book'\n"
        f"templates_path = [{str(TEMPLATES)!r}]\n"
    )
    return site.build("html", "-E")


def forms(site: Site, page: str = "index") -> dict[str, str]:
    """Return the links to the other forms of a page."""
    return {link.text: str(link["href"]) for link in soup(site, page).select(".page-forms a")}


def open_graph(site: Site, page: str = "index") -> dict[str, str]:
    """Return the Open Graph data of a page."""
    tags = soup(site, page).select("meta[property]")
    return {str(tag["property"]): str(tag["content"]) for tag in tags}


@pytest.mark.parametrize("name", ["CONV1X1_BASE_URL", "READTHEDOCS_CANONICAL_URL"])
@pytest.mark.parametrize("address", [BASE, BASE.rstrip("/")])
def test_a_hosted_site_names_its_address(site: Site, name: str, address: str) -> None:
    """Each page has a canonical link and a preview; a sitemap lists all pages."""
    result = build(site, **{name: address})
    assert result.code == 0, result.output
    for page in ("index", "more"):
        (canonical,) = soup(site, page).select("link[rel=canonical]")
        assert canonical["href"] == f"{BASE}{page}.html"
        assert open_graph(site, page)["og:url"] == canonical["href"]
    said = open_graph(site)
    assert said["og:title"] == "One & two"
    assert said["og:site_name"] == "The book"
    assert said["og:description"] == 'What is "here" & there'
    assert said["og:type"] == "article"
    picture = site.output("html") / said["og:image"].removeprefix(BASE)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert said["og:image:alt"]
    tree = ElementTree.parse(site.output("html") / "sitemap.xml")
    places = [element.text for element in tree.iter() if element.tag.endswith("}loc")]
    assert places == [f"{BASE}index.html", f"{BASE}more.html"]


@pytest.mark.parametrize("name", ["CONV1X1_REPOSITORY", "READTHEDOCS_GIT_CLONE_URL"])
@pytest.mark.parametrize(
    "address", [CODE, f"{CODE}.git", f"{CODE}/", "git@github.com:reader/book.git"]
)
def test_a_site_with_a_repository_links_to_it(site: Site, name: str, address: str) -> None:
    """A page leads to its source's editor, and to its notebook on Binder if it has one."""
    result = build(site, **{name: address})
    assert result.code == 0, result.output
    assert forms(site)["Edit"] == f"{CODE}/edit/main/docs/index.md"
    assert forms(site)["Run on Binder"] == (
        "https://mybinder.org/v2/gh/reader/book/main?urlpath=lab/tree/_build/html/index.ipynb"
    )
    assert forms(site, "more") == {"Edit": f"{CODE}/edit/main/docs/more.md"}


def test_binder_is_offered_for_github_alone(site: Site) -> None:
    """A repository on another host can be edited; how Binder names it is not known."""
    build(site, CONV1X1_REPOSITORY="https://code.example/reader/book")
    assert forms(site) == {"Edit": "https://code.example/reader/book/edit/main/docs/index.md"}


def test_a_site_that_is_told_nothing_says_nothing(site: Site) -> None:
    """No page names an address, and what an earlier build wrote for one is gone."""
    build(site, CONV1X1_BASE_URL=BASE, CONV1X1_REPOSITORY=CODE)
    assert (site.output("html") / "sitemap.xml").exists()
    assert build(site).code == 0
    for page in ("index", "more"):
        assert soup(site, page).select("link[rel=canonical]") == []
        assert open_graph(site, page) == {}
    assert forms(site) == {}
    assert not (site.output("html") / "sitemap.xml").exists()
    assert not (site.output("html") / "_static" / "preview.png").exists()
    texts = [p.read_text(encoding="utf-8") for p in site.output("html").rglob("*.html")]
    assert not re.search("reader.example|mybinder|github.com/reader", "".join(texts))


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("value", ["reader.example/book", "ftp://reader.example/book"])
def test_an_address_has_a_scheme(site: Site, name: str, value: str) -> None:
    """What is no address stops the build, with the variable's name."""
    result = build(site, **{name: value})
    assert result.code != 0
    assert f"{name} must be an address with http(s)://; it is {value!r}" in result.output


def test_only_the_site_has_an_address(site: Site) -> None:
    """Another format of the pages is built without the files of a host."""
    build(site, CONV1X1_BASE_URL=BASE)
    assert site.build("text", "-E").code == 0
    assert not (site.output("text") / "sitemap.xml").exists()


# -- What a notebook says of its installation -----------------------------------------------------


def first_cell(site: Site) -> str:
    """Return the text that a notebook begins with."""
    notebook = json.loads((site.output("html") / "index.ipynb").read_text(encoding="utf-8"))
    return str(notebook["cells"][0]["source"])


@pytest.mark.parametrize("name", COMMITS)
def test_a_notebook_is_installed_from_the_commit_that_was_built(site: Site, name: str) -> None:
    """The command names the repository, as nobody of ours owns the name in a registry."""
    result = build(site, "formats.notebooks", CONV1X1_REPOSITORY=CODE, **{name: COMMIT})
    assert result.code == 0, result.output
    command = f'pip install "conv1x1[notebooks] @ git+{CODE}@{COMMIT}"'
    assert first_cell(site) == f"To run this notebook: `{command}`."


@pytest.mark.parametrize("known", [{}, {"CONV1X1_REPOSITORY": CODE}, {"CONV1X1_COMMIT": COMMIT}])
def test_a_notebook_without_an_address_names_no_command(site: Site, known: dict[str, str]) -> None:
    """Where the repository or the commit is not known, nothing is said of an installation."""
    assert build(site, "formats.notebooks", **known).code == 0
    assert first_cell(site).startswith("# One")
    assert "pip install" not in (site.output("html") / "index.ipynb").read_text(encoding="utf-8")


def test_a_commit_is_a_hash(site: Site) -> None:
    """What is no hash stops the build, with the variables' names."""
    known = {"CONV1X1_REPOSITORY": CODE, "CONV1X1_COMMIT": 'main"; rm'}
    result = build(site, "formats.notebooks", **known)
    assert result.code != 0
    assert "CONV1X1_COMMIT or READTHEDOCS_GIT_COMMIT_HASH must be a commit's hash" in result.output


def test_nothing_is_installed_by_a_name_that_is_not_ours() -> None:
    """No text or program tells anybody to install the package from a registry."""
    suffixes = {".cfg", ".js", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ""}
    folders = [ROOT / name for name in (".binder", ".github", "conv1x1", "docs", "tests")]
    files = [*ROOT.glob("*"), *(f for folder in folders for f in folder.rglob("*"))]
    files = [f for f in files if f.is_file() and f.suffix in suffixes and f != Path(__file__)]
    assert len(files) > 80
    by_name = re.compile(
        r"""(pip|uv|pipx)3? (install|add)\b[^\n`]*?[\s"'=]conv1x1\b(?!\[\w+\] @ )"""
    )
    assert by_name.search('pip install "conv1x1[notebooks]"')
    assert by_name.search("pip install -U conv1x1")
    assert [str(f) for f in files if by_name.search(f.read_text(encoding="utf-8"))] == []
