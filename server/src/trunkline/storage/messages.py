"""Messages, as rows: written within an open change, read a page at a time."""

from collections.abc import Sequence
from enum import Enum

import msgspec

from trunkline.domain import message_document
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.storage.changes import Change
from trunkline.storage.cursor import BOTTOM, TOP, Place
from trunkline.storage.pages import NOW, Page
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("messages")
_COLUMNS = (
    "partner_id",
    "id",
    "chat_id",
    "thread",
    "created_at",
    "position",
    "from_me",
    "delivery_status",
    "idempotency_key",
    "edits",
    "document",
)


class Order(Enum):
    """Which messages a walk is about and in what order: the query, and the place before the first."""

    CHAT = ("page", TOP)
    THREAD_NEWEST_FIRST = ("thread_newest_first", TOP)
    THREAD_OLDEST_FIRST = ("thread_oldest_first", BOTTOM)


class Latest(msgspec.Struct, frozen=True):
    """What health needs of a message."""

    from_me: bool
    delivery_status: DeliveryStatus


async def page(
    database: Database,
    partner_id: int,
    order: Order,
    of: str,
    *,
    limit: int,
    walk: int = NOW,
    beyond: Place | None = None,
) -> Page:
    """At most ``limit`` messages of a chat, or of a thread, beyond a place, as of the counter ``walk``."""
    name, start = order.value
    query = _QUERIES[name]
    place = start if beyond is None else beyond
    values = query.values(
        partner=partner_id,
        chat=of,
        thread=of,
        beyond_created_at=place.updated_at,
        beyond_position=place.position,
        walk=walk,
        limit=limit + 1,
    )
    rows = await database.fetch(query, values)
    served = rows[:limit]
    if walk == NOW and rows:
        walk = rows[0][3]
    return Page(
        documents=[row[0] for row in served],
        walk=None if walk == NOW else walk,
        end=Place(served[-1][1], served[-1][2]) if len(rows) > limit else None,
    )


async def message(reader: Database | Transaction, partner_id: int, message_id: str) -> Message | None:
    """The message with this id."""
    if "\0" in message_id:
        return None  # PostgreSQL takes no such text, so nothing is called so
    found = await reader.fetch(_QUERIES["message"], (partner_id, message_id))
    return message_document.parse(*found[0]) if found else None


async def document(database: Database, partner_id: int, message_id: str) -> bytes | None:
    """The stored document of a message, if it is this partner's."""
    found = await database.fetch(_QUERIES["message"], (partner_id, message_id))
    return found[0][0] if found else None


async def add(opened: Change, messages: Sequence[Message]) -> None:
    """Stores new messages by the fastest way there is; each takes a number, in the order given."""
    await opened.transaction.load("messages", _COLUMNS, [_row(opened, each) for each in messages])


async def save(opened: Change, messages: Sequence[Message]) -> None:
    """Stores changed messages, each where it is."""
    query = _QUERIES["save"]
    rows = [
        query.values(
            partner=opened.partner_id,
            id=each.id,
            delivery_status=each.delivery_status,
            edits=each.edits,
            document=message_document.render(each),
        )
        for each in messages
    ]
    await opened.transaction.run_many(query, rows)


async def delete(opened: Change, message_id: str) -> None:
    """Forgets a message."""
    await opened.transaction.fetch(_QUERIES["delete"], (opened.partner_id, message_id))


async def unread(opened: Change, chat_id: str) -> Sequence[Message]:
    """The messages that a chat received and nobody marked as read."""
    rows = await opened.transaction.fetch(_QUERIES["unread"], (opened.partner_id, chat_id))
    return [message_document.parse(*row) for row in rows]


async def latest(opened: Change, chat_id: str, limit: int) -> Sequence[Latest]:
    """A chat's last messages, newest first."""
    query = _QUERIES["latest"]
    values = query.values(partner=opened.partner_id, chat=chat_id, limit=limit)
    return [
        Latest(bool(from_me), DeliveryStatus(status))
        for from_me, status in await opened.transaction.fetch(query, values)
    ]


def _row(opened: Change, each: Message) -> tuple[Value, ...]:
    return (
        opened.partner_id,
        each.id,
        each.chat_id,
        each.thread,
        each.created_at,
        opened.take_number(),
        int(each.is_from_me),
        each.delivery_status,
        each.idempotency_key,
        each.edits,
        message_document.render(each),
    )
