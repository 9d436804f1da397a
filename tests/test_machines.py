"""`make html` on machines of every kind: odd paths, odd settings, and little installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sites import ROOT, Build, Site

PAGE = "# Ein Übergang\n\n```{code-cell}\nassert '×' * 2 == '××'\n```\n"
#: What the command calls, and nothing else: no git, no Chromium, no Java, no compiler.
PROGRAMS = ("awk", "cat", "cp", "date", "echo", "env", "make", "mkdir", "rm", "sed", "sh", "touch")


def small_site(folder: Path) -> Site:
    """Make a site of one page with the Makefile of this one, and nothing to install."""
    folder.mkdir(parents=True)
    site = Site(folder)
    site.notebook(PAGE)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "docs" / "requirements.txt", folder / "docs")
    (folder / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / part).symlink_to(Path(sys.prefix) / part)
    (folder / ".venv" / "docs.stamp").touch()
    return site


def make(site: Site, **environment: str) -> Build:
    """Say `make html`."""
    command = [shutil.which("make") or "make", "html"]
    end = subprocess.run(
        command,
        cwd=site.folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return Build(end.returncode, end.stdout)


def assert_built(site: Site, build: Build) -> None:
    """Check that the page is there, and that nothing was complained of."""
    assert (build.code, build.warnings) == (0, []), build.output
    assert "Ein Übergang" in (site.output("html") / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["two words", "Prüfung ×", "a#b", "100%", "50%20"])
def test_a_path_may_hold_anything(tmp_path: Path, name: str) -> None:
    """Spaces, umlauts and signs that addresses give a meaning do no harm."""
    site = small_site(tmp_path / name)
    assert_built(site, make(site))


@pytest.mark.parametrize(
    "setting",
    [
        {"PYTHONWARNINGS": "error"},
        {"PYTHONPATH": "broken"},
        {"LC_ALL": "C"},
        {"TMPDIR": "deep"},
        {"PATH": "few"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_a_machine_may_be_set_up_in_any_way(tmp_path: Path, setting: dict[str, str]) -> None:
    """Warnings as errors, other people's modules, no locale, a deep folder, few programs."""
    site = small_site(tmp_path / "site")
    site.write("broken/numpy.py", "raise ImportError('another NumPy')\n")
    deep = Path(tempfile.mkdtemp(), "t" * 100)
    deep.mkdir()
    few = tmp_path / "few"
    few.mkdir()
    for program in PROGRAMS:
        (few / program).symlink_to(str(shutil.which(program)))
    values = {"broken": str(site.folder / "broken"), "deep": str(deep), "few": str(few)}
    build = make(site, **{name: values.get(value, value) for name, value in setting.items()})
    assert_built(site, build)


def test_a_folder_that_is_read_only_is_named() -> None:
    """Where nothing can be written, one line says so."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "docs", folder / "docs", ignore=lambda f, names: {"_ext"} & {*names})
        for file in ("Makefile", "pyproject.toml"):
            shutil.copy(ROOT / file, folder)
        folder.chmod(0o555)
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        run = subprocess.run(["make", "html"], cwd=folder, capture_output=True, text=True, **other)
        folder.chmod(0o755)
    assert run.returncode != 0
    assert run.stderr.splitlines()[0] == (
        f"{name} is read-only: copy it to a folder that can be written"
    )


def test_the_last_line_names_the_tests_that_were_skipped(tmp_path: Path) -> None:
    """It says how many tests lacked a program, and how to get it."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    test = "import pytest\n\ndef test_one():\n    pytest.skip('no Chromium: get one')\n"
    (tmp_path / "test_page.py").write_text(test + "\ndef test_two():\n    test_one()\n")
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_page.py"]
    end = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    said = "Tests that were skipped: 2 (no Chromium: get one)"
    assert end.stdout.splitlines()[-1] == said, end.stdout
    (tmp_path / "test_page.py").write_text("def test_one():\n    pass\n")
    end = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert "were skipped" not in end.stdout
