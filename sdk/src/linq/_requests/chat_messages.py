"""``client.chats.messages``: the messages of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import PageRequest, Request, path_to, request
from linq._types import MethodOptions, Omit, omit
from linq.types import chats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linq.types import Message, MessageContentParam, MessageInclude
    from linq.types.chats import MessageSendResponse


def list(
    chat_id: str,
    *,
    cursor: str | Omit | None = omit,
    limit: int | Omit | None = omit,
    include: Sequence[MessageInclude] | str | Omit | None = omit,
    prefetch: int = 0,
    **options: Unpack[MethodOptions],
) -> PageRequest[Message]:
    """List the messages of a chat, newest first (``GET /v3/chats/{id}/messages``).

    Iterating over the result fetches every page, one request each.

    :param cursor: ``next_cursor`` of an earlier page, to continue after it
    :param limit: messages per page, 1 to 100; the server's default is 50
    :param include: fields to add to each message: ``edit_count``, ``failure_reason``; a list, or a
        comma-separated string. An extension of Trunkline.
    :param prefetch: 1 fetches the next page in the background while you work through this one
    """
    query = {"cursor": cursor, "limit": limit, "include": include}
    return request(
        "GET",
        path_to("/v3/chats/{chat_id}/messages", chat_id=chat_id),
        types.Message,
        options,
        query=query,
        prefetch=prefetch,
    )


def send(
    chat_id: str,
    *,
    message: MessageContentParam,
    override_optout: bool | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[MessageSendResponse]:
    """Send a message to a chat (``POST /v3/chats/{id}/messages``).

    :param message: the message: ``{"parts": [{"type": "text", "value": "Hello"}]}``
    :param override_optout: True sends even if the recipient has opted out
    """
    body: dict[str, object] = {"message": message, "override_optout": override_optout}
    return request(
        "POST", path_to("/v3/chats/{chat_id}/messages", chat_id=chat_id), chats.MessageSendResponse, options, body=body
    )
