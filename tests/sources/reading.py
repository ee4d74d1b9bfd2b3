"""An archive, read as an import reads it: once for its chats, and once for its messages."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import Conversation, Message, Skipped, Source


class Read(msgspec.Struct, frozen=True):
    """Everything that an archive has."""

    conversations: list[Conversation]
    reasons: list[str]
    messages: list[Message]


def read(source: Source) -> Read:
    """Both readings, whole."""
    records = list(source.conversations())
    messages = list(source.messages())
    assert source.position == source.size
    return Read(
        [record for record in records if isinstance(record, Conversation)],
        [record.reason for record in records if isinstance(record, Skipped)],
        messages,
    )


def text_of(message: Message) -> str | None:
    """What there is to read of a message."""
    texts = [part for part in message.parts if isinstance(part, str)]
    return "\n".join(texts) if texts else None


def texts(messages: Sequence[Message]) -> list[str | None]:
    """The same of several."""
    return [text_of(message) for message in messages]


def failed(message: Message) -> bool:
    """Whether a message could not be delivered."""
    return message.status is DeliveryStatus.FAILED
