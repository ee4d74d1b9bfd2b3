"""Reads an archive as an import does: once for its chats, and once for its messages."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Skipped, SkippedMessage, SkippedPiece, Source


class Read(msgspec.Struct, frozen=True):
    """Everything in an archive, with the reasons for skipped chats, messages and pieces of messages."""

    chats: list[ArchivedChat]
    reasons: list[str]
    messages: list[ArchivedMessage]
    skipped: list[str] = []
    pieces: list[str] = []


def read(source: Source) -> Read:
    """Reads the archive twice, to the end."""
    chats = list(source.chats())
    messages = list(source.messages())
    assert source.position == source.size
    return Read(
        [record for record in chats if isinstance(record, ArchivedChat)],
        [record.reason for record in chats if isinstance(record, Skipped)],
        [record for record in messages if isinstance(record, ArchivedMessage)],
        [record.reason for record in messages if isinstance(record, SkippedMessage)],
        [record.reason for record in messages if isinstance(record, SkippedPiece)],
    )


def text_of(message: ArchivedMessage) -> str | None:
    """The text of a message, its parts joined by newlines; None without any."""
    texts = [part for part in message.parts if isinstance(part, str)]
    return "\n".join(texts) if texts else None


def texts(messages: Sequence[ArchivedMessage]) -> list[str | None]:
    """The texts of messages."""
    return [text_of(message) for message in messages]


def failed(message: ArchivedMessage) -> bool:
    """Whether the message failed."""
    return message.status is DeliveryStatus.FAILED
