"""Files on the wire: sending one, or a range of it (RFC 9110 §14).

A file is never interpreted, and never shown as a page: whatever it contains, a browser saves it.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeAlias
from urllib.parse import quote

from trunkline.api.disconnection import disconnected
from trunkline.api.etags import if_none_match, matches
from trunkline.api.operation import Receive, Send
from trunkline.api.responses import Response
from trunkline.domain.attachment import Attachment
from trunkline.domain.errors import RangeNotSatisfiable, TrunklineError, described

Headers: TypeAlias = list[tuple[bytes, bytes]]

IDLE_TIMEOUT = 30.0  # s that a client may accept nothing

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)
_NOT_ASCII_NAME = re.compile(r"[^\x20-\x7e]|[\"\\%]")
_SAFE_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"referrer-policy", b"no-referrer"),
    # A browser may keep a copy, but asks before it uses it, so a deleted file is gone there, too.
    (b"cache-control", b"private, no-cache"),
    (b"accept-ranges", b"bytes"),
]

log = logging.getLogger("trunkline.api")


async def file_response(
    attachment: Attachment,
    headers: Headers,
    read: Callable[[int, int], AsyncGenerator[bytes]],
    *,
    head: bool,
) -> Response:
    """The response to a request for a file, with the ``headers`` of the request: the file, a range of it, or 304.

    Raises ``RangeNotSatisfiable``, or what reading the first piece raises.
    """
    tag = f'"{attachment.id}"'.encode()  # a file never changes
    size = attachment.size_bytes
    described: Headers = [(b"etag", tag), *_SAFE_HEADERS]
    listed = if_none_match(headers)
    if listed is not None and matches(listed, tag):
        return Response(304, described, b"")
    given = dict(headers)
    wanted = None if head else _range(given.get(b"range"), given.get(b"if-range"), tag, size)
    start, stop = wanted or (0, size)
    described += [
        (b"content-type", attachment.content_type.encode()),
        (b"content-disposition", disposition(attachment.filename)),
        (b"content-length", str(stop - start).encode()),
    ]
    if wanted is not None:
        described.append((b"content-range", f"bytes {start}-{stop - 1}/{size}".encode()))
    stream = None if head else await _begun(read(start, stop))
    return Response(200 if wanted is None else 206, described, b"", stream=stream)


def disposition(filename: str) -> bytes:
    """``Content-Disposition`` for a file to be saved under this name (RFC 6266, RFC 8187)."""
    plain = _NOT_ASCII_NAME.sub("_", filename)
    value = f'attachment; filename="{plain}"'
    if plain != filename:
        value += f"; filename*=UTF-8''{quote(filename, safe='')}"
    return value.encode("ascii")


async def send_stream(stream: AsyncGenerator[bytes], receive: Receive, send: Send) -> bool:
    """Sends the pieces of a body whose headers are sent. Returns False if the client accepts nothing any longer.

    If the file cannot be read to its end, the connection is ended, so that the client notices.
    """
    gone = asyncio.ensure_future(disconnected(receive))
    try:
        async with aclosing(stream):
            async for piece in stream:
                if gone.done():
                    return True
                try:
                    async with asyncio.timeout(IDLE_TIMEOUT):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                except TimeoutError:
                    return False
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TrunklineError as error:
        log.warning("a file was not sent to its end: %s", described(error))
    except Exception:
        log.warning("a file was not sent to its end")
        raise
    finally:
        gone.cancel()
        await asyncio.wait([gone])  # raises only if the request itself is cancelled
    return True


async def _begun(stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The same stream, whose first piece is read: if that fails, the response can still be an error."""
    first = await anext(stream, b"")

    async def whole() -> AsyncGenerator[bytes]:
        async with aclosing(stream):
            yield first
            async for piece in stream:
                yield piece

    return whole()


def _range(value: bytes | None, if_range: bytes | None, tag: bytes, size: int) -> tuple[int, int] | None:
    """The requested range ``[start, stop)``; None for the whole file. Raises ``RangeNotSatisfiable``.

    Several ranges, and a form that is unknown, are ignored, as RFC 9110 §14.2 allows.
    """
    if value is None or (if_range is not None and if_range != tag):
        return None
    found = _RANGE.fullmatch(value.decode("latin-1").strip())
    if found is None or found.group(1, 2) == ("", ""):
        return None
    first, last = found.group(1, 2)
    if first == "":
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), size if last == "" else min(int(last) + 1, size)
        if last != "" and int(last) < int(first):
            return None
    if start >= size or start >= stop:
        raise RangeNotSatisfiable(f"'Range' is {value.decode('latin-1')!r}, but the file has {size} bytes", size)
    return start, stop
