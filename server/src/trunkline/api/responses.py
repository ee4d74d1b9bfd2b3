"""An answer, ready to send, and the envelope that every refusal comes in (CONTRACT §2)."""

from collections.abc import Iterable

import msgspec

from trunkline.domain.errors import (
    BodyTooLarge,
    InternalError,
    InvalidParameter,
    InvalidPhoneNumber,
    MethodNotAllowed,
    NotFound,
    NotReady,
    NotYourLine,
    TrunklineError,
    Unauthorized,
)

ERRORS_PATH = "/docs/errors"
JSON = b"application/json"

CODES: dict[int, str] = {
    1001: "A required field is missing.",
    1002: "A phone number is not in E.164 format.",
    1003: "The body is not valid.",
    1004: "The content of the message is not valid.",
    1005: "The value of a parameter is not valid.",
    1006: "A direct chat cannot be updated like a group.",
    1007: "Too many requests: try again after the time that Retry-After names.",
    2001: "There is no such chat, or it is not yours.",
    2002: "There is no such message, or it is not yours.",
    2004: "The key is missing, malformed, unknown, revoked or expired.",
    2005: "The resource is not yours.",
    2006: "The line is not yours.",
    2013: "The chat is not available: you have left it.",
    2024: "The recipient has opted out.",
    3006: "Something failed on our side; the trace id finds it in the log.",
}
"""Every code of the API (its public documentation) with its meaning, as the page of errors explains it."""

KINDS: tuple[type[TrunklineError], ...] = (
    InvalidParameter,
    InvalidPhoneNumber,
    Unauthorized,
    NotYourLine,
    NotFound,
    MethodNotAllowed,
    BodyTooLarge,
    InternalError,
    NotReady,
)
"""The refusals that the service gives today."""


class Response(msgspec.Struct, frozen=True):
    """A whole answer: status, headers with lower-case names, body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class ErrorBody(msgspec.Struct):
    """What went wrong: the HTTP status, the stable code, which value it was and what would be right."""

    status: int
    code: int
    message: str
    doc_url: str


class Envelope(msgspec.Struct):
    """The body of every error; ``trace_id`` is the ``X-Trace-ID`` of the response."""

    success: bool
    error: ErrorBody
    trace_id: str


_encode = msgspec.json.Encoder().encode


def answer(body: bytes, content_type: bytes = JSON, headers: Iterable[tuple[bytes, bytes]] = ()) -> Response:
    """200 with a body."""
    return Response(200, [(b"content-type", content_type), *headers], body)


def refusal(error: TrunklineError, trace_id: str, doc_base: str) -> Response:
    """An error as the envelope. ``doc_base`` is a URL without a trailing slash."""
    body = ErrorBody(error.status, error.code, str(error), f"{doc_base}{ERRORS_PATH}#{error.code}")
    headers = [(b"content-type", JSON)]
    if isinstance(error, Unauthorized):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", error.allowed.encode()))
    return Response(error.status, headers, _encode(Envelope(False, body, trace_id)))
