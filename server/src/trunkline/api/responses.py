"""An answer, ready to send, and the envelope that every refusal comes in (CONTRACT §2)."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.errors import (
    BodyTooLarge,
    ChatLeft,
    HandleBlocked,
    InternalError,
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    MentionOutsideGroup,
    MethodNotAllowed,
    MissingField,
    NoSuchMessage,
    NotAGroup,
    NotFound,
    NotReady,
    NotYourLine,
    OptedOut,
    TooManyRequests,
    TrunklineError,
    Unauthorized,
)

ERRORS_PATH = "/docs/errors"
JSON = b"application/json"

KINDS: tuple[type[TrunklineError], ...] = (
    MissingField,
    InvalidPhoneNumber,
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    Unauthorized,
    NotYourLine,
    OptedOut,
    HandleBlocked,
    NotFound,
    NoSuchMessage,
    MethodNotAllowed,
    NotAGroup,
    ChatLeft,
    MentionOutsideGroup,
    BodyTooLarge,
    TooManyRequests,
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
    """What went wrong."""

    status: Annotated[int, Meta(description="The HTTP status of the response.")]
    code: Annotated[int, Meta(description="The stable code of what went wrong: branch on this one.")]
    message: Annotated[str, Meta(description="Which value it was and what would be right, for a person to read.")]
    doc_url: Annotated[str, Meta(description="Where the code is explained.", extra_json_schema={"format": "uri"})]
    retry_after: Annotated[
        int | UnsetType, Meta(description="Seconds to wait before the next attempt; only where that is known.")
    ] = UNSET


class Envelope(msgspec.Struct):
    """The body of every error."""

    success: Annotated[bool, Meta(description="Always `false`.", extra_json_schema={"const": False})]
    error: ErrorBody
    trace_id: Annotated[str, Meta(description="The same as the header `X-Trace-ID`.", pattern="^[0-9a-f]{32}$")]


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
    if isinstance(error, TooManyRequests):
        body.retry_after = error.retry_after
        headers.append((b"retry-after", str(error.retry_after).encode()))
    return Response(error.status, headers, _encode(Envelope(False, body, trace_id)))
