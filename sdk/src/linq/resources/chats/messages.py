# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.chat_messages import AsyncChatMessagesResource as AsyncMessagesResource
from linq._async.resources.chat_messages import AsyncChatMessagesWithRawResponse as AsyncMessagesResourceWithRawResponse
from linq._async.resources.chat_messages import (
    AsyncChatMessagesWithStreamingResponse as AsyncMessagesResourceWithStreamingResponse,
)
from linq._sync.resources.chat_messages import ChatMessagesResource as MessagesResource
from linq._sync.resources.chat_messages import ChatMessagesWithRawResponse as MessagesResourceWithRawResponse
from linq._sync.resources.chat_messages import (
    ChatMessagesWithStreamingResponse as MessagesResourceWithStreamingResponse,
)

__all__ = [
    "AsyncMessagesResource",
    "AsyncMessagesResourceWithRawResponse",
    "AsyncMessagesResourceWithStreamingResponse",
    "MessagesResource",
    "MessagesResourceWithRawResponse",
    "MessagesResourceWithStreamingResponse",
]
