# Generated from _async/resources/chat_messages.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.chats.messages``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from linq import pagination, types
from linq._request import call_for, path_to
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, TimeoutTypes, omit
from linq.types import chats

if TYPE_CHECKING:
    from linq._sync._runtime import SyncListMessagesPagination
    from linq._sync.client import LinqAPIV3
    from linq.types import Message, MessageContentParam
    from linq.types.chats import MessageSendResponse


class ChatMessagesResource(Resource):
    """``client.chats.messages``: what was said in a chat."""

    @property
    def with_raw_response(self) -> ChatMessagesWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return ChatMessagesWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> ChatMessagesWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return ChatMessagesWithStreamingResponse(self._client)

    def list(
        self,
        chat_id: str,
        *,
        cursor: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SyncListMessagesPagination[Message]:
        """The messages of a chat, newest first (``GET /v3/chats/{id}/messages``).

        Iterating over the result walks every page; each page takes one request.

        :param cursor: ``next_cursor`` of an earlier page, to go on from there
        :param limit: messages per page, 1 to 100
        :param prefetch: 1 fetches the next page in the background while you work through this one
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        query = {"cursor": cursor, "limit": limit}
        call = call_for("GET", path_to("/v3/chats/{chat_id}/messages", chat_id=chat_id), *extras, query=query)
        return cast(
            "SyncListMessagesPagination[Message]",
            self._list(call, pagination.SyncListMessagesPagination[types.Message], prefetch),
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
        """Send a message into a chat (``POST /v3/chats/{id}/messages``).

        :param message: what to send: ``{"parts": [{"type": "text", "value": "Hello"}]}``
        :param override_optout: send although the recipient asked not to be written to
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"message": message, "override_optout": override_optout}
        call = call_for("POST", path_to("/v3/chats/{chat_id}/messages", chat_id=chat_id), *extras, body=body)
        return self._answer(call, chats.MessageSendResponse)


class ChatMessagesWithRawResponse:
    """``client.chats.messages.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = ChatMessagesResource(client, "raw")
        self.list = raw(resource.list)
        self.send = raw(resource.send)


class ChatMessagesWithStreamingResponse:
    """``client.chats.messages.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = ChatMessagesResource(client, "streamed")
        self.list = streamed(resource.list)
        self.send = streamed(resource.send)
