"""What surrounds the code: hosting, continuous integration, packaging and advice all hold."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from sites import ROOT, Copy, run_alone

import conv1x1

pytest_plugins = ["site_fixtures"]

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_yaml(path: Path) -> Any:
    """Return what a file of settings says. YAML takes the word "on" for a truth."""
    return yaml.safe_load(re.sub(r"^on:", '"on":', path.read_text(encoding="utf-8"), flags=re.M))


def jobs() -> list[dict[str, Any]]:
    """Return the jobs of all workflows."""
    found = [job for path in WORKFLOWS for job in read_yaml(path)["jobs"].values()]
    assert len(found) > 4
    return found


# -- Continuous integration -----------------------------------------------------------------------


def test_continuous_integration_runs_make_and_nothing_else() -> None:
    """Each command of a workflow is a target of the Makefile, so anybody can run it."""
    run = []
    for job in jobs():
        for step in job.get("steps", []):
            if "run" in step:
                run += commands(step["run"], job)
    assert len(run) > 8
    assert [target for target in run if target not in TARGETS] == []


def commands(command: str, job: dict[str, Any]) -> list[str]:
    """Return the targets that a command makes, for every variant of its job."""
    (target,) = re.findall(r'^make ([a-z-]+|"\$TARGET")$', command)
    return job["strategy"]["matrix"]["target"] if "$" in target else [target]


#: What is for a person at the machine, what needs a program that CI lacks, and what others include.
NOT_IN_CI = {
    *("bench", "clean", "doctest-fix", "environment", "help", "hooks", "serve"),
    *("lighthouse", "validate"),
    *("check", "doctest", "latex", "mutate"),
}


@pytest.mark.parametrize("target", sorted({*TARGETS} - NOT_IN_CI))
def test_each_check_is_a_job(target: str) -> None:
    """What the Makefile can check, continuous integration does check."""
    texts = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    assert re.search(rf"make {target}$|target: \[(.*, )?{target}[,\]]", texts, re.MULTILINE)


def test_every_action_is_pinned() -> None:
    """A tag can be moved to other code; a commit cannot. The comment says which version it is."""
    used = re.findall(
        r"uses: (.*)$", "".join(p.read_text(encoding="utf-8") for p in WORKFLOWS), re.MULTILINE
    )
    assert len(used) > 8
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [action for action in used if not pinned.fullmatch(action)] == []
    assert len({action.split("@")[0] for action in used}) == len(set(used))


SUPPORTED = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))


def test_every_supported_python_is_tested() -> None:
    """The versions that the package claims are those that are tested."""
    tested = read_yaml(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]
    assert tested["strategy"]["matrix"]["python"] == SUPPORTED
    assert PROJECT["project"]["requires-python"] == f">={SUPPORTED[0]}"


def test_binder_can_install_the_package() -> None:
    """Its Python is a supported one, and it installs what the notebooks import."""
    binder = ROOT / ".binder"
    version = re.fullmatch(r"python-(.*)\n", (binder / "runtime.txt").read_text(encoding="utf-8"))
    assert version is not None
    assert version[1] in SUPPORTED
    build = (binder / "postBuild").read_text(encoding="utf-8")
    assert 'pip install --quiet --constraint /tmp/constraints.txt ".[notebooks]"' in build
    assert "notebooks" in PROJECT["project"]["optional-dependencies"]


# -- Read the Docs --------------------------------------------------------------------------------


def hosted_commands() -> dict[str, list[str]]:
    """Return what Read the Docs runs, by what it is to make."""
    build = read_yaml(ROOT / ".readthedocs.yaml")["build"]["jobs"]
    return {"environment": build["create_environment"] + build["install"], **build["build"]}


def test_the_hosted_site_is_the_local_one(copy: Copy, tmp_path: Path) -> None:
    """Read the Docs' commands, run by hand in order, make the files that `make html` makes."""
    local = files(copy.folder / "_build" / "html")
    made = hosted_commands()
    assert list(made) == ["environment", "html", "pdf", "epub"]
    for kind in ("environment", "html", "epub"):
        for command in made[kind]:
            assert command.startswith("make ")
            build = copy.run("env", f"READTHEDOCS_OUTPUT={tmp_path}", *command.split())
            assert build.code == 0, build.output
    assert files(tmp_path / "html") == local
    assert [path.name for path in (tmp_path / "epub").iterdir()] == ["conv1x1.epub"]


def files(folder: Path) -> dict[str, bytes]:
    """Return the contents of a folder."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    assert found
    return found


def test_latex_is_the_same_everywhere() -> None:
    """Read the Docs installs what `make latex-tools` installs."""
    makefile = MAKEFILE.replace("\\\n", " ")
    ours = re.findall(r"^LATEX_PACKAGES := (.*)$", makefile, re.MULTILINE)[0].split()
    assert read_yaml(ROOT / ".readthedocs.yaml")["build"]["apt_packages"] == ours


# -- Reproducible ---------------------------------------------------------------------------------


def different(one: Path, two: Path) -> list[str]:
    """Return the files that only one of two folders has, or that are not the same in both."""
    first, second = files(one), files(two)
    return sorted(name for name in first | second if first.get(name) != second.get(name))


def test_two_builds_make_the_same_site(built: Copy) -> None:
    """The copy was built from nothing, in another folder, time zone and order of hashes, later."""
    assert different(ROOT / "_build" / "html", built.folder / "_build" / "html") == []


def test_two_builds_make_the_same_book(books: Path, built: Copy, tmp_path: Path) -> None:
    """One commit gives one e-book, whose files have the date of the commit."""
    date = built.variables["SOURCE_DATE_EPOCH"]
    build = Copy(ROOT, SOURCE_DATE_EPOCH=date).build("epub", tmp_path)
    assert build.code == 0, build.output
    one, two = (folder / "conv1x1.epub" for folder in (tmp_path, books / "epub"))
    assert one.read_bytes() == two.read_bytes()


def test_two_builds_make_the_same_package(dist: Path, built: Copy, tmp_path: Path) -> None:
    """One commit gives one wheel and one archive of its sources."""
    date = built.variables["SOURCE_DATE_EPOCH"]
    other = Copy.of_the_site(tmp_path / "another" / "conv1x1", SOURCE_DATE_EPOCH=date)
    build = other.run("make", "dist")
    assert build.code == 0, build.output
    assert different(dist, other.folder / "dist") == []
    assert [Path(name).suffix for name in files(dist)] == [".whl", ".gz"]


def test_the_date_of_a_build_is_that_of_its_commit(tmp_path: Path) -> None:
    """The Makefile asks git, and leaves the clock alone where there is no commit."""
    (tmp_path / "Makefile").write_text(f"{MAKEFILE}\nshow: ; @echo $$SOURCE_DATE_EPOCH\n")
    ask = ["make", "--no-print-directory", "show"]
    environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}

    def run(*command: str, **more: str) -> str:
        end = subprocess.run(
            command, cwd=tmp_path, env=environment | more, capture_output=True, text=True
        )
        assert end.returncode == 0, end.stderr
        return end.stdout.strip()

    assert run(*ask) == ""
    run("git", "init", "--quiet")
    run("git", "add", "Makefile")
    who = ["-c", "user.name=A", "-c", "user.email=a@b.example"]
    run("git", *who, "commit", "-qm", "One", GIT_COMMITTER_DATE="@1600000000 +0000")
    assert run(*ask) == "1600000000"
    assert run(*ask, SOURCE_DATE_EPOCH="5") == "5"


# -- The package ----------------------------------------------------------------------------------


def test_the_wheel_works_alone(alone: Path, tmp_path: Path) -> None:
    """In an environment of its own the wheel brings what it needs, and its examples run."""
    run = run_alone(alone, "-W", "error", "-c", RUN_EXAMPLES, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    where, failed, tried = run.stdout.split()
    assert str(alone.parents[1]) in where
    assert (failed, int(tried) > 90) == ("0", True)


RUN_EXAMPLES = """
import doctest, importlib, pkgutil
import conv1x1

names = [module.name for module in pkgutil.iter_modules(conv1x1.__path__)]
modules = [conv1x1] + [importlib.import_module(f"conv1x1.{name}") for name in names]
results = [doctest.testmod(module) for module in modules]
print(conv1x1.__file__, sum(r.failed for r in results), sum(r.attempted for r in results))
"""


def test_the_version_has_one_place() -> None:
    """The citation, the newest entry of the changelog and the package tell the same version."""
    citation = read_yaml(ROOT / "CITATION.cff")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert citation["version"] == conv1x1.__version__
    assert re.findall(r"^## (\S+?),? ", changelog, re.MULTILINE)[0] == conv1x1.__version__


# -- Contributing ---------------------------------------------------------------------------------

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def advised() -> list[str]:
    """Return the commands of CONTRIBUTING.md, in order."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```$", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for line in "".join(blocks).splitlines()]
    assert len(lines) > 8
    return lines


def test_commands_in_sentences_exist() -> None:
    """What the documents call a command of the Makefile is one."""
    for name in ("CONTRIBUTING.md", "README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = re.findall(r"(?:`|^ *)make ([a-z-]+)", text, re.MULTILINE)
        assert named
        assert [target for target in named if target not in TARGETS] == []


def test_every_command_of_the_contributing_guide_runs(copy: Copy) -> None:
    """They run in its order; the page that they make passes, and so do the hooks on a commit."""
    who = ["-c", "user.name=A", "-c", "user.email=a@b.example"]
    for git in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "-m", "One"]):
        assert copy.run("git", *git).code == 0
    for command in advised():
        if command in ("make check", "make test", "make lint"):
            continue  # the first two run the tests, of which this is one, and the hooks the third
        if command.startswith("cp "):
            page = command.split("/")[-1].removesuffix(".md")
            assert copy.run(*command.split()).code == 0
            copy.edit("docs/index.md", "why-1x1\n", f"why-1x1\n{page}\n")
            continue
        build = copy.run("env", "OFFLINE=1", *command.split())
        assert build.code == 0, f"{command}: {build.output}"
        if command == "git diff":
            assert "my-page.md" in build.output
    assert "my-page" in copy.html("index")
    run = copy.run(
        *(".venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("tests/test_site.py", "-k", "my-page or table_of_contents"),
    )
    assert run.code == 0, run.output
    assert int(re.search(r"(\d+) passed", run.output)[1]) >= 15
    # The hooks need no network, and look at a page and at a module.
    copy.append("conv1x1/cost.py", "\n\n# Changed.\n")
    assert copy.run("git", "add", "--all").code == 0
    commit = copy.run("git", *who, "commit", "-m", "Two")
    assert commit.code == 0, commit.output
    assert commit.output.count("Passed") == 3


def test_the_template_is_no_page() -> None:
    """The template of a page is not published."""
    assert not list((ROOT / "_build" / "html").rglob("page.*"))
    assert (ROOT / "docs" / "_templates" / "page.md").is_file()
