# Generated from _async/resources/chats.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.chats``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import pagination, types
from linq._lazy import importing
from linq._requests import chats as requests
from linq._sync.follow import FollowableChats
from linq._sync.resource import of_pages, raw, streaming
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from linq._sync.base_client import BaseClient
    from linq._sync.resources.chat_messages import (
        ChatMessagesResource,
        ChatMessagesWithRawResponse,
        ChatMessagesWithStreamingResponse,
    )
    from linq._sync.resources.participants import (
        ParticipantsResource,
        ParticipantsWithRawResponse,
        ParticipantsWithStreamingResponse,
    )
    from linq._sync.resources.polls import (
        PollsResource,
        PollsWithRawResponse,
        PollsWithStreamingResponse,
    )
    from linq._sync.resources.typing import (
        TypingResource,
        TypingWithRawResponse,
        TypingWithStreamingResponse,
    )
    from linq._types import Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes
    from linq.pagination import SyncListChatsPagination
    from linq.types import (
        Chat,
        ChatCreateResponse,
        ChatHealth,
        ChatInclude,
        ChatLeaveChatResponse,
        ChatSendVoicememoResponse,
        ChatUpdateResponse,
        MessageContentParam,
    )
    from linq.types.shared import ServiceType


class ChatsResource(FollowableChats):
    """``client.chats``: the conversations of your lines."""

    @property
    def messages(self) -> ChatMessagesResource:
        with importing:
            from linq._sync.resources.chat_messages import ChatMessagesResource  # noqa: PLC0415

        return ChatMessagesResource(self._client)

    @property
    def participants(self) -> ParticipantsResource:
        with importing:
            from linq._sync.resources.participants import ParticipantsResource  # noqa: PLC0415

        return ParticipantsResource(self._client)

    @property
    def polls(self) -> PollsResource:
        with importing:
            from linq._sync.resources.polls import PollsResource  # noqa: PLC0415

        return PollsResource(self._client)

    @property
    def typing(self) -> TypingResource:
        with importing:
            from linq._sync.resources.typing import TypingResource  # noqa: PLC0415

        return TypingResource(self._client)

    @property
    def with_raw_response(self) -> ChatsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return ChatsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> ChatsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
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
        """Send a message to these recipients, in their chat with this line or in a new one (``POST /v3/chats``).

        :param from_: your line to send from, in E.164
        :param message: the message: ``{"parts": [{"type": "text", "value": "Hello"}]}``
        :param to: the recipients, each in E.164 or as an email address; two or more make a group
        :param override_optout: True sends even if the recipient has opted out
        """
        return self._client.transport.send(
            requests.create(
                from_=from_,
                message=message,
                to=to,
                override_optout=override_optout,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def retrieve(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> Chat:
        """Get a chat by its id (``GET /v3/chats/{id}``)."""
        return self._client.transport.send(
            requests.retrieve(
                chat_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

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
        """Change the name or the icon of a group (``PUT /v3/chats/{id}``).

        :param group_chat_icon: the URL of an image
        """
        return self._client.transport.send(
            requests.update(
                chat_id,
                display_name=display_name,
                group_chat_icon=group_chat_icon,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def leave_chat(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ChatLeaveChatResponse:
        """Remove your line from a group (``POST /v3/chats/{id}/leave``)."""
        return self._client.transport.send(
            requests.leave_chat(
                chat_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    def mark_as_read(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Mark the chat as read, and send read receipts (``POST /v3/chats/{id}/read``)."""
        return self._client.transport.send(
            requests.mark_as_read(
                chat_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    def share_contact_card(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Share the contact card of your line with the recipients (``POST /v3/chats/{id}/share_contact_card``)."""
        return self._client.transport.send(
            requests.share_contact_card(
                chat_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    def send_voicememo(
        self,
        chat_id: str,
        *,
        attachment_id: str | Omit = omit,
        override_optout: bool | Omit = omit,
        voice_memo_url: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ChatSendVoicememoResponse:
        """Send a voice memo, which recipients play in the chat (``POST /v3/chats/{id}/voicememo``).

        Takes an ``attachment_id`` or a ``voice_memo_url``: MP3, M4A, AAC, CAF, WAV, AIFF or AMR.

        :param attachment_id: an attachment whose file is uploaded
        :param override_optout: True sends even if the recipient has opted out
        :param voice_memo_url: a public https URL
        """
        return self._client.transport.send(
            requests.send_voicememo(
                chat_id,
                attachment_id=attachment_id,
                override_optout=override_optout,
                voice_memo_url=voice_memo_url,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def list_chats(
        self,
        *,
        cursor: str | Omit | None = omit,
        from_: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        to: str | Omit | None = omit,
        updated_since: str | Omit | None = omit,
        wait: int | Omit | None = omit,
        include: Sequence[ChatInclude] | str | Omit | None = omit,
        health: Sequence[ChatHealth] | str | Omit | None = omit,
        service: ServiceType | Omit | None = omit,
        is_group: bool | Omit | None = omit,
        q: str | Omit | None = omit,
        sort: Literal["updated", "created"] | Omit | None = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SyncListChatsPagination[Chat]:
        """List all chats, most recently updated first (``GET /v3/chats``; docs/wire.md §1).

        Iterating over the result fetches every page, one request each. ``updated_since``, ``wait``, ``include``,
        ``health``, ``service``, ``is_group``, ``q`` and ``sort`` are extensions of Trunkline; others ignore them. To
        receive chats as they change, use ``follow``.

        :param cursor: ``next_cursor`` of an earlier page with the same filters, to continue after it
        :param from_: only chats of this line, in E.164 (``+13343284472``)
        :param limit: chats per page, 1 to 100; the server's default is 20
        :param to: only chats with this participant: E.164, or an email address
        :param updated_since: ``sync_token`` of an earlier page: only chats that changed after it, oldest change first
        :param wait: with ``updated_since``, how long, in seconds (0 to 60), an empty response waits for a change; this
            time is added to the read timeout
        :param include: fields to add to each chat: any of ``last_message``, ``unread_count``, ``message_count``;
            a list, or a comma-separated string
        :param health: only chats with one of these health statuses: any of ``HEALTHY``, ``AT_RISK``, ``CRITICAL``,
            ``OPTED_OUT``; a list, or a comma-separated string. With ``health`` or one of the next four, a page may have
            fewer chats than ``limit``, even none, although there are more
        :param service: only chats with this service
        :param is_group: only groups, or only direct chats
        :param q: only chats with this text in the name or in the handle of a recipient, in any case, with any accents
        :param sort: ``created`` lists the most recently created chats first; the default is ``updated``
        :param prefetch: 1 fetches the next page in the background while you work through this one
        """
        return pagination.SyncListChatsPagination[types.Chat].paginate(
            self._client.transport,
            requests.list_chats(
                cursor=cursor,
                from_=from_,
                limit=limit,
                to=to,
                updated_since=updated_since,
                wait=wait,
                include=include,
                health=health,
                service=service,
                is_group=is_group,
                q=q,
                sort=sort,
                prefetch=prefetch,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            ),
        )


class ChatsWithRawResponse:
    """``client.chats.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self.create = raw(client, requests.create)
        self.retrieve = raw(client, requests.retrieve)
        self.update = raw(client, requests.update)
        self.leave_chat = raw(client, requests.leave_chat)
        self.mark_as_read = raw(client, requests.mark_as_read)
        self.share_contact_card = raw(client, requests.share_contact_card)
        self.send_voicememo = raw(client, requests.send_voicememo)
        self.list_chats = raw(
            client, of_pages(requests.list_chats, lambda: pagination.SyncListChatsPagination[types.Chat])
        )

    @property
    def messages(self) -> ChatMessagesWithRawResponse:
        with importing:
            from linq._sync.resources.chat_messages import ChatMessagesWithRawResponse  # noqa: PLC0415

        return ChatMessagesWithRawResponse(self._client)

    @property
    def participants(self) -> ParticipantsWithRawResponse:
        with importing:
            from linq._sync.resources.participants import ParticipantsWithRawResponse  # noqa: PLC0415

        return ParticipantsWithRawResponse(self._client)

    @property
    def polls(self) -> PollsWithRawResponse:
        with importing:
            from linq._sync.resources.polls import PollsWithRawResponse  # noqa: PLC0415

        return PollsWithRawResponse(self._client)

    @property
    def typing(self) -> TypingWithRawResponse:
        with importing:
            from linq._sync.resources.typing import TypingWithRawResponse  # noqa: PLC0415

        return TypingWithRawResponse(self._client)


class ChatsWithStreamingResponse:
    """``client.chats.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self.create = streaming(client, requests.create)
        self.retrieve = streaming(client, requests.retrieve)
        self.update = streaming(client, requests.update)
        self.leave_chat = streaming(client, requests.leave_chat)
        self.mark_as_read = streaming(client, requests.mark_as_read)
        self.share_contact_card = streaming(client, requests.share_contact_card)
        self.send_voicememo = streaming(client, requests.send_voicememo)
        self.list_chats = streaming(
            client, of_pages(requests.list_chats, lambda: pagination.SyncListChatsPagination[types.Chat])
        )

    @property
    def messages(self) -> ChatMessagesWithStreamingResponse:
        with importing:
            from linq._sync.resources.chat_messages import ChatMessagesWithStreamingResponse  # noqa: PLC0415

        return ChatMessagesWithStreamingResponse(self._client)

    @property
    def participants(self) -> ParticipantsWithStreamingResponse:
        with importing:
            from linq._sync.resources.participants import ParticipantsWithStreamingResponse  # noqa: PLC0415

        return ParticipantsWithStreamingResponse(self._client)

    @property
    def polls(self) -> PollsWithStreamingResponse:
        with importing:
            from linq._sync.resources.polls import PollsWithStreamingResponse  # noqa: PLC0415

        return PollsWithStreamingResponse(self._client)

    @property
    def typing(self) -> TypingWithStreamingResponse:
        with importing:
            from linq._sync.resources.typing import TypingWithStreamingResponse  # noqa: PLC0415

        return TypingWithStreamingResponse(self._client)
