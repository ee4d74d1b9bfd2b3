"""A small upstream over real sockets. The test decides every response."""

import json
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from trunkline.sources.mirror.upstream import Upstream

Respond: TypeAlias = Callable[[str, str | None], tuple[int, Any]]
"""From a path and a cursor to a status and a body."""


@asynccontextmanager
async def upstream(respond: Respond) -> AsyncGenerator[Upstream]:
    """An upstream whose responses ``respond`` decides."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            status, body = respond(target.path, parse_qs(target.query).get("cursor", [None])[0])
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        async with Upstream(f"http://127.0.0.1:{server.server_port}", "tk_secret") as source:
            yield source
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
