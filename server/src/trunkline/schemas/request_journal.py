"""The responses of ``/admin/requests``."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.schemas.bodies import BodyText
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
