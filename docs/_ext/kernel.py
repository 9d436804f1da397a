"""How each page's kernel is started: encrypted, in one thread, and the same in every build."""

from __future__ import annotations

import os
from functools import partialmethod

from myst_nb.core.execute.inline import ModifiedNotebookClient
from sphinx.application import Sphinx
from traitlets.config import Config

# Without this the kernel warns, in every build, that it listens in plain text. MyST-NB hands no
# configuration on to the client, so it is given here.
_CONFIG = Config({"KernelManager": {"transport_encryption": "auto"}})


def setup(app: Sphinx) -> dict[str, bool]:
    ModifiedNotebookClient.__init__ = partialmethod(ModifiedNotebookClient.__init__, config=_CONFIG)
    # Two pages are read at the same time, so one thread each; text hashes never vary.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("PYTHONHASHSEED", "0")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
