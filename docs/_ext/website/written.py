"""What the pages of an output were made from, beside their sources, when they were last written.

It is known when a build is done, and no sooner, as one that was stopped may have written nothing.
Each format in each folder has its own, as several may be written from the same pages.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TypeVar

from sphinx.application import Sphinx

T = TypeVar("T")


def exchange(app: Sphinx, name: str, now: T) -> T | None:
    """Return what this output was last made from; once this build is done, that is ``now``."""
    file = Path(app.doctreedir, f"{name}.pickle")
    output = (app.builder.name, str(app.outdir))
    before: dict[tuple[str, str], T] = pickle.loads(file.read_bytes()) if file.is_file() else {}

    def keep(app: Sphinx, exception: Exception | None) -> None:
        if not exception:
            file.write_bytes(pickle.dumps(before | {output: now}))

    app.connect("build-finished", keep)
    return before.get(output)
