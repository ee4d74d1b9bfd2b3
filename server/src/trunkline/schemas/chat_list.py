"""The list of chats, and the optional fields that ``include=`` appends to a chat.

A document is complete JSON, so its bytes are taken apart: ``render_chat`` puts the id first, and every chat's id is a
UUID of 36 characters.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.paging import Include
from trunkline.schemas.chat import ChatSchema
from trunkline.schemas.fields import ChatId, Count, NextCursor
from trunkline.schemas.message import MessageSchema

_ID = slice(len(b'{"id":"'), len(b'{"id":"') + 36)


class ListedChatSchema(ChatSchema):
    """A chat of the list, with its optional fields."""

    last_message: Annotated[
        MessageSchema | UnsetType | None,
        Meta(description="The newest message; `null` if there is none. Only with `include=last_message`."),
    ] = UNSET
    unread_count: Annotated[
        Count | UnsetType,
        Meta(
            description="The number of received messages that are not marked as read. Only with `include=unread_count`."
        ),
    ] = UNSET
    message_count: Annotated[
        Count | UnsetType,
        Meta(description="The number of stored messages of the chat. Only with `include=message_count`."),
    ] = UNSET


class ChatList(msgspec.Struct):
    """A page of chats."""

    chats: Annotated[
        list[ListedChatSchema],
        Meta(
            description="At most `limit` chats, the most recently updated first; with `updated_since`, in the order of "
            "their changes."
        ),
    ]
    next_cursor: NextCursor
    unmatched: Annotated[
        list[ChatId] | UnsetType,
        Meta(
            description="The ids of chats that have changed and do not match `health`, `service`, `is_group` and `q` "
            "now: remove those that you have. Only with `updated_since` and one of these."
        ),
    ] = UNSET


def chat_id_of(document: bytes) -> str:
    """The id of a stored chat."""
    return document[_ID].decode()


def extend_document(
    document: bytes, include: AbstractSet[Include], last_message: bytes | None, unread_count: int, message_count: int
) -> bytes:
    """The document with the included fields; ``last_message`` is a stored document."""
    values = {
        Include.LAST_MESSAGE: b"null" if last_message is None else last_message,
        Include.UNREAD_COUNT: b"%d" % unread_count,
        Include.MESSAGE_COUNT: b"%d" % message_count,
    }
    fields = [b',"%b":%b' % (name.encode(), value) for name, value in values.items() if name in include]
    return b"".join([document.removesuffix(b"}"), *fields, b"}"])


def render_chat_list(documents: bytes, next_cursor: str | None, unmatched: Sequence[str] | None = None) -> bytes:
    """The body of a page. ``documents`` are joined by commas."""
    cursor = b"null" if next_cursor is None else b'"%b"' % next_cursor.encode()
    if unmatched is None:
        return b'{"chats":[%b],"next_cursor":%b}' % (documents, cursor)
    return b'{"chats":[%b],"next_cursor":%b,"unmatched":%b}' % (documents, cursor, msgspec.json.encode(unmatched))


def with_next_cursor(body: bytes, before: str, after: str) -> bytes:
    """The body of a page with another ``next_cursor``."""
    return b'%b"%b"}' % (body.removesuffix(b'"%b"}' % before.encode()), after.encode())
