"""Interprets a row of an Apple Messages database. Pure.

* Dates count from 2001-01-01T00:00:00Z: nanoseconds since macOS 10.13, seconds before.
* In a text, each U+FFFC stands for the next file; the text between them is divided into parts.
* ``associated_message_type`` 2000 to 2006 adds a reaction to a message, 3000 to 3006 removes it. A person has at most
  one reaction to a part. Its target is ``p:PART/GUID``, ``bp:GUID`` or the GUID alone.
* ``thread_originator_guid`` is the first message of a thread; ``thread_originator_part`` begins with the part of it.
"""

import os
from collections.abc import Sequence
from posixpath import basename

import msgspec

from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import DeliveryStatus, ReactionType
from trunkline.sources.base import ArchivedReaction, ArchivedReply, Attachment, with_subject
from trunkline.sources.imessage.edited import edited_text
from trunkline.sources.imessage.schema import AttachmentRow, ContentRow
from trunkline.sources.imessage.typedstream import text_of

REACTIONS = range(2000, 4000)
"""The values of ``associated_message_type`` that are reactions."""
POLL_VOTES = range(4000, 5000)
"""Those that are votes in a poll."""

_REMOVED = 3000
_KINDS = {
    0: ReactionType.LOVE,
    1: ReactionType.LIKE,
    2: ReactionType.DISLIKE,
    3: ReactionType.LAUGH,
    4: ReactionType.EMPHASIZE,
    5: ReactionType.QUESTION,
    6: ReactionType.CUSTOM,
}
_EPOCH: Instant = 978_307_200 * SECOND
"""2001-01-01T00:00:00Z, the epoch of Apple's dates."""
_SECONDS_END = 100_000_000_000
"""Smaller dates are seconds (up to the year 5169), larger ones nanoseconds (from 100 s after the epoch)."""
_FILE_MARK = "\ufffc"
_PREVIEW = ".pluginpayloadattachment"
"""The suffix of files that are previews of links, which the sender did not attach."""


class Tapback(msgspec.Struct, frozen=True):
    """A reaction that was added or removed; ``sender`` is None for the line."""

    at: Instant
    sender: str | None
    type: int
    target: str
    emoji: bytes | None


def instant_of(date: int | None) -> Instant | None:
    """An Apple date as an instant; None if it is absent."""
    if date is None or date <= 0:
        return None
    return _EPOCH + (date * SECOND if date < _SECONDS_END else date // 1000)


def status_of(content: ContentRow, *, from_me: bool) -> DeliveryStatus:
    """The delivery status of a message. A received message counts as read unless it says otherwise."""
    if not from_me:
        return DeliveryStatus.RECEIVED if content.is_read == 0 else DeliveryStatus.READ
    if content.error:
        return DeliveryStatus.FAILED
    if instant_of(content.date_read) is not None:
        return DeliveryStatus.READ
    delivered = content.is_delivered or instant_of(content.date_delivered) is not None
    return DeliveryStatus.DELIVERED if delivered else DeliveryStatus.SENT


def is_unsent(content: ContentRow) -> bool:
    """Whether the sender took a message back, and no text is left."""
    if (content.date_retracted or 0) > 0:
        return True
    was_changed = (content.date_edited or 0) > 0 or edited_text(content.summary).unsent
    return was_changed and _text(content) is None


def parts_of(content: ContentRow, files: Sequence[AttachmentRow]) -> tuple[str | Attachment, ...]:
    """The texts and files of a message, in order. A subject is the first line of the first text."""
    parts: list[str | Attachment] = []
    attachments = iter([_attachment(file) for file in files if not _is_preview(file)])
    for index, run in enumerate((_text(content) or "").split(_FILE_MARK)):
        attachment = next(attachments, None) if index else None
        if attachment is not None:
            parts.append(attachment)
        if run.strip():
            parts.append(run)
    return with_subject(_decoded(content.subject), [*parts, *attachments])


def reply_to_of(content: ContentRow) -> ArchivedReply | None:
    """The message to which a message replies."""
    if not content.thread_originator_guid:
        return None
    return ArchivedReply(
        content.thread_originator_guid, _number((content.thread_originator_part or "").partition(":")[0])
    )


def is_known_kind(tapback: int) -> bool:
    """Whether a type of tapback is a reaction of the API; the others are stickers."""
    return tapback % 1000 in _KINDS


def current_reactions(tapbacks: Sequence[Tapback], parts: int) -> tuple[ArchivedReaction, ...]:
    """The reactions of known kinds that remain of all that were added and removed, for a number of parts."""
    found: dict[tuple[int, str | None], ArchivedReaction] = {}
    for tapback in sorted(tapbacks, key=lambda each: each.at):
        kind = _KINDS[tapback.type % 1000]
        index = tapback.target[2:].partition("/")[0] if tapback.target.startswith("p:") else ""
        part = min(_number(index), parts - 1)
        emoji = _decoded(tapback.emoji) if kind is ReactionType.CUSTOM else None
        reaction = ArchivedReaction(tapback.sender, kind, part, emoji)
        key = (part, tapback.sender)
        if tapback.type < _REMOVED:
            found.pop(key, None)
            found[key] = reaction
        elif found.get(key) == reaction:
            del found[key]
    return tuple(found.values())


def _text(content: ContentRow) -> str | None:
    if content.text:
        return content.text.decode(errors="replace")
    text = None if content.body is None else text_of(content.body)
    return text or edited_text(content.summary).text


def _attachment(file: AttachmentRow) -> Attachment:
    name = _decoded(file.transfer_name) or basename(_decoded(file.filename) or "")
    location = None if file.filename is None else os.fsdecode(file.filename)
    return Attachment(name or None, _decoded(file.mime_type), max(file.total_bytes or 0, 0), location or None)


def _is_preview(file: AttachmentRow) -> bool:
    names = (_decoded(file.transfer_name), _decoded(file.filename))
    return bool(file.hide_attachment) or any((name or "").lower().endswith(_PREVIEW) for name in names)


def _decoded(value: bytes | None) -> str | None:
    return value.decode(errors="replace") if value else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
