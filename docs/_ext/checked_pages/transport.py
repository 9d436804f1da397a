"""How a page's kernel is spoken to: through sockets that are files, or through ports.

A free port that a kernel is told to listen on may be taken by then, so files are better. Windows
has none of these, and the name of one may be no longer than a hundred characters or so, which a
deep temporary folder uses up; then it is ports.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import zmq
from sphinx.application import Sphinx
from traitlets.config import Config

#: A kernel has five sockets; a dash and the number of one of them are added to its address.
_NUMBER = "-5"
#: What the addresses of a build begin with: processes that read pages are forked, and share it.
_BUILD = f"kernel-{uuid4().hex[:8]}-"


def configure() -> Config:
    """Return the settings of a kernel's manager."""
    address = Path(gettempdir(), f"{_BUILD}{uuid4().hex[:8]}")
    if not zmq.has("ipc") or len(os.fsencode(f"{address}{_NUMBER}")) > zmq.IPC_PATH_MAX_LEN:
        return Config({"KernelManager": {"transport": "tcp"}})
    return Config({"KernelManager": {"transport": "ipc", "ip": str(address)}})


def remove_sockets(app: Sphinx, exception: Exception | None) -> None:
    """Remove the files of sockets that are left, as a process that was killed removes none.

    Sphinx ends by force the processes that read pages when one of them fails.
    """
    for file in Path(gettempdir()).glob(f"{_BUILD}*"):
        file.unlink(missing_ok=True)
