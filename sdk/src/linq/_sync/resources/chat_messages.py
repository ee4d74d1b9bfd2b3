# Generated from _async/resources/chat_messages.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.chats.messages``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import pagination, types
from linq._requests import chat_messages as requests
from linq._sync.resource import Resource, of_pages, raw, streaming
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Omit, Query, TimeoutTypes
    from linq.pagination import SyncListMessagesPagination
    from linq.types import Message, MessageContentParam, MessageInclude
    from linq.types.chats import MessageSendResponse


class ChatMessagesResource(Resource):
    """``client.chats.messages``: the messages of a chat."""

    @property
    def with_raw_response(self) -> ChatMessagesWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return ChatMessagesWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> ChatMessagesWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return ChatMessagesWithStreamingResponse(self._client)

    def list(
        self,
        chat_id: str,
        *,
        cursor: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        include: Sequence[MessageInclude] | str | Omit | None = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SyncListMessagesPagination[Message]:
        """List the messages of a chat, newest first (``GET /v3/chats/{id}/messages``).

        Iterating over the result fetches every page, one request each.

        :param cursor: ``next_cursor`` of an earlier page, to continue after it
        :param limit: messages per page, 1 to 100; the server's default is 50
        :param include: fields to add to each message: ``edit_count``, ``failure_reason``; a list, or a
            comma-separated string. An extension of Trunkline.
        :param prefetch: 1 fetches the next page in the background while you work through this one
        """
        return pagination.SyncListMessagesPagination[types.Message].paginate(
            self._client.transport,
            requests.list(
                chat_id,
                cursor=cursor,
                limit=limit,
                include=include,
                prefetch=prefetch,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            ),
        )

    def send(
        self,
        chat_id: str,
        *,
        message: MessageContentParam,
        override_optout: bool | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> MessageSendResponse:
        """Send a message to a chat (``POST /v3/chats/{id}/messages``).

        :param message: the message: ``{"parts": [{"type": "text", "value": "Hello"}]}``
        :param override_optout: True sends even if the recipient has opted out
        """
        return self._client.transport.send(
            requests.send(
                chat_id,
                message=message,
                override_optout=override_optout,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class ChatMessagesWithRawResponse:
    """``client.chats.messages.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = raw(client, of_pages(requests.list, lambda: pagination.SyncListMessagesPagination[types.Message]))
        self.send = raw(client, requests.send)


class ChatMessagesWithStreamingResponse:
    """``client.chats.messages.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = streaming(
            client, of_pages(requests.list, lambda: pagination.SyncListMessagesPagination[types.Message])
        )
        self.send = streaming(client, requests.send)
