"""A receiver of webhooks that does nothing but answer. ``GET /`` says how many came and when, and counts anew.

``GET /hold`` lets those that come wait for their answers until ``GET /release``, and counts anew then.

``python -m bench.server.receiver --port …``
"""

import argparse
import asyncio
import re
import time
from typing import cast

import msgspec
import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Arrivals(msgspec.Struct):
    """How many requests came. ``first`` and ``last`` are in seconds, of this process's clock."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0


class Receiver(asyncio.Protocol):
    """One connection."""

    arrivals = Arrivals()
    held: "list[Receiver] | None" = None
    """Those that wait for an answer; None while all get theirs at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._read = b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            head, separator, rest = self._read.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            size = int(length[1]) if length else 0
            if not separator or len(rest) < size:
                return
            self._read = rest[size:]
            if head.startswith(b"GET "):
                self._answer_question(head.split(b" ")[1])
            elif Receiver.held is None:
                self._answer()
            else:
                Receiver.held.append(self)

    def _answer_question(self, path: bytes) -> None:
        arrivals, Receiver.arrivals = Receiver.arrivals, Arrivals()
        if path == b"/hold":
            Receiver.held = []
        elif path == b"/release":
            held, Receiver.held = Receiver.held or [], None
            for each in held:
                if not each._transport.is_closing():  # the sender has given up
                    each._answer()
        body = msgspec.json.encode(arrivals)
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    def _answer(self) -> None:
        now = time.monotonic()
        if not Receiver.arrivals.count:
            Receiver.arrivals.first = now
        Receiver.arrivals.count += 1
        Receiver.arrivals.last = now
        self._transport.write(_OK)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(_serve(parser.parse_args().port))
