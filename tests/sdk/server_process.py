"""A real server in its own process: Granian, which speaks HTTP/1.1, and HTTP/2 if TLS has negotiated it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sdk.samples import chat, envelope, page
from tests.support.command import ROOT, stop
from tests.support.reserved_port import reserved_port

HEADERS = [("content-type", "application/json")]
FIRST = json.dumps(page([chat(0), chat(1)], "2")).encode()
LAST = json.dumps(page([chat(2), chat(3)])).encode()
REFUSAL = json.dumps(envelope(400, 1005, "limit must be 1 to 100")).encode()


async def app(scope: Any, protocol: Any) -> None:
    """Serves a list of two pages, and rejects ``limit=0``. ``x-spoken`` is the HTTP version of the request."""
    status, content = 200, LAST if "cursor=2" in scope.query_string else FIRST
    if "limit=0" in scope.query_string:
        status, content = 400, REFUSAL
    protocol.response_bytes(status, [*HEADERS, ("x-spoken", scope.http_version)], content)


@contextmanager
def apart(certificate: Path | None = None) -> Generator[str]:
    """The server, until the end of the block; yields its URL. ``certificate`` is a file that also has the key."""
    tls = [] if certificate is None else ["--ssl-certificate", str(certificate), "--ssl-keyfile", str(certificate)]
    with reserved_port() as port:
        command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(port), *tls, f"{__name__}:app"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_listening(port, process)
            yield f"http://127.0.0.1:{port}" if certificate is None else f"https://localhost:{port}"
        finally:
            stop(process)


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not listen")
