"""What an import reads of the messages that are stored already."""

from collections.abc import AsyncGenerator, Iterable, Sequence

from trunkline.domain.chat_health import SentMessage
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.schemas.message import parse_message
from trunkline.storage.change import Change
from trunkline.storage.cursor import MAX_SORT_KEY, MIN_SORT_KEY, SortKey
from trunkline.storage.sql import load

_MESSAGE = load("messages")["message"]
_QUERIES = load("imported")
_BATCH = 100


async def known(change: Change, message_ids: Iterable[str]) -> dict[str, Message]:
    """Those of these messages that are stored, by id."""
    rows = await change.transaction.fetch_many(_MESSAGE, [(change.partner_id, each) for each in message_ids])
    messages = [parse_message(*row) for row in rows]
    return {message.id: message for message in messages}


async def last_received(change: Change, chat_id: str) -> tuple[Message, SortKey] | None:
    """The last message that a chat received, and its sort key."""
    rows = await change.fetch(_QUERIES["last_received"], (change.partner_id, chat_id))
    if not rows:
        return None
    *stored, revision = rows[0]
    message = parse_message(*stored)
    return message, SortKey(message.created_at, revision)


async def sent_since(change: Change, chat_id: str, after: SortKey = MIN_SORT_KEY) -> Sequence[SentMessage]:
    """What the line sent into a chat later than a sort key, oldest first."""
    query = _QUERIES["sent_since"]
    values = query.values(
        partner=change.partner_id,
        chat=chat_id,
        after_created_at=after.updated_at,
        after_revision=after.revision,
    )
    return [SentMessage(at, status == DeliveryStatus.FAILED) for at, status in await change.fetch(query, values)]


async def received_since(change: Change, handle: str, at: Instant) -> AsyncGenerator[Message]:
    """What the chats of a handle received later than ``at``, from anyone, a batch at a time."""
    updated, received = _QUERIES["chats_updated_since"], _QUERIES["received_since"]
    chats = await change.fetch(updated, updated.values(partner=change.partner_id, handle=handle, since=at))
    for (chat_id,) in chats:
        after: SortKey | None = SortKey(at, MAX_SORT_KEY.revision)
        while after is not None:
            values = received.values(
                partner=change.partner_id,
                chat=chat_id,
                after_created_at=after.updated_at,
                after_revision=after.revision,
                limit=_BATCH,
            )
            rows = await change.fetch(received, values)
            for *stored, _, _ in rows:
                yield parse_message(*stored)
            after = SortKey(*rows[-1][-2:]) if len(rows) == _BATCH else None
