"""How a kernel is spoken to: each has sockets of its own, on every machine, and none is left."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import zmq
from checked_pages import transport
from sites import Site, soup

pytest_plugins = ["site_fixtures"]

PLACE = """# Title

```{code-cell}
from ipykernel.connect import get_connection_info
place = get_connection_info(unpack=True)
assert place["transport"]
print(place["transport"], place["ip"])
```
"""
KILLED = """# Title

```{code-cell}
import os
import signal
os.kill(os.getpid(), signal.SIGKILL)
```
"""


def use_temporary_folder(site: Site, length: int) -> Path:
    """Make a build use a temporary folder whose path has this length."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder /= "t" * (length - len(str(folder)) - 1)
    folder.mkdir()
    assert len(str(folder)) == length
    site.configure(f"import tempfile\ntempfile.tempdir = {str(folder)!r}\n")
    return folder


@pytest.mark.parametrize(("length", "kind"), [(70, "ipc"), (90, "tcp")])
def test_two_kernels_speak_in_any_temporary_folder(site: Site, length: int, kind: str) -> None:
    """Sockets are files where their names are short enough, else ports; none is left."""
    folder = use_temporary_folder(site, length)
    for page in ("index", "more"):
        site.notebook(PLACE, page)
    build = site.build("html", "-j2")
    assert (build.code, build.warnings) == (0, [])
    places = [soup(site, p).select_one(".output").text.split() for p in ("index", "more")]
    assert [place[0] for place in places] == [kind, kind]
    assert kind == "tcp" or places[0][1] != places[1][1]
    assert [*folder.glob("kernel-*")] == []


@pytest.mark.parametrize("options", [[], ["-j2"]], ids=["one process", "two"])
def test_a_killed_kernel_leaves_no_file(site: Site, options: list[str]) -> None:
    """The sockets of a kernel that ended by force are removed when the build ends."""
    folder = use_temporary_folder(site, 60)
    for page in ("index", "more", "third"):
        site.notebook(KILLED, page)
    build = site.build("html", *options)
    assert build.code != 0
    assert "Kernel died" in build.output
    assert [*folder.glob("kernel-*")] == []


@pytest.mark.parametrize("has_files", [True, False])
def test_ports_serve_where_files_cannot(monkeypatch: pytest.MonkeyPatch, has_files: bool) -> None:
    """On Windows, which has no sockets in files, a kernel listens on ports."""
    monkeypatch.setattr(zmq, "has", lambda name: has_files)
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    manager = transport.configure()["KernelManager"]
    assert manager["transport"] == ("ipc" if has_files else "tcp")
    assert ("ip" in manager) == has_files


ROOM = zmq.IPC_PATH_MAX_LEN - len("/kernel-12345678-12345678-5")


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/" + "t" * (ROOM - 1), "ipc"),
        ("/" + "t" * ROOM, "tcp"),
        ("/" + "ü" * (ROOM // 2 + 1), "tcp"),  # of two bytes each
        ("/" + "t" * 300, "tcp"),
    ],
)
def test_a_name_has_room_to_the_last_byte(
    monkeypatch: pytest.MonkeyPatch, folder: str, kind: str
) -> None:
    """Bytes are counted, not characters, and the number of a socket with them."""
    monkeypatch.setattr(tempfile, "tempdir", folder)
    assert transport.configure()["KernelManager"]["transport"] == kind
