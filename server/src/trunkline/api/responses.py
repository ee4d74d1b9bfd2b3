"""A complete response, and the error response (docs/wire.md §2)."""

from collections.abc import AsyncGenerator, Iterable

import msgspec

from trunkline.domain.errors import (
    MethodNotAllowed,
    NotSimulated,
    RangeNotSatisfiable,
    TrunklineError,
    Unauthorized,
)
from trunkline.schemas.errors import Envelope, ErrorBody

ERRORS_PATH = "/docs/errors"
JSON = b"application/json"


class Response(msgspec.Struct, frozen=True, gc=False):
    """A response: status, headers with lower-case names, body. A ``stream`` follows the body, piece by piece.

    One that ``is_cut`` has less of its body than its ``content-length`` says: the server then closes the connection.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    is_cut: bool = False
    stream: AsyncGenerator[bytes] | None = None


_encode = msgspec.json.Encoder().encode


def json_response(body: bytes, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> Response:
    """A response with a JSON body."""
    return Response(status, [(b"content-type", JSON), *headers], body)


def no_content() -> Response:
    """204."""
    return Response(204, [], b"")


def error_response(error: TrunklineError, trace_id: str, doc_base: str) -> Response:
    """An error in its envelope. ``doc_base`` is a URL without a trailing slash."""
    body = ErrorBody(error.status, error.code, str(error), f"{doc_base}{ERRORS_PATH}#{error.code}")
    headers: list[tuple[bytes, bytes]] = []
    if isinstance(error, Unauthorized):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", error.allowed.encode()))
    if isinstance(error, RangeNotSatisfiable):
        headers.append((b"content-range", f"bytes */{error.size}".encode()))
    if error.retry_after is not None:
        body.retry_after = error.retry_after
        headers.append((b"retry-after", str(error.retry_after).encode()))
    if isinstance(error, NotSimulated):
        # The public clients retry every 5xx without it.
        headers.append((b"x-should-retry", b"false"))
    return json_response(_encode(Envelope(False, body, trace_id)), error.status, headers)
