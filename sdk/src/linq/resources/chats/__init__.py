# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.resources.chats.chats import (
    AsyncChatsResource,
    AsyncChatsResourceWithRawResponse,
    AsyncChatsResourceWithStreamingResponse,
    ChatsResource,
    ChatsResourceWithRawResponse,
    ChatsResourceWithStreamingResponse,
)
from linq.resources.chats.messages import (
    AsyncMessagesResource,
    AsyncMessagesResourceWithRawResponse,
    AsyncMessagesResourceWithStreamingResponse,
    MessagesResource,
    MessagesResourceWithRawResponse,
    MessagesResourceWithStreamingResponse,
)
from linq.resources.chats.participants import (
    AsyncParticipantsResource,
    AsyncParticipantsResourceWithRawResponse,
    AsyncParticipantsResourceWithStreamingResponse,
    ParticipantsResource,
    ParticipantsResourceWithRawResponse,
    ParticipantsResourceWithStreamingResponse,
)
from linq.resources.chats.polls import (
    AsyncPollsResource,
    AsyncPollsResourceWithRawResponse,
    AsyncPollsResourceWithStreamingResponse,
    PollsResource,
    PollsResourceWithRawResponse,
    PollsResourceWithStreamingResponse,
)
from linq.resources.chats.typing import (
    AsyncTypingResource,
    AsyncTypingResourceWithRawResponse,
    AsyncTypingResourceWithStreamingResponse,
    TypingResource,
    TypingResourceWithRawResponse,
    TypingResourceWithStreamingResponse,
)

__all__ = [
    "AsyncChatsResource",
    "AsyncChatsResourceWithRawResponse",
    "AsyncChatsResourceWithStreamingResponse",
    "AsyncMessagesResource",
    "AsyncMessagesResourceWithRawResponse",
    "AsyncMessagesResourceWithStreamingResponse",
    "AsyncParticipantsResource",
    "AsyncParticipantsResourceWithRawResponse",
    "AsyncParticipantsResourceWithStreamingResponse",
    "AsyncPollsResource",
    "AsyncPollsResourceWithRawResponse",
    "AsyncPollsResourceWithStreamingResponse",
    "AsyncTypingResource",
    "AsyncTypingResourceWithRawResponse",
    "AsyncTypingResourceWithStreamingResponse",
    "ChatsResource",
    "ChatsResourceWithRawResponse",
    "ChatsResourceWithStreamingResponse",
    "MessagesResource",
    "MessagesResourceWithRawResponse",
    "MessagesResourceWithStreamingResponse",
    "ParticipantsResource",
    "ParticipantsResourceWithRawResponse",
    "ParticipantsResourceWithStreamingResponse",
    "PollsResource",
    "PollsResourceWithRawResponse",
    "PollsResourceWithStreamingResponse",
    "TypingResource",
    "TypingResourceWithRawResponse",
    "TypingResourceWithStreamingResponse",
]
