"""The envelope of every error (docs/wire.md §2)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.schemas.fields import Url


class ErrorBody(msgspec.Struct):
    """What went wrong."""

    status: Annotated[int, Meta(description="The HTTP status of the response.")]
    code: Annotated[int, Meta(description="The stable error code. Branch on it.")]
    message: Annotated[str, Meta(description="The invalid value and a valid one, for people to read.")]
    doc_url: Annotated[Url, Meta(description="The page that explains the code.")]
    retry_after: Annotated[
        int | UnsetType, Meta(description="Seconds to wait before the next attempt; present only if that is known.")
    ] = UNSET


class Envelope(msgspec.Struct):
    """The body of every error."""

    success: Annotated[bool, Meta(description="Always `false`.", extra_json_schema={"const": False})]
    error: ErrorBody
    trace_id: Annotated[str, Meta(description="The value of the header `X-Trace-ID`.", pattern="^[0-9a-f]{32}$")]
