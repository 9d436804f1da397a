"""Another project takes the checks as the page about them says: as a folder, or as a package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sites import EXTENSIONS, HEADER, ROOT

PAGE = (ROOT / "docs" / "expected-outputs.md").read_text(encoding="utf-8")


def stranger(folder: Path, conf: str, path: Path, expected: str) -> tuple[int, str]:
    """Build a project that has nothing of this site but the checks."""
    (folder / "conf.py").write_text(conf, encoding="utf-8")
    cell = f"```{{code-cell}}\n1 + 1\n```\n\n```{{expected}}\n{expected}\n```\n"
    (folder / "index.md").write_text(f"{HEADER}# Title\n\n{cell}", encoding="utf-8")
    build = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ".", "../built"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return build.returncode, build.stdout


@pytest.mark.parametrize("way", ["folder", "package"])
def test_a_stranger_takes_the_checks(tmp_path: Path, way: str) -> None:
    """Either way that the page names finds a wrong expectation in another project."""
    conf = next(b for b in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "extensions" in b)
    (folder := tmp_path / "project").mkdir()
    packages = tmp_path / "packages"
    if way == "folder":
        assert "copy the folder `docs/_ext/checked_pages`" in PAGE
        shutil.copytree(EXTENSIONS / "checked_pages", folder / "docs/_ext/checked_pages")
        packages.mkdir()
    else:
        assert "`pip install ./docs/_ext`" in PAGE
        source = shutil.copytree(EXTENSIONS, tmp_path / "clone")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "build",
                "--wheel",
                "--no-isolation",
                "--outdir",
                tmp_path,
                source,
            ],
            check=True,
            capture_output=True,
        )
        (wheel,) = tmp_path.glob("checked_pages-*.whl")
        shutil.unpack_archive(wheel, packages, "zip")
        conf = "".join(line for line in conf.splitlines(True) if "sys.path" not in line)
    code, output = stranger(folder, f"import sys\n{conf}", packages, "3")
    assert code != 0
    assert re.search(r"index\.md:\d+: .*the cell shows something else", output)
    code, output = stranger(folder, f"import sys\n{conf}", packages, "2")
    assert (code, output) == (0, ""), output
