"""A chat as the list shows it where ``include`` asks for more: the stored document, with further keys at its end.

Documents are finished JSON, so they are taken apart by their bytes: ``document.render`` puts the id first, and every
chat's id is a UUID of 36 characters.
"""

from collections.abc import Set as AbstractSet
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.document import ChatDocument
from trunkline.domain.listing import Include
from trunkline.domain.message_document import MessageDocument

_Count: TypeAlias = Annotated[int, Meta(ge=0)]

_ID = slice(len(b'{"id":"'), len(b'{"id":"') + 36)


# The service's OpenAPI document quotes these docstrings and descriptions: they are written for callers.
class ListedChatDocument(ChatDocument):
    """A chat of the list, with what `include` asks for."""

    last_message: Annotated[
        MessageDocument | UnsetType | None,
        Meta(description="The newest message; `null` while there is none. Only with `include=last_message`."),
    ] = UNSET
    unread_count: Annotated[
        _Count | UnsetType,
        Meta(
            description="How many of the messages that the chat received are not marked as read. Only with "
            "`include=unread_count`."
        ),
    ] = UNSET
    message_count: Annotated[
        _Count | UnsetType,
        Meta(description="How many messages are kept of the chat. Only with `include=message_count`."),
    ] = UNSET


def chat_id(document: bytes) -> str:
    """The id of a stored chat."""
    return document[_ID].decode()


def extend(
    document: bytes, include: AbstractSet[Include], last_message: bytes | None, unread_count: int, message_count: int
) -> bytes:
    """The document with the keys that ``include`` names; ``last_message`` is a stored document."""
    values = {
        Include.LAST_MESSAGE: b"null" if last_message is None else last_message,
        Include.UNREAD_COUNT: b"%d" % unread_count,
        Include.MESSAGE_COUNT: b"%d" % message_count,
    }
    keys = [b',"%b":%b' % (name.encode(), value) for name, value in values.items() if name in include]
    return b"".join([document.removesuffix(b"}"), *keys, b"}"])
