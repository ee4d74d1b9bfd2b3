# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.messages import AsyncMessagesResource
from linq._async.resources.messages import AsyncMessagesWithRawResponse as AsyncMessagesResourceWithRawResponse
from linq._async.resources.messages import (
    AsyncMessagesWithStreamingResponse as AsyncMessagesResourceWithStreamingResponse,
)
from linq._sync.resources.messages import MessagesResource
from linq._sync.resources.messages import MessagesWithRawResponse as MessagesResourceWithRawResponse
from linq._sync.resources.messages import MessagesWithStreamingResponse as MessagesResourceWithStreamingResponse

__all__ = [
    "AsyncMessagesResource",
    "AsyncMessagesResourceWithRawResponse",
    "AsyncMessagesResourceWithStreamingResponse",
    "MessagesResource",
    "MessagesResourceWithRawResponse",
    "MessagesResourceWithStreamingResponse",
]
