"""An event whose message was deleted: the same event without what the message said.

Id, type, times, chat, participants and message id stay, so a subscriber still gets every event, in order.
"""

from typing import Any

import msgspec

from trunkline.schemas.chat import mark_doc_base, unmark_doc_base
from trunkline.schemas.documents import unmark_files


class _Message(msgspec.Struct):
    id: str


class _Data(msgspec.Struct):
    id: str | None = None
    message_id: str | None = None
    message: _Message | None = None


class _Body(msgspec.Struct):
    data: _Data


_decode_ids = msgspec.json.Decoder(_Body).decode


def without_content(body: bytes) -> bytes:
    """The stored body of an event, without texts, files, options of polls, and custom emoji."""
    event: dict[str, Any] = msgspec.json.decode(unmark_doc_base(unmark_files(body)))
    data = event["data"]
    # Messages, in each version; edits; polls, and the options that are added to one; reactions.
    content: list[tuple[dict[str, Any] | None, str, Any]] = [
        (data, "parts", []),
        (data.get("message"), "parts", []),
        (data.get("part"), "text", ""),
        (data.get("poll"), "options", []),
        (data, "added_options", []),
        (data, "custom_emoji", None),
    ]
    for owner, field, empty in content:
        if owner is not None and field in owner:
            owner[field] = empty
    return mark_doc_base(msgspec.json.encode(event))


def message_of(body: bytes) -> str | None:
    """The message that a stored event of a message, a poll or a reaction is about."""
    data = _decode_ids(unmark_doc_base(unmark_files(body))).data
    return data.message_id or (data.message.id if data.message else data.id)
