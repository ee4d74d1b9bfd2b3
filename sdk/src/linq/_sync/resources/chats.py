# Generated from _async/resources/chats.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.chats``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from linq import pagination, types
from linq._request import call_for, path_to
from linq._sync import resources
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes, omit

if TYPE_CHECKING:
    from linq._sync._runtime import SyncListChatsPagination
    from linq._sync.client import LinqAPIV3
    from linq._sync.resources import (
        ChatMessagesResource,
        ChatMessagesWithRawResponse,
        ChatMessagesWithStreamingResponse,
        ParticipantsResource,
        ParticipantsWithRawResponse,
        ParticipantsWithStreamingResponse,
        TypingResource,
        TypingWithRawResponse,
        TypingWithStreamingResponse,
    )
    from linq.types import Chat, ChatCreateResponse, ChatLeaveChatResponse, ChatUpdateResponse, MessageContentParam


class ChatsResource(Resource):
    """``client.chats``: conversations."""

    @property
    def messages(self) -> ChatMessagesResource:
        return resources.ChatMessagesResource(self._client, self._form)

    @property
    def participants(self) -> ParticipantsResource:
        return resources.ParticipantsResource(self._client, self._form)

    @property
    def typing(self) -> TypingResource:
        return resources.TypingResource(self._client, self._form)

    @property
    def with_raw_response(self) -> ChatsWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return ChatsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> ChatsWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return ChatsWithStreamingResponse(self._client)

    def create(
        self,
        *,
        from_: str,
        message: MessageContentParam,
        to: SequenceNotStr[str],
        override_optout: bool | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ChatCreateResponse:
        """Find or make the chat of this line and these recipients, and send a message into it (``POST /v3/chats``).

        :param from_: the line of yours to send from, in E.164
        :param message: what to send: ``{"parts": [{"type": "text", "value": "Hello"}]}``
        :param to: everybody else, each in E.164 or as an e-mail address; more than one make a group
        :param override_optout: send although the recipient asked not to be written to
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"from": from_, "message": message, "to": to, "override_optout": override_optout}
        call = call_for("POST", "/v3/chats", *extras, body=body)
        return self._answer(call, types.ChatCreateResponse)

    def retrieve(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> Chat:
        """One chat (``GET /v3/chats/{id}``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", path_to("/v3/chats/{chat_id}", chat_id=chat_id), *extras)
        return self._answer(call, types.Chat)

    def update(
        self,
        chat_id: str,
        *,
        display_name: str | Omit = omit,
        group_chat_icon: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ChatUpdateResponse:
        """Rename a group, or give it another picture (``PUT /v3/chats/{id}``).

        :param group_chat_icon: the picture's URL
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"display_name": display_name, "group_chat_icon": group_chat_icon}
        call = call_for("PUT", path_to("/v3/chats/{chat_id}", chat_id=chat_id), *extras, body=body)
        return self._answer(call, types.ChatUpdateResponse)

    def leave_chat(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ChatLeaveChatResponse:
        """Take your line out of a group (``POST /v3/chats/{id}/leave``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("POST", path_to("/v3/chats/{chat_id}/leave", chat_id=chat_id), *extras)
        return self._answer(call, types.ChatLeaveChatResponse)

    def mark_as_read(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Tell the other side that you have read everything (``POST /v3/chats/{id}/read``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("POST", path_to("/v3/chats/{chat_id}/read", chat_id=chat_id), *extras)
        return self._answer(call, type(None))

    def list_chats(
        self,
        *,
        cursor: str | Omit | None = omit,
        from_: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        to: str | Omit | None = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SyncListChatsPagination[Chat]:
        """List all chats, most recently updated first (seed; ``GET /v3/chats``).

        Iterating over the result walks every page; each page takes one request.

        :param cursor: ``next_cursor`` of an earlier page with the same filters, to go on from there
        :param from_: only chats of this line of yours, in E.164 (``+13343284472``)
        :param limit: chats per page, 1 to 100; the server's default is 20
        :param to: only chats in which this handle takes part: E.164, or an e-mail address
        :param prefetch: 1 fetches the next page in the background while you work through this one
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        query = {"cursor": cursor, "from": from_, "limit": limit, "to": to}
        call = call_for("GET", "/v3/chats", *extras, query=query)
        return cast(
            "SyncListChatsPagination[Chat]", self._list(call, pagination.SyncListChatsPagination[types.Chat], prefetch)
        )


class ChatsWithRawResponse:
    """``client.chats.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        self._client = client
        resource = ChatsResource(client, "raw")
        self.create = raw(resource.create)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)
        self.leave_chat = raw(resource.leave_chat)
        self.mark_as_read = raw(resource.mark_as_read)
        self.list_chats = raw(resource.list_chats)

    @property
    def messages(self) -> ChatMessagesWithRawResponse:
        return resources.ChatMessagesWithRawResponse(self._client)

    @property
    def participants(self) -> ParticipantsWithRawResponse:
        return resources.ParticipantsWithRawResponse(self._client)

    @property
    def typing(self) -> TypingWithRawResponse:
        return resources.TypingWithRawResponse(self._client)


class ChatsWithStreamingResponse:
    """``client.chats.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        self._client = client
        resource = ChatsResource(client, "streamed")
        self.create = streamed(resource.create)
        self.retrieve = streamed(resource.retrieve)
        self.update = streamed(resource.update)
        self.leave_chat = streamed(resource.leave_chat)
        self.mark_as_read = streamed(resource.mark_as_read)
        self.list_chats = streamed(resource.list_chats)

    @property
    def messages(self) -> ChatMessagesWithStreamingResponse:
        return resources.ChatMessagesWithStreamingResponse(self._client)

    @property
    def participants(self) -> ParticipantsWithStreamingResponse:
        return resources.ParticipantsWithStreamingResponse(self._client)

    @property
    def typing(self) -> TypingWithStreamingResponse:
        return resources.TypingWithStreamingResponse(self._client)
