# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.chats import AsyncChatsResource
from linq._async.resources.chats import AsyncChatsWithRawResponse as AsyncChatsResourceWithRawResponse
from linq._async.resources.chats import AsyncChatsWithStreamingResponse as AsyncChatsResourceWithStreamingResponse
from linq._sync.resources.chats import ChatsResource
from linq._sync.resources.chats import ChatsWithRawResponse as ChatsResourceWithRawResponse
from linq._sync.resources.chats import ChatsWithStreamingResponse as ChatsResourceWithStreamingResponse

__all__ = [
    "AsyncChatsResource",
    "AsyncChatsResourceWithRawResponse",
    "AsyncChatsResourceWithStreamingResponse",
    "ChatsResource",
    "ChatsResourceWithRawResponse",
    "ChatsResourceWithStreamingResponse",
]
