"""A Content-Security-Policy in each page: only this site's own files, and scripts known by hash.

Hosts such as Pages set no headers, so that the policy stands in a ``<meta>``, ahead of all that it
rules. The few scripts inside a page are listed by the hashes of their text: one that is slipped in
does not run. Styles may be inline, as the drawings and the mathematics of a page use them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from sphinx.application import Sphinx

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_POLICY = re.compile(r'\s*<meta http-equiv="Content-Security-Policy"[^>]*>')


def policy_of(html: str) -> str:
    """Return the policy that a page satisfies, and nothing wider."""
    hashes = {
        b64encode(sha256(script["code"].encode()).digest()).decode()
        for script in _SCRIPT.finditer(html)
        # A script with a source is a file of the site; one with data is not run.
        if " src=" not in script["attributes"] and "json" not in script["attributes"]
    }
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in sorted(hashes))])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'"
    )


def write_policies(app: Sphinx, pages: dict[Path, str]) -> None:
    """Write the policy into each page, whose scripts are final."""
    for path, text in pages.items():
        text = _POLICY.sub("", text)
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy_of(text)}" />'
        pages[path] = re.sub(r"(<meta charset=[^>]*>)", rf"\1\n    {meta}", text, count=1)


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("website.finish")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
