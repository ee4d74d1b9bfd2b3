"""The responses to changing a group, and to other requests that only confirm."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Accepted(msgspec.Struct):
    """The request was accepted."""

    message: Annotated[str, Meta(description="What was accepted, for a person to read.")]
    status: Annotated[str, Meta(description="`accepted`.")]
    trace_id: Annotated[str, Meta(description="The value of the header `X-Trace-ID`.")]


class ChatUpdated(msgspec.Struct):
    """The group was changed."""

    chat_id: Annotated[str, Meta(description="The id of the group.")]
    status: Annotated[str, Meta(description="`accepted`.")]
