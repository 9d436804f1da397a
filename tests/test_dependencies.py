"""No page is ever stale, and none is read in vain: on copies of the real site.

What a page depends on is found here by other means than in ``checked_pages.dependencies``: its
cells are read line by line, and the modules' imports with :mod:`ast`.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import sys
from pathlib import Path

import pytest
from sites import ROOT, Copy, line_of

pytest_plugins = ["site_fixtures"]

DOCS = ROOT / "docs"
PAGES = {path.stem for path in DOCS.glob("*.md")}
MODULES = {path.stem for path in (ROOT / "conv1x1").glob("*.py")}


def names(*patterns: str) -> list[str]:
    """Return the files of the repository that match."""
    found = (path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def cells(page: str) -> str:
    """Return the code of a page: what stands in its code cells."""
    code, inside, options = [], False, False
    for line in (DOCS / f"{page}.md").read_text(encoding="utf-8").split("\n"):
        if line.startswith("```"):
            inside = line == "```{code-cell}"
        elif inside and line == "---":
            options = not options
        elif inside and not options and not line.startswith(":"):
            code.append(line)
    return "\n".join(code)


def imports(code: str) -> set[str]:
    """Return the modules of the package that some code imports, the package itself included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {name for alias in node.names for name in alias.name.split(".")}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {*node.module.split("."), *(alias.name for alias in node.names)}
    own = found & MODULES
    return own | {"__init__"} if "conv1x1" in found else own


@functools.cache
def needs(page: str) -> set[str]:
    """Return the modules that a page depends on, however many imports away."""
    source = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    modules = imports(cells(page))
    modules |= {"explorer", "__init__"} if re.search(r"^`{3,}\{explorer\}", source, re.M) else set()
    while True:
        code = "\n".join(
            (ROOT / "conv1x1" / f"{module}.py").read_text(encoding="utf-8") for module in modules
        )
        code = code.replace("from __future__ import annotations", "")
        if (more := modules | imports(code)) == modules:
            break
        modules = more
    # Text that is included, and docstrings, are not followed further.
    modules |= set(re.findall(r"^`{3,}\{literalinclude\} \.\./conv1x1/(\w+)\.py", source, re.M))
    return modules | set(re.findall(r"^\.\. automodule:: conv1x1\.(\w+)", source, re.M))


OUTDATED = """
import json, os, sys
from pathlib import Path
from sphinx.application import Sphinx

app = Sphinx("docs", ".", "_build/html", "_build/doctrees", "html", status=None)
outdated = {}
for name in sys.argv[1:]:
    before = os.stat(name)
    os.utime(name)
    added, changed, removed = app.env.get_outdated_files(config_changed=False)
    outdated[name] = sorted(added | changed | removed)
    os.utime(name, ns=(before.st_atime_ns, before.st_mtime_ns))
print(json.dumps({"config": app.env.config_status_extra, "outdated": outdated}))
"""

BUILD_FILES = names("conf.py", "docs/_ext/*/*.py", "docs/names.toml", "docs/requirements.txt")
DATA_FILES = names("conv1x1/*.json", "docs/data/*.png", "docs/data/*.gz", "docs/data/*.json")
OTHER_FILES = names("Makefile", "README.md", "pyproject.toml", "tests/*.py", "docs/_static/*")
PAGE_FILES = names("docs/*.md")
MODULE_FILES = names("conv1x1/*.py")


@pytest.fixture(scope="module")
def outdated(built: Copy) -> dict[str, set[str]]:
    """Return, for each file, the pages that Sphinx would read after an edit of that file alone."""
    files = [*BUILD_FILES, *DATA_FILES, *OTHER_FILES, *PAGE_FILES, *MODULE_FILES]
    end = built.run(sys.executable, "-c", OUTDATED, *files)
    assert end.code == 0, end.output
    found = json.loads(end.output.strip().split("\n")[-1])
    assert found["config"] == ""
    return {name: set(pages) for name, pages in found["outdated"].items()}


@pytest.mark.parametrize("name", BUILD_FILES)
def test_an_edit_of_the_build_reads_all_pages(outdated: dict[str, set[str]], name: str) -> None:
    """Every page depends on the settings, the extensions, the names and the lock file."""
    assert outdated[name] == PAGES


@pytest.mark.parametrize("name", MODULE_FILES)
def test_an_edit_of_a_module_reads_what_uses_it(outdated: dict[str, set[str]], name: str) -> None:
    """The pages that import a module, directly or not, depend on it, and no others do."""
    wanted = {page for page in PAGES if Path(name).stem in needs(page)}
    assert outdated[name] == wanted


@pytest.mark.parametrize("name", DATA_FILES)
def test_an_edit_of_data_reads_what_uses_it(outdated: dict[str, set[str]], name: str) -> None:
    """The pages whose cells, or modules, name a data file depend on it, and no others do."""
    using = {
        path.stem
        for path in (ROOT / "conv1x1").glob("*.py")
        if Path(name).name in path.read_text("utf-8")
    }
    wanted = {page for page in PAGES if Path(name).name in cells(page) or using & needs(page)}
    assert wanted
    assert outdated[name] == wanted


@pytest.mark.parametrize("name", PAGE_FILES)
def test_an_edit_of_a_page_reads_that_page(outdated: dict[str, set[str]], name: str) -> None:
    """No page depends on another page."""
    assert outdated[name] == {Path(name).stem}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_an_edit_of_anything_else_reads_nothing(outdated: dict[str, set[str]], name: str) -> None:
    """Nothing depends on the files that no page shows."""
    assert outdated[name] == set()


def test_the_oracle_finds_dependencies() -> None:
    """Modules in use are found on some pages but not on all, at any distance."""
    assert {"__init__", "operation", "cost", "display", "figures"} <= needs("three-maps-to-one")
    assert "explorer" in needs("three-maps-to-one")
    assert not {"explorer", "networks", "reference"} & needs("two-maps-to-one")
    assert "display" in needs("index")
    assert needs("glossary") == set()


def readers(copy: Copy, module: str) -> list[str]:
    """Return the pages that need a module, of those that the copy has not cut short."""
    whole = {
        page for page in PAGES if copy.source(page) == (DOCS / f"{page}.md").read_text("utf-8")
    }
    found = {page for page in whole if module in needs(page)}
    assert found
    # It repeats what they ask, with the answers that they have computed.
    if any("{question}" in copy.source(page) for page in found):
        found.add("test-yourself")
    return sorted(found)


def test_the_copy_is_what_is_built(copy: Copy) -> None:
    """A kernel, which runs in ``docs/``, imports the package of the copy."""
    end = copy.run(sys.executable, "-c", "import conv1x1; print(conv1x1.__file__)", cwd="docs")
    assert end.output.strip() == str(copy.folder / "conv1x1" / "__init__.py")


def test_no_edit_reads_nothing(copy: Copy) -> None:
    """A second build has nothing to do and nothing to say."""
    build = copy.build()
    assert (build.code, build.output) == (0, "")


def test_an_edit_of_one_page_builds_that_page_alone(copy: Copy) -> None:
    """The new sentence is shown, and no other page was read."""
    copy.append("docs/glossary.md", "\nA sentence that is new.\n")
    build = copy.build()
    assert (build.code, build.pages_read) == (0, ["glossary"])
    assert "A sentence that is new." in copy.html("glossary")


EDIT = """

_before = mismatches


def mismatches(*arguments, **options):
    return [entry._replace(printed=0.625) for entry in _before(*arguments, **options)]


mismatches.__doc__ = _before.__doc__
"""


def test_an_edit_of_the_package_shows_on_its_pages(copy: Copy) -> None:
    """A plain build reads the pages that use a module, and shows what the module does now."""
    copy.append("conv1x1/audit.py", EDIT)
    assert "0.625" not in copy.html("three-maps-to-one")
    build = copy.build()
    assert build.code != 0, "what the page expects is what the module did before"
    assert ["expected.mismatch" in warning for warning in build.warnings] == [True], build.output
    assert build.pages_read == readers(copy, "audit")
    assert "0.625" in copy.html("three-maps-to-one")


def test_what_another_format_read_is_written(copy: Copy) -> None:
    """After a doctest pass that has read a page again, the site shows what it read, at once."""
    copy.append("conv1x1/display.py", "\n\n# Changed, and yet the same.\n")
    html = copy.folder / "_build" / "html"
    files = [html / f"{page}.html" for page in ("three-maps-to-one", "glossary")]
    old = [file.stat().st_mtime_ns for file in files]
    assert "three-maps-to-one" in copy.run("make", "doctest").pages_read
    assert copy.build().pages_read == []
    new = [file.stat().st_mtime_ns for file in files]
    assert [a < b for a, b in zip(old, new, strict=True)] == [True, False]


def test_wrong_entries_fail_the_doctest_pass(copy: Copy) -> None:
    """``make doctest`` reads what needs maps, digits and kernel, and says where they fail."""
    copy.edit("conv1x1/article.py", "[1, 2, 3, 2, 2, 3]", "[9, 2, 3, 2, 2, 3]")
    copy.edit("conv1x1/article.py", "[(1, 2), (3, 0)]", "[(1, 2), (3, 1)]")
    copy.edit("conv1x1/article.py", "[[0.1, 0.2, 0.4]]", "[[0.1, 0.3, 0.4]]")
    build = copy.run("make", "doctest")
    assert build.code != 0
    assert build.pages_read == readers(copy, "article")
    page = copy.folder / "docs" / "three-maps-to-one.md"
    place = f"three-maps-to-one.md:{line_of(page, '0.1  0.2  0.4') - 2}: WARNING: expected: "
    assert f"{place}the cell shows something else.\n" in build.output
    place = f"{page.name}:{line_of(page, 'T[0,0] = 0.1·1 + 0.2·3 + 0.4·1 = 1.1') - 1}: "
    (warning,) = (text for text in build.warnings if text.startswith(place))
    assert "Got:\n    T[0,0] = 0.1·9 + 0.3·3 + 0.4·1 = 2.2\n" in warning
    assert "\ntwo-maps-to-one.md:" in build.output
    module = copy.folder / "conv1x1" / "article.py"
    assert f'File "{module}", line {line_of(module, ">>> article.digit_2")}' in build.output
    counts = r"^\d+ pages, \d+ cells, \d+ outputs, \d+ pinned, "
    assert re.search(counts, build.output, re.MULTILINE)
