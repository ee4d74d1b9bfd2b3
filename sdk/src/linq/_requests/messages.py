"""``client.messages``: messages by their id, in any chat."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Literal, Unpack

from linq import types
from linq._request import PageRequest, Request, path_to, request
from linq._types import MethodOptions, Omit, SequenceNotStr, omit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linq.types import (
        Message,
        MessageAddReactionResponse,
        MessageContentParam,
        MessageCreateResponse,
        MessageInclude,
        ReactionType,
    )
    from linq.types.params import ContinuationMessage, Placement


def create(
    *,
    message: MessageContentParam,
    to: SequenceNotStr[str],
    continuation_message: ContinuationMessage | Omit = omit,
    exclude_from: SequenceNotStr[str] | Omit = omit,
    override_optout: bool | Omit = omit,
    idempotency_key: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[MessageCreateResponse]:
    """Send a message, from the line that the service chooses (``POST /v3/messages``).

    The message goes to the chat with these recipients if there is one, or to a new chat on the best line.

    :param message: the message: ``{"parts": [{"type": "text", "value": "Hello"}]}``
    :param to: the recipients, each in E.164 or as an email address; two or more make a group
    :param continuation_message: the message to send instead if a new chat replaces one whose line is flagged
    :param exclude_from: lines, in E.164, on which no new chat may begin
    :param override_optout: True sends even if the recipient has opted out
    :param idempotency_key: a second request with the same key sends nothing, and returns the first result
    """
    body: dict[str, object] = {
        "message": message,
        "to": to,
        "continuation_message": continuation_message,
        "exclude_from": exclude_from,
        "override_optout": override_optout,
    }
    return request(
        "POST", "/v3/messages", types.MessageCreateResponse, options, body=body, idempotency_key=idempotency_key
    )


def retrieve(message_id: str, **options: Unpack[MethodOptions]) -> Request[Message]:
    """Get a message by its id (``GET /v3/messages/{id}``)."""
    return request("GET", path_to("/v3/messages/{message_id}", message_id=message_id), types.Message, options)


def update(
    message_id: str,
    *,
    text: str,
    part_index: int | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[Message]:
    """Edit the text of a message that you sent (``PATCH /v3/messages/{id}``).

    :param part_index: the part of the message to edit, counted from 0; the default is the first
    """
    body: dict[str, object] = {"text": text, "part_index": part_index}
    return request(
        "PATCH", path_to("/v3/messages/{message_id}", message_id=message_id), types.Message, options, body=body
    )


def delete(message_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Delete a message from the service; its recipients keep it (``DELETE /v3/messages/{id}``)."""
    return request("DELETE", path_to("/v3/messages/{message_id}", message_id=message_id), NoneType, options)


def add_reaction(
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
    **options: Unpack[MethodOptions],
) -> Request[MessageAddReactionResponse]:
    """Add a reaction to a message, or remove yours (``POST /v3/messages/{id}/reactions``).

    :param type: ``love``, ``like``, …; ``custom`` needs ``custom_emoji``; ``sticker`` needs ``emoji``, ``url`` or
        ``attachment_id``, and takes a ``placement``
    :param part_index: the part of the message to react to, counted from 0; the default is the first
    """
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
    return request(
        "POST",
        path_to("/v3/messages/{message_id}/reactions", message_id=message_id),
        types.MessageAddReactionResponse,
        options,
        body=body,
    )


def list_messages_thread(
    message_id: str,
    *,
    cursor: str | Omit | None = omit,
    limit: int | Omit | None = omit,
    order: Literal["asc", "desc"] | Omit = omit,
    include: Sequence[MessageInclude] | str | Omit | None = omit,
    prefetch: int = 0,
    **options: Unpack[MethodOptions],
) -> PageRequest[Message]:
    """List the thread of a message: its first message, and every reply (``GET /v3/messages/{id}/thread``).

    Iterating over the result fetches every page, one request each.

    :param cursor: ``next_cursor`` of an earlier page with the same order, to continue after it
    :param limit: messages per page, 1 to 100
    :param order: ``asc`` starts with the oldest message, ``desc`` with the newest
    :param include: fields to add to each message: ``edit_count``, ``failure_reason``; a list, or a
        comma-separated string. An extension of Trunkline.
    :param prefetch: 1 fetches the next page in the background while you work through this one
    """
    query = {"cursor": cursor, "limit": limit, "order": order, "include": include}
    return request(
        "GET",
        path_to("/v3/messages/{message_id}/thread", message_id=message_id),
        types.Message,
        options,
        query=query,
        prefetch=prefetch,
    )
