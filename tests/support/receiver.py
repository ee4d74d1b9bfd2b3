"""Receivers of webhooks: real servers on sockets, whose responses the test sets."""

import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import msgspec


class Received(msgspec.Struct, frozen=True):
    """A request as it arrived. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        """The id of the event."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        """The body, as JSON."""
        return msgspec.json.decode(self.body)


class Reply(msgspec.Struct, frozen=True):
    """The receiver's response."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b"ok"


Answering: TypeAlias = Callable[[Received], Reply]


class Receiver:
    """Records the requests in order; ``answering`` is called for each, in the request's own thread."""

    def __init__(self, answering: Answering, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.answering = answering
        self.received: list[Received] = []
        self.accepted: list[Received] = []
        """The requests that got a 2xx response, in the order of the responses."""
        self.connections = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def setup(self) -> None:
                receiver.connections += 1
                super().setup()

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # the sender is gone
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.path, headers, body)
                receiver.received.append(received)
                reply = receiver.answering(received)
                if 200 <= reply.status < 300:
                    receiver.accepted.append(received)
                self.send_response_only(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._server = Server((host, port), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # the client may hang up
        self.tls = tls is not None
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook"

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stops responding."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def accept(_: Received) -> Reply:
    """All is well."""
    return Reply()


@contextmanager
def receiving(
    answering: Answering = accept, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Generator[Receiver]:
    """A receiver, until the end of the block."""
    receiver = Receiver(answering, host, port, tls)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()
