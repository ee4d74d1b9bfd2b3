"""The responses of ``/admin/requests``."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.journal import FIRST_ERROR, JournalEntry, kept_headers, shown
from trunkline.schemas.bodies import BodyText, beginning_text
from trunkline.schemas.fields import NextCursor, Timestamp


class Omitted(StrEnum):
    """Why the journal does not have a body."""

    FILE = "file"
    DELETED_MESSAGE = "deleted_message"


class Transfer(msgspec.Struct):
    """A request or a response as it was transferred."""

    headers: Annotated[dict[str, str], Meta(description="The headers, without the key.")]
    body: Annotated[BodyText | None, Meta(description="The body, cut at 16 kB; `null` if there is none.")]
    omitted: Annotated[
        Omitted | None,
        Meta(
            description="Why there is no body: `file` if it was not JSON, `deleted_message` if a message was deleted "
            "that it may have contained."
        ),
    ]


class JournaledRequest(msgspec.Struct):
    """A request."""

    id: Annotated[str, Meta(description="The id of the request in the journal.")]
    trace_id: Annotated[str, Meta(description="The trace id that its response had.")]
    received_at: Annotated[Timestamp, Meta(description="When it arrived.")]
    duration_ms: Annotated[float, Meta(ge=0, description="How long it took to answer, in milliseconds.")]
    method: Annotated[str, Meta(description="The method.")]
    path: Annotated[str, Meta(description="The path.")]
    query: Annotated[str, Meta(description="The query, encoded; empty if there is none.")]
    status: Annotated[int, Meta(description="The status of the response.")]
    error_code: Annotated[int | None, Meta(description="The code of the error; `null` if it is none.")]
    user_agent: Annotated[str | None, Meta(description="The header `User-Agent`.")]
    idempotency_key: Annotated[str | None, Meta(description="The header `Idempotency-Key`.")]


class JournaledRequestDetails(JournaledRequest):
    """A request, with its headers and bodies."""

    request: Annotated[Transfer, Meta(description="What arrived.")]
    response: Annotated[Transfer, Meta(description="What was answered.")]


class JournaledRequests(msgspec.Struct):
    """A page of requests."""

    is_recording: Annotated[bool, Meta(description="Whether the journal is on. If not, this is what it had before.")]
    requests: Annotated[list[JournaledRequest], Meta(description="The requests, the last answered first.")]
    next_cursor: NextCursor


class _Exchange(msgspec.Struct):
    request: Transfer
    response: Transfer


class _AnyError(msgspec.Struct):
    error: dict[str, msgspec.Raw]


_encode = msgspec.json.Encoder().encode
_exchanges = msgspec.json.Decoder(_Exchange)
_errors = msgspec.json.Decoder(_AnyError)


def exchange_of(entry: JournalEntry) -> str:
    """The headers and bodies of a request and its response, as JSON."""
    return _encode(
        _Exchange(
            _transfer(kept_headers(entry.request_headers), entry.request_body, entry.request_size),
            _transfer(shown(entry.response_headers), entry.response_body, entry.response_size),
        )
    ).decode()


def parse_exchange(exchange: str | None) -> tuple[Transfer, Transfer]:
    """A request and its response; without anything if a message was deleted that they may have contained."""
    if exchange is None:
        forgotten = Transfer({}, None, Omitted.DELETED_MESSAGE)
        return forgotten, forgotten
    parsed = _exchanges.decode(exchange)
    return parsed.request, parsed.response


def error_code_of(entry: JournalEntry) -> int | None:
    """The code of the error in the response; None if it is not one."""
    if entry.status < FIRST_ERROR or not entry.response_body:
        return None
    try:
        return msgspec.json.decode(_errors.decode(entry.response_body).error["code"], type=int)
    except (msgspec.MsgspecError, KeyError):
        return None


def _transfer(headers: dict[str, str], body: bytes | None, size: int) -> Transfer:
    if body is None:
        return Transfer(headers, None, Omitted.FILE)
    return Transfer(headers, beginning_text(body, size) if size else None, None)
