"""What the pages of a format were made from, beside their sources, when they were last written.

It is known when a build is done, and no sooner, as one that was stopped may have written nothing.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TypeVar

from sphinx.application import Sphinx

T = TypeVar("T")


def exchange(app: Sphinx, name: str, now: T) -> T | None:
    """Return what this format was last made from; once this build is done, that is ``now``."""
    file = Path(app.doctreedir, f"{name}-of-{app.builder.name}.pickle")
    before: T | None = pickle.loads(file.read_bytes()) if file.is_file() else None

    def keep(app: Sphinx, exception: Exception | None) -> None:
        if not exception:
            file.write_bytes(pickle.dumps(now))

    app.connect("build-finished", keep)
    return before
