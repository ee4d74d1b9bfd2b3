# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.message_poll import AsyncMessagePollResource as AsyncPollResource
from linq._async.resources.message_poll import AsyncMessagePollWithRawResponse as AsyncPollResourceWithRawResponse
from linq._async.resources.message_poll import (
    AsyncMessagePollWithStreamingResponse as AsyncPollResourceWithStreamingResponse,
)
from linq._sync.resources.message_poll import MessagePollResource as PollResource
from linq._sync.resources.message_poll import MessagePollWithRawResponse as PollResourceWithRawResponse
from linq._sync.resources.message_poll import MessagePollWithStreamingResponse as PollResourceWithStreamingResponse

__all__ = [
    "AsyncPollResource",
    "AsyncPollResourceWithRawResponse",
    "AsyncPollResourceWithStreamingResponse",
    "PollResource",
    "PollResourceWithRawResponse",
    "PollResourceWithStreamingResponse",
]
