# Generated from _requests/messages.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.messages``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import pagination, types
from linq._async.resource import AsyncResource, of_pages, raw, streaming
from linq._lazy import importing
from linq._requests import messages as requests
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from linq._async._runtime import AsyncPaginator
    from linq._async.base_client import AsyncBaseClient
    from linq._async.resources.message_poll import (
        AsyncMessagePollResource,
        AsyncMessagePollWithRawResponse,
        AsyncMessagePollWithStreamingResponse,
    )
    from linq._types import Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes
    from linq.pagination import AsyncListMessagesPagination
    from linq.types import (
        Message,
        MessageAddReactionResponse,
        MessageContentParam,
        MessageCreateResponse,
        MessageInclude,
        ReactionType,
    )
    from linq.types.params import ContinuationMessage, Placement


class AsyncMessagesResource(AsyncResource):
    """``client.messages``: messages by their id, in any chat."""

    @property
    def poll(self) -> AsyncMessagePollResource:
        with importing:
            from linq._async.resources.message_poll import AsyncMessagePollResource  # noqa: PLC0415

        return AsyncMessagePollResource(self._client)

    @property
    def with_raw_response(self) -> AsyncMessagesWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncMessagesWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncMessagesWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncMessagesWithStreamingResponse(self._client)

    async def create(
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
        """Send a message, from the line that the service chooses (``POST /v3/messages``).

        The message goes to the chat with these recipients if there is one, or to a new chat on the best line.

        :param message: the message: ``{"parts": [{"type": "text", "value": "Hello"}]}``
        :param to: the recipients, each in E.164 or as an email address; two or more make a group
        :param continuation_message: the message to send instead if a new chat replaces one whose line is flagged
        :param exclude_from: lines, in E.164, on which no new chat may begin
        :param override_optout: True sends even if the recipient has opted out
        :param idempotency_key: a second request with the same key sends nothing, and returns the first result
        """
        return await self._client.transport.send(
            requests.create(
                message=message,
                to=to,
                continuation_message=continuation_message,
                exclude_from=exclude_from,
                override_optout=override_optout,
                idempotency_key=idempotency_key,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def retrieve(
        self,
        message_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> Message:
        """Get a message by its id (``GET /v3/messages/{id}``)."""
        return await self._client.transport.send(
            requests.retrieve(
                message_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    async def update(
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
        """Edit the text of a message that you sent (``PATCH /v3/messages/{id}``).

        :param part_index: the part of the message to edit, counted from 0; the default is the first
        """
        return await self._client.transport.send(
            requests.update(
                message_id,
                text=text,
                part_index=part_index,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def delete(
        self,
        message_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Delete a message from the service; its recipients keep it (``DELETE /v3/messages/{id}``)."""
        return await self._client.transport.send(
            requests.delete(
                message_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    async def add_reaction(
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
        """Add a reaction to a message, or remove yours (``POST /v3/messages/{id}/reactions``).

        :param type: ``love``, ``like``, …; ``custom`` needs ``custom_emoji``; ``sticker`` needs ``emoji``, ``url`` or
            ``attachment_id``, and takes a ``placement``
        :param part_index: the part of the message to react to, counted from 0; the default is the first
        """
        return await self._client.transport.send(
            requests.add_reaction(
                message_id,
                operation=operation,
                type=type,
                attachment_id=attachment_id,
                custom_emoji=custom_emoji,
                emoji=emoji,
                part_index=part_index,
                placement=placement,
                url=url,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def list_messages_thread(
        self,
        message_id: str,
        *,
        cursor: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        order: Literal["asc", "desc"] | Omit = omit,
        include: Sequence[MessageInclude] | str | Omit | None = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> AsyncPaginator[AsyncListMessagesPagination[Message], Message]:
        """List the thread of a message: its first message, and every reply (``GET /v3/messages/{id}/thread``).

        Iterating over the result fetches every page, one request each.

        :param cursor: ``next_cursor`` of an earlier page with the same order, to continue after it
        :param limit: messages per page, 1 to 100
        :param order: ``asc`` starts with the oldest message, ``desc`` with the newest
        :param include: fields to add to each message: ``edit_count``, ``failure_reason``; a list, or a
            comma-separated string. An extension of Trunkline.
        :param prefetch: 1 fetches the next page in the background while you work through this one
        """
        return pagination.AsyncListMessagesPagination[types.Message].paginate(
            self._client.transport,
            requests.list_messages_thread(
                message_id,
                cursor=cursor,
                limit=limit,
                order=order,
                include=include,
                prefetch=prefetch,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            ),
        )


class AsyncMessagesWithRawResponse:
    """``client.messages.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self._client = client
        self.create = raw(client, requests.create)
        self.retrieve = raw(client, requests.retrieve)
        self.update = raw(client, requests.update)
        self.delete = raw(client, requests.delete)
        self.add_reaction = raw(client, requests.add_reaction)
        self.list_messages_thread = raw(
            client,
            of_pages(requests.list_messages_thread, lambda: pagination.AsyncListMessagesPagination[types.Message]),
        )

    @property
    def poll(self) -> AsyncMessagePollWithRawResponse:
        with importing:
            from linq._async.resources.message_poll import AsyncMessagePollWithRawResponse  # noqa: PLC0415

        return AsyncMessagePollWithRawResponse(self._client)


class AsyncMessagesWithStreamingResponse:
    """``client.messages.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self._client = client
        self.create = streaming(client, requests.create)
        self.retrieve = streaming(client, requests.retrieve)
        self.update = streaming(client, requests.update)
        self.delete = streaming(client, requests.delete)
        self.add_reaction = streaming(client, requests.add_reaction)
        self.list_messages_thread = streaming(
            client,
            of_pages(requests.list_messages_thread, lambda: pagination.AsyncListMessagesPagination[types.Message]),
        )

    @property
    def poll(self) -> AsyncMessagePollWithStreamingResponse:
        with importing:
            from linq._async.resources.message_poll import AsyncMessagePollWithStreamingResponse  # noqa: PLC0415

        return AsyncMessagePollWithStreamingResponse(self._client)
