"""A proxy that loses responses: the request takes effect, and the client gets no response."""

import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OWN = {"host", "connection", "transfer-encoding", "content-length"}
"""Headers of one connection."""


class Losing:
    """A proxy in front of a service. ``lost`` is how many of the next responses to POST it loses; it counts down."""

    def __init__(self, url: str) -> None:
        self.lost = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(*self._forward(None))

            def do_POST(self) -> None:
                answer = self._forward(self.rfile.read(int(self.headers["content-length"])))
                if proxy.lost:
                    proxy.lost -= 1
                    self.close_connection = True
                    return
                self._answer(*answer)

            def _forward(self, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
                asked = urllib.request.Request(url + self.path, body, headers, method=self.command)  # noqa: S310
                try:
                    with urllib.request.urlopen(asked, timeout=10) as response:  # noqa: S310 - our own server
                        return response.status, dict(response.headers), response.read()
                except urllib.error.HTTPError as error:
                    with error:
                        return error.code, dict(error.headers), error.read()

            def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers.items():
                    if name.lower() not in OWN:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begins to forward."""
        self._thread.start()

    def stop(self) -> None:
        """Stops forwarding."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def losing(url: str) -> Generator[Losing]:
    """A proxy in front of the service at ``url``, until the end of the block."""
    proxy = Losing(url)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
