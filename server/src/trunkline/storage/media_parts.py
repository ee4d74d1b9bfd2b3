"""Where to find a media part by its id, and which messages have an attachment.

Only messages with such parts are written here; a message of text costs nothing.
"""

from collections.abc import Iterable, Sequence

from trunkline.domain.message import MediaPart, Message
from trunkline.schemas.message import parse_message
from trunkline.storage.ports import Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Value, load

_QUERIES = load("media_parts")
_COLUMNS = ("partner_id", "id", "message_id")
_BATCH = 500


async def find(reader: Reader, part_id: str) -> tuple[MediaPart, Message] | None:
    """The media part with this id whose file has a URL, and its message; of several, those of the oldest message."""
    rows = await reader.fetch(_QUERIES["message_of_part"], (reader.partner_id, part_id))
    for row in rows:
        message = parse_message(*row)
        for part in message.content.parts:
            if isinstance(part, MediaPart) and part.id == part_id and part.url is not None:
                return part, message
    return None


async def index(transaction: Transaction, partner_id: int, messages: Sequence[Message]) -> None:
    """Indexes the media parts of new messages."""
    rows = _rows(partner_id, messages)
    if rows:
        await transaction.load("media_parts", _COLUMNS, rows)


async def index_again(transaction: Transaction, partner_id: int, messages: Sequence[Message]) -> None:
    """Indexes the media parts of changed messages."""
    rows = _rows(partner_id, messages)
    if rows:
        await transaction.run_many(_QUERIES["save"], rows)


async def is_used(reader: Reader, part_id: str) -> bool:
    """Whether a message has a media part with this id."""
    return bool(await reader.fetch(_QUERIES["messages_with_part"], (reader.partner_id, part_id)))


async def forget(transaction: Transaction, partner_id: int, message: Message) -> None:
    """Removes the media parts of a message that is deleted."""
    if _rows(partner_id, [message]):
        await transaction.fetch(_QUERIES["forget"], (partner_id, message.id))


async def index_all(transaction: Transaction) -> None:
    """Indexes every stored message (migrations 0005 and 0014)."""
    after: tuple[int, str] = (0, "")
    while rows := await transaction.fetch(_QUERIES["messages_after"], (*after, _BATCH)):
        found: list[tuple[Value, ...]] = []
        for partner_id, message_id, document in rows:
            if b'"type":"media"' in document:
                found += _rows(partner_id, [parse_message(document, message_id, None, 0)])
        if found:
            await transaction.run_many(_QUERIES["save"], found)
        after = (rows[-1][0], rows[-1][1])


def _rows(partner_id: int, messages: Iterable[Message]) -> list[tuple[Value, ...]]:
    return [
        (partner_id, part_id, message.id)
        for message in messages
        for part_id in dict.fromkeys([part.id for part in message.content.parts if isinstance(part, MediaPart)])
    ]
