"""A static host for a browser to read the built site from."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

#: Milliseconds until something will not happen in a browser, on a machine however busy.
PATIENCE = 120_000
PIECE, PAUSE = 4096, 0.05  # bytes and seconds


class _Host(SimpleHTTPRequestHandler):
    """What GitHub Pages and its like do: gzip for text, ten minutes in the browser's cache.

    What is asked for with ``?slowly`` comes in pieces, as over a slow network.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Cache-Control", "max-age=600")
        slowly = urlsplit(self.path).query == "slowly"
        if not slowly and path.suffix in {".css", ".html", ".js", ".svg", ".txt"}:
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        size = PIECE if slowly else len(body) or 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            sleep(PAUSE * slowly)

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
