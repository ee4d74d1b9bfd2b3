# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.resources.messages.messages import (
    AsyncMessagesResource,
    AsyncMessagesResourceWithRawResponse,
    AsyncMessagesResourceWithStreamingResponse,
    MessagesResource,
    MessagesResourceWithRawResponse,
    MessagesResourceWithStreamingResponse,
)
from linq.resources.messages.poll import (
    AsyncPollResource,
    AsyncPollResourceWithRawResponse,
    AsyncPollResourceWithStreamingResponse,
    PollResource,
    PollResourceWithRawResponse,
    PollResourceWithStreamingResponse,
)

__all__ = [
    "AsyncMessagesResource",
    "AsyncMessagesResourceWithRawResponse",
    "AsyncMessagesResourceWithStreamingResponse",
    "AsyncPollResource",
    "AsyncPollResourceWithRawResponse",
    "AsyncPollResourceWithStreamingResponse",
    "MessagesResource",
    "MessagesResourceWithRawResponse",
    "MessagesResourceWithStreamingResponse",
    "PollResource",
    "PollResourceWithRawResponse",
    "PollResourceWithStreamingResponse",
]
