"""A static host for a browser to read the built site from."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

#: Milliseconds until something will not happen in a browser, on a machine however busy.
PATIENCE = 120_000


class _Host(SimpleHTTPRequestHandler):
    """What GitHub Pages and its like do: gzip for text, ten minutes in the browser's cache.

    What is asked for with ``?slowly`` stops after the first row of its first table, as it may on a
    slow network, until ``/go`` is asked for. With ``?slowly-bare`` no column has its width.
    """

    protocol_version = "HTTP/1.1"

    go = Event()

    def do_GET(self) -> None:
        if self.path == "/go":
            self.go.set()
            self.send_response(204)
            self.end_headers()
            return
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Cache-Control", "max-age=600")
        query = urlsplit(self.path).query
        slowly = query.startswith("slowly")
        if query == "slowly-bare":
            body = re.sub(rb'<th style="[^"]*"', b"<th", body)
        if not slowly and path.suffix in {".css", ".html", ".js", ".svg", ".txt"}:
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if slowly:
            half = body.index(b"</tr>", body.index(b"<tbody")) + len(b"</tr>")
            self.wfile.write(body[:half])
            self.go.wait(PATIENCE / 1000)
            self.go.clear()
            body = body[half:]
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder, and give the address, without a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Host, directory=str(folder))) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
