# Generated from _async/resources/messages.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.messages``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from linq import pagination, types
from linq._request import call_for, path_to
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes, omit

if TYPE_CHECKING:
    from linq._sync._runtime import SyncListMessagesPagination
    from linq._sync.client import LinqAPIV3
    from linq.types import Message, MessageAddReactionResponse, MessageContentParam, MessageCreateResponse, ReactionType
    from linq.types.params import ContinuationMessage, Placement


class MessagesResource(Resource):
    """``client.messages``: single messages, whichever chat they are in."""

    @property
    def with_raw_response(self) -> MessagesWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return MessagesWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> MessagesWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return MessagesWithStreamingResponse(self._client)

    def create(
        self,
        *,
        message: MessageContentParam,
        to: SequenceNotStr[str],
        continuation_message: ContinuationMessage | Omit = omit,
        exclude_from: SequenceNotStr[str] | Omit = omit,
        override_optout: bool | Omit = omit,
        idempotency_key: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> MessageCreateResponse:
        """Send a message and leave it to the server from which line of yours (``POST /v3/messages``).

        It goes into the chat of these recipients where there is one, else into a new one on the best line.

        :param message: what to send: ``{"parts": [{"type": "text", "value": "Hello"}]}``
        :param to: everybody else, each in E.164 or as an e-mail address; more than one make a group
        :param continuation_message: what to say instead in a new chat that takes the place of one whose line is flagged
        :param exclude_from: lines, in E.164, that no new chat may begin on
        :param override_optout: send although the recipient asked not to be written to
        :param idempotency_key: the same key again does not send again, it gives the first answer
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {
            "message": message,
            "to": to,
            "continuation_message": continuation_message,
            "exclude_from": exclude_from,
            "override_optout": override_optout,
        }
        call = call_for("POST", "/v3/messages", *extras, body=body, idempotency_key=idempotency_key)
        return self._answer(call, types.MessageCreateResponse)

    def retrieve(
        self,
        message_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> Message:
        """One message (``GET /v3/messages/{id}``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", path_to("/v3/messages/{message_id}", message_id=message_id), *extras)
        return self._answer(call, types.Message)

    def update(
        self,
        message_id: str,
        *,
        text: str,
        part_index: int | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> Message:
        """Write a text anew that you sent (``PATCH /v3/messages/{id}``).

        :param part_index: which part of the message, from 0; the first unless given
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"text": text, "part_index": part_index}
        call = call_for("PATCH", path_to("/v3/messages/{message_id}", message_id=message_id), *extras, body=body)
        return self._answer(call, types.Message)

    def delete(
        self,
        message_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Delete a message from the API; the other side keeps it (``DELETE /v3/messages/{id}``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("DELETE", path_to("/v3/messages/{message_id}", message_id=message_id), *extras)
        return self._answer(call, type(None))

    def add_reaction(
        self,
        message_id: str,
        *,
        operation: Literal["add", "remove"],
        type: ReactionType,
        attachment_id: str | Omit = omit,
        custom_emoji: str | Omit = omit,
        emoji: str | Omit = omit,
        part_index: int | Omit = omit,
        placement: Placement | Omit = omit,
        url: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> MessageAddReactionResponse:
        """Add a reaction to a message, or take yours away (``POST /v3/messages/{id}/reactions``).

        :param type: ``love``, ``like``, … ; ``custom`` with ``custom_emoji``; ``sticker`` with ``emoji``, ``url`` or
            ``attachment_id``, and a ``placement`` if you like
        :param part_index: which part of the message, from 0; the first unless given
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {
            "operation": operation,
            "type": type,
            "attachment_id": attachment_id,
            "custom_emoji": custom_emoji,
            "emoji": emoji,
            "part_index": part_index,
            "placement": placement,
            "url": url,
        }
        call = call_for(
            "POST", path_to("/v3/messages/{message_id}/reactions", message_id=message_id), *extras, body=body
        )
        return self._answer(call, types.MessageAddReactionResponse)

    def list_messages_thread(
        self,
        message_id: str,
        *,
        cursor: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        order: Literal["asc", "desc"] | Omit = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SyncListMessagesPagination[Message]:
        """The thread that a message is in: what began it, and all replies (``GET /v3/messages/{id}/thread``).

        Iterating over the result walks every page; each page takes one request.

        :param cursor: ``next_cursor`` of an earlier page with the same order, to go on from there
        :param limit: messages per page, 1 to 100
        :param order: ``asc`` begins with the oldest, ``desc`` with the newest
        :param prefetch: 1 fetches the next page in the background while you work through this one
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        query = {"cursor": cursor, "limit": limit, "order": order}
        call = call_for("GET", path_to("/v3/messages/{message_id}/thread", message_id=message_id), *extras, query=query)
        return cast(
            "SyncListMessagesPagination[Message]",
            self._list(call, pagination.SyncListMessagesPagination[types.Message], prefetch),
        )


class MessagesWithRawResponse:
    """``client.messages.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = MessagesResource(client, "raw")
        self.create = raw(resource.create)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)
        self.delete = raw(resource.delete)
        self.add_reaction = raw(resource.add_reaction)
        self.list_messages_thread = raw(resource.list_messages_thread)


class MessagesWithStreamingResponse:
    """``client.messages.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = MessagesResource(client, "streamed")
        self.create = streamed(resource.create)
        self.retrieve = streamed(resource.retrieve)
        self.update = streamed(resource.update)
        self.delete = streamed(resource.delete)
        self.add_reaction = streamed(resource.add_reaction)
        self.list_messages_thread = streamed(resource.list_messages_thread)
