"""Setting up: what is installed is what is locked, whatever has been published since.

A registry of small stand-ins has each locked package as the lock names it, with the dependencies
and extras of the real one, and a newer release that breaks. It has nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sites import ROOT

LOCKS = ["docs", "tests"]
#: Those of Python 3.11.0, of Debian 12, of Python 3.11.7, the first that knows a locked extra
#: again, and the locked one.
PIPS = ["22.3", "23.0.1", "23.2.1", "24.0", "26.3"]
NEWER = "99999"


def locked(lock: str) -> list[Requirement]:
    """Return what a lock names."""
    text = (ROOT / lock / "requirements.txt").read_text(encoding="utf-8")
    found = [Requirement(line) for line in re.findall(r"^(\S+==.*?) *\\$", text, re.MULTILINE)]
    assert len(found) > 100
    return found


def versions(requirements: list[Requirement]) -> dict[str, str]:
    """Return the versions of what is asked for on this machine, by name."""
    return {
        canonicalize_name(r.name): str(r.specifier).removeprefix("==")
        for r in requirements
        if r.marker is None or r.marker.evaluate()
    }


@dataclass(frozen=True)
class Registry:
    """A folder that pip takes for an index, and the two locks with the hashes of what is in it."""

    folder: Path

    def lock(self, name: str) -> Path:
        """Return a lock."""
        return self.folder / f"{name}.txt"

    @property
    def environment(self) -> dict[str, str]:
        """Variables that name this registry, in place of what the machine's settings say."""
        others = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        ours = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": (self.folder / "simple").as_uri()}
        return {**others, **ours, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1"}


def stand_in(folder: Path, name: str, version: str, needs: list[str], code: str) -> Path:
    """Write a wheel with one module."""
    module = canonicalize_name(name).replace("-", "_")
    info = f"{module}-{version}.dist-info"
    wheel = folder / f"{module}-{version}-py3-none-any.whl"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *needs]
    files = {
        f"{module}.py": code,
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)
    return wheel


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Return a registry in which every locked package also has a newer release."""
    folder = tmp_path_factory.mktemp("registry")
    needs = {
        canonicalize_name(found.metadata["Name"]): [
            *(f"Requires-Dist: {r}" for r in found.requires or []),
            *(f"Provides-Extra: {e}" for e in found.metadata.get_all("Provides-Extra") or []),
        ]
        for found in distributions()
    }
    hashes: dict[str, str] = {}
    for requirement in {str(r): r for lock in LOCKS for r in locked(lock)}.values():
        name, version = canonicalize_name(requirement.name), str(requirement.specifier)[2:]
        pages = folder / "simple" / name
        pages.mkdir(parents=True, exist_ok=True)
        real = stand_in(pages, name, version, needs.get(name, []), "")
        stand_in(pages, name, NEWER, needs.get(name, []), "raise ImportError('too new')\n")
        hashes[f"{name}=={version}"] = hashlib.sha256(real.read_bytes()).hexdigest()
        links = "".join(f'<a href="{w.name}">{w.name}</a>\n' for w in pages.glob("*.whl"))
        (pages / "index.html").write_text(f"<!DOCTYPE html>\n<title>Links</title>\n{links}")
    assert {name.split("==")[0] for name in hashes} >= {"coverage", "sphinx", "pip"}
    assert "Provides-Extra: toml" in needs["coverage"]
    for lock in LOCKS:
        lines = [
            f"{r} --hash=sha256:{hashes[f'{canonicalize_name(r.name)}{r.specifier}']}"
            for r in locked(lock)
        ]
        (folder / f"{lock}.txt").write_text("\n".join(lines) + "\n")
    return Registry(folder)


@pytest.fixture(scope="module", params=PIPS)
def pip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pip that stands in no environment, so that it may install another one."""
    folder = tmp_path_factory.mktemp("pip")
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries=0"]
    end = subprocess.run(
        [*download, f"--dest={folder}", f"pip=={request.param}"], capture_output=True, text=True
    )
    if end.returncode != 0:
        hint = f"pip {request.param} can't be downloaded: needs a network"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{hint}\n{end.stderr}")
        pytest.skip(hint)
    (wheel,) = folder.glob("pip-*.whl")
    # From within its wheel it would be translated anew each time. Without what says that it is
    # there, no environment has it.
    with zipfile.ZipFile(wheel) as archive:
        code = [name for name in archive.namelist() if name.startswith("pip/")]
        archive.extractall(folder / wheel.stem, code)
    return folder / wheel.stem / "pip"


def install(environment: Path, pip: Path, registry: Registry, options: str) -> str:
    """Install into an environment, which is made where there is none; return what pip wrote."""
    if not environment.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    end = subprocess.run(
        [environment / "bin" / "python", pip, "install", *options.split()],
        env=registry.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return "" if end.returncode == 0 else end.stdout


def installed(environment: Path) -> dict[str, str]:
    """Return the versions of what is in an environment."""
    (packages,) = environment.glob("lib/python*/site-packages")
    return {
        canonicalize_name(found.metadata["Name"]): found.version
        for found in distributions(path=[str(packages)])
    }


def makefile_options() -> str:
    """Return how the Makefile installs a lock."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (options,) = re.findall(r"^INSTALL := \S+/python -m pip install (.*)$", makefile, re.MULTILINE)
    return str(options)


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_installed_is_what_is_locked(
    pip: Path, registry: Registry, tmp_path: Path, lock: str
) -> None:
    """Every pip takes what a lock names, and nothing else."""
    report = tmp_path / "report.json"
    options = f"{makefile_options()} -r {registry.lock(lock)} --dry-run --report {report}"
    assert install(tmp_path / "new", pip, registry, options) == ""
    taken = json.loads(report.read_text(encoding="utf-8"))["install"]
    metadata = [package["metadata"] for package in taken]
    found = {canonicalize_name(package["name"]): package["version"] for package in metadata}
    assert found == versions(locked(lock))


def test_a_pip_that_looks_for_more_fails(pip: Path, registry: Registry, tmp_path: Path) -> None:
    """Without `--no-deps`, a pip before 24 takes an extra for something that is not pinned."""
    old = f"--quiet --require-hashes -r {registry.lock('tests')} --dry-run"
    output = install(tmp_path / "new", pip, registry, old)
    if int(pip.parent.name.split("-")[1].split(".")[0]) < 24:
        assert "all requirements must have their versions pinned with ==" in output
        assert f"-{NEWER}-py3-none-any.whl" in output
    else:
        assert output == ""


def test_the_registry_offers_newer_releases(pip: Path, registry: Registry, tmp_path: Path) -> None:
    """A package whose version nobody names comes in the newest, and one that is not there fails."""
    assert install(tmp_path / "new", pip, registry, "--quiet --no-deps alabaster") == ""
    assert installed(tmp_path / "new") == {"alabaster": NEWER}
    output = install(tmp_path / "new", pip, registry, "--quiet --no-deps conv1x1")
    assert "No matching distribution found for conv1x1" in output


def test_the_makefile_installs_in_one_way() -> None:
    """Each call of pip names a lock with hashes, the package in this folder, or constraints."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    calls = re.findall(r"pip install (.*)$", makefile, re.MULTILINE)
    assert len(calls) == 4
    for call in calls:
        safe = "--no-deps" in call and ("--require-hashes" in call or "--editable ." in call)
        assert safe or "-c $(ARRAYS)/constraints.txt" in call, call
    assert makefile.count("@$(INSTALL) -r ") == len(LOCKS)


@pytest.mark.parametrize("name", ["debugpy.public_api", "sphinx.domains.cpp", "_pytest.fixtures"])
def test_what_is_installed_is_compiled(name: str) -> None:
    """What each kernel and each build imports has byte code, which they do not write."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.cached is not None
    assert Path(spec.cached).is_file()
