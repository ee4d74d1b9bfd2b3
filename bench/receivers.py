"""Receivers of webhooks, good and bad, in one process: ``python -m bench.receivers --port …``.

The first segment of the path of a target says how it behaves (``BEHAVIOURS``). With ``--record FILE``, each event that
was accepted is a line of the file.
"""

import argparse
import asyncio
import os
import re
import resource
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATIENCE = 3600.0  # s: longer than any measurement


class Arrival(msgspec.Struct, frozen=True):
    """An event that a target accepted. ``chat_id`` and ``message_id`` are None if it has none."""

    target: str
    event_id: str
    type: str
    chat_id: str | None
    message_id: str | None


class _Chat(msgspec.Struct):
    id: str


class _Data(msgspec.Struct):
    id: str | None = None
    chat: _Chat | None = None


class _Event(msgspec.Struct):
    event_id: str
    event_type: str
    data: _Data


async def _ok(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def _error(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


async def _hang(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(_PATIENCE)


async def _cut(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    writer.close()


async def _hints(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" * 64)
        await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\nx\r\n" * 256)
        await writer.drain()


BEHAVIOURS: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "ok": _ok,
    "500": _error,
    "hang": _hang,  # accepts, and never responds
    "cut": _cut,  # closes the connection within the response
    "hints": _hints,  # 103 Early Hints without end
    "drip": _drip,  # a body without end, in chunks of one byte
}


class Receivers:
    """The server. ``record`` is the descriptor of a file that is open for appending, or None."""

    def __init__(self, record: int | None) -> None:
        self._record = record

    async def serve(self, port: int) -> None:
        """Serves until cancelled."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, backlog=1024)
        await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                target = head.split(b" ", 2)[1].decode().lstrip("/").partition("?")[0]
                behaviour = target.partition("/")[0]
                if behaviour == "ok" and self._record is not None:
                    os.write(self._record, msgspec.json.encode(_arrival(target, body)) + b"\n")
                await BEHAVIOURS[behaviour](writer)
        writer.close()


def _arrival(target: str, body: bytes) -> Arrival:
    event = msgspec.json.decode(body, type=_Event)
    chat = event.data.chat
    return Arrival(target, event.event_id, event.event_type, chat.id if chat else None, event.data.id)


def main() -> None:
    """Serves on the port that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--record", default="", help="the file to which accepted events are appended")
    arguments = parser.parse_args()
    raise_file_limit()
    record = os.open(arguments.record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if arguments.record else None
    uvloop.run(Receivers(record).serve(arguments.port))


def raise_file_limit() -> None:
    """Allows this process as many open files as the system does."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
