"""How a page's kernel is spoken to: through sockets that are files, or through ports.

A free port that a kernel is told to listen on may be taken by then, so files are better. Windows
has none of these, and the name of one may be no longer than a hundred characters or so, which a
deep temporary folder uses up; then it is ports.
"""

from __future__ import annotations

import os
from glob import escape
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import zmq
from traitlets.config import Config

#: A kernel has five sockets; a dash and the number of one of them are added to its address.
_NUMBER = "-5"


def configure() -> Config:
    """Return the settings of a kernel's manager. What a killed kernel leaves behind is removed."""
    address = Path(gettempdir(), f"kernel-{uuid4().hex[:12]}")
    if not zmq.has("ipc") or len(os.fsencode(f"{address}{_NUMBER}")) > zmq.IPC_PATH_MAX_LEN:
        return Config({"KernelManager": {"transport": "tcp"}})
    # At the end of this process, be it one of those that read pages, which atexit passes over.
    Finalize(None, _remove, args=(address,), exitpriority=1)
    return Config({"KernelManager": {"transport": "ipc", "ip": str(address)}})


def _remove(address: Path) -> None:
    """Remove the files of a kernel's sockets, if any are left."""
    for file in address.parent.glob(f"{escape(address.name)}-*"):
        file.unlink(missing_ok=True)
