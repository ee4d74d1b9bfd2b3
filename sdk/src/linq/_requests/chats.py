"""``client.chats``: the conversations of your lines."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import PageRequest, Request, path_to, request
from linq._types import MethodOptions, Omit, SequenceNotStr, omit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

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


def create(
    *,
    from_: str,
    message: MessageContentParam,
    to: SequenceNotStr[str],
    override_optout: bool | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[ChatCreateResponse]:
    """Send a message to these recipients, in their chat with this line or in a new one (``POST /v3/chats``).

    :param from_: your line to send from, in E.164
    :param message: the message: ``{"parts": [{"type": "text", "value": "Hello"}]}``
    :param to: the recipients, each in E.164 or as an email address; two or more make a group
    :param override_optout: True sends even if the recipient has opted out
    """
    body: dict[str, object] = {"from": from_, "message": message, "to": to, "override_optout": override_optout}
    return request("POST", "/v3/chats", types.ChatCreateResponse, options, body=body)


def retrieve(chat_id: str, **options: Unpack[MethodOptions]) -> Request[Chat]:
    """Get a chat by its id (``GET /v3/chats/{id}``)."""
    return request("GET", path_to("/v3/chats/{chat_id}", chat_id=chat_id), types.Chat, options)


def update(
    chat_id: str,
    *,
    display_name: str | Omit = omit,
    group_chat_icon: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[ChatUpdateResponse]:
    """Change the name or the icon of a group (``PUT /v3/chats/{id}``).

    :param group_chat_icon: the URL of an image
    """
    body: dict[str, object] = {"display_name": display_name, "group_chat_icon": group_chat_icon}
    return request("PUT", path_to("/v3/chats/{chat_id}", chat_id=chat_id), types.ChatUpdateResponse, options, body=body)


def leave_chat(chat_id: str, **options: Unpack[MethodOptions]) -> Request[ChatLeaveChatResponse]:
    """Remove your line from a group (``POST /v3/chats/{id}/leave``)."""
    return request("POST", path_to("/v3/chats/{chat_id}/leave", chat_id=chat_id), types.ChatLeaveChatResponse, options)


def mark_as_read(chat_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Mark the chat as read, and send read receipts (``POST /v3/chats/{id}/read``)."""
    return request("POST", path_to("/v3/chats/{chat_id}/read", chat_id=chat_id), NoneType, options)


def share_contact_card(chat_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Share the contact card of your line with the recipients (``POST /v3/chats/{id}/share_contact_card``)."""
    return request("POST", path_to("/v3/chats/{chat_id}/share_contact_card", chat_id=chat_id), NoneType, options)


def send_voicememo(
    chat_id: str,
    *,
    attachment_id: str | Omit = omit,
    override_optout: bool | Omit = omit,
    voice_memo_url: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[ChatSendVoicememoResponse]:
    """Send a voice memo, which recipients play in the chat (``POST /v3/chats/{id}/voicememo``).

    Takes an ``attachment_id`` or a ``voice_memo_url``: MP3, M4A, AAC, CAF, WAV, AIFF or AMR.

    :param attachment_id: an attachment whose file is uploaded
    :param override_optout: True sends even if the recipient has opted out
    :param voice_memo_url: a public https URL
    """
    body: dict[str, object] = {
        "attachment_id": attachment_id,
        "override_optout": override_optout,
        "voice_memo_url": voice_memo_url,
    }
    path = path_to("/v3/chats/{chat_id}/voicememo", chat_id=chat_id)
    return request("POST", path, types.ChatSendVoicememoResponse, options, body=body)


def list_chats(
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
    **options: Unpack[MethodOptions],
) -> PageRequest[Chat]:
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
    query = {
        "cursor": cursor,
        "from": from_,
        "limit": limit,
        "to": to,
        "updated_since": updated_since,
        "wait": wait,
        "include": include,
        "health": health,
        "service": service,
        "is_group": is_group,
        "q": q,
        "sort": sort,
    }
    seconds = wait if isinstance(wait, int) else 0
    return request("GET", "/v3/chats", types.Chat, options, query=query, wait=seconds, prefetch=prefetch)
