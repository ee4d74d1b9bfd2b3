"""What a row of an Apple Messages database says, apart from where it belongs. Pure.

* Dates count from 2001-01-01T00:00:00Z: nanoseconds since macOS 10.13, seconds before.
* In a text, U+FFFC stands for each file in turn; what is between them are parts of their own.
* ``associated_message_type`` 2000 to 2006 puts a reaction on a message, 3000 to 3006 takes it away. Everybody has one
  reaction to a part at most. Its target is ``p:PART/GUID``, ``bp:GUID`` or the GUID alone.
* ``thread_originator_guid`` is the message that began a thread; ``thread_originator_part`` begins with the part of it.
"""

from collections.abc import Sequence
from posixpath import basename

import msgspec

from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import DeliveryStatus, ReactionType
from trunkline.sources.base import Answered, Attachment, Reacted
from trunkline.sources.chat_schema import AttachmentRow, ContentRow
from trunkline.sources.typedstream import text_of

REACTIONS = range(2000, 4000)
"""The values of ``associated_message_type`` that are no messages."""

_TAKEN_AWAY = 3000
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
"""2001-01-01T00:00:00Z, where Apple's clocks begin."""
_SECONDS_END = 100_000_000_000
"""Dates below are seconds (up to the year 5169), the others nanoseconds (from 100 s after the epoch)."""
_PLACE_OF_FILE = "\ufffc"
_PREVIEW = ".pluginpayloadattachment"
"""How the names of files end that are previews of links, and no files that anybody sent."""


class Tapback(msgspec.Struct, frozen=True):
    """A reaction that came or went; ``sender`` None is the line."""

    at: Instant
    sender: str | None
    type: int
    target: str
    emoji: bytes | None


def instant_of(date: int | None) -> Instant | None:
    """A date of any age; None where there is none."""
    if date is None or date <= 0:
        return None
    return _EPOCH + (date * SECOND if date < _SECONDS_END else date // 1000)


def status_of(content: ContentRow, *, from_me: bool) -> DeliveryStatus:
    """How far a message has come. What was received counts as read unless it says that it is not."""
    if not from_me:
        return DeliveryStatus.RECEIVED if content.is_read == 0 else DeliveryStatus.READ
    if content.error:
        return DeliveryStatus.FAILED
    if instant_of(content.date_read) is not None:
        return DeliveryStatus.READ
    delivered = content.is_delivered or instant_of(content.date_delivered) is not None
    return DeliveryStatus.DELIVERED if delivered else DeliveryStatus.SENT


def parts_of(content: ContentRow, files: Sequence[AttachmentRow]) -> tuple[str | Attachment, ...]:
    """The text and the files of a message, in their order."""
    parts: list[str | Attachment] = []
    attachments = iter([_attachment(file) for file in files if not _is_preview(file)])
    for index, run in enumerate((_text(content) or "").split(_PLACE_OF_FILE)):
        attachment = next(attachments, None) if index else None
        if attachment is not None:
            parts.append(attachment)
        if run.strip():
            parts.append(run)
    return (*parts, *attachments)


def answered(content: ContentRow) -> Answered | None:
    """What a message answers."""
    if not content.thread_originator_guid:
        return None
    return Answered(content.thread_originator_guid, _number((content.thread_originator_part or "").partition(":")[0]))


def standing(tapbacks: Sequence[Tapback], parts: int) -> tuple[Reacted, ...]:
    """The reactions that are left of all that came and went, for a message of so many parts."""
    found: dict[tuple[int, str | None], Reacted] = {}
    for tapback in sorted(tapbacks, key=lambda each: each.at):
        kind = _KINDS.get(tapback.type % 1000)
        if kind is None or not parts:
            continue
        place = tapback.target[2:].partition("/")[0] if tapback.target.startswith("p:") else ""
        part = min(_number(place), parts - 1)
        emoji = _decoded(tapback.emoji) if kind is ReactionType.CUSTOM else None
        reacted = Reacted(tapback.sender, kind, part, emoji)
        key = (part, tapback.sender)
        if tapback.type < _TAKEN_AWAY:
            found.pop(key, None)
            found[key] = reacted
        elif found.get(key) == reacted:
            del found[key]
    return tuple(found.values())


def _text(content: ContentRow) -> str | None:
    if content.text is not None:
        return content.text.decode(errors="replace")
    return text_of(content.body) if content.body is not None else None


def _attachment(file: AttachmentRow) -> Attachment:
    name = _decoded(file.transfer_name) or basename(_decoded(file.filename) or "")
    return Attachment(name or None, _decoded(file.mime_type), max(file.total_bytes or 0, 0))


def _is_preview(file: AttachmentRow) -> bool:
    names = (_decoded(file.transfer_name), _decoded(file.filename))
    return bool(file.hide_attachment) or any((name or "").lower().endswith(_PREVIEW) for name in names)


def _decoded(value: bytes | None) -> str | None:
    return value.decode(errors="replace") if value else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
