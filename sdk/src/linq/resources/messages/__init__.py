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

__all__ = [
    "AsyncMessagesResource",
    "AsyncMessagesResourceWithRawResponse",
    "AsyncMessagesResourceWithStreamingResponse",
    "MessagesResource",
    "MessagesResourceWithRawResponse",
    "MessagesResourceWithStreamingResponse",
]
