"""What an import has to know of the messages that are there: those that it brings again, and who said what last.

And who has opted out since when: live, that is always since now (``consent``), but an archive is of another time.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence

import msgspec

from trunkline.domain import message_document
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.storage.changes import Change
from trunkline.storage.cursor import BOTTOM, TOP, Place
from trunkline.storage.sql import load

_MESSAGE = load("messages")["message"]
_QUERIES = load("history")
_BATCH = 100


class Sent(msgspec.Struct, frozen=True):
    """What health needs of a message of the line's own."""

    at: Instant
    failed: bool


async def known(opened: Change, message_ids: Iterable[str]) -> dict[str, Message]:
    """Those of these messages that are there, by their ids."""
    rows = await opened.transaction.fetch_many(_MESSAGE, [(opened.partner_id, each) for each in message_ids])
    messages = [message_document.parse(*row) for row in rows]
    return {message.id: message for message in messages}


async def last_received(opened: Change, chat_id: str) -> tuple[Message, Place] | None:
    """The last message that a chat received, and where it stands."""
    rows = await opened.transaction.fetch(_QUERIES["last_received"], (opened.partner_id, chat_id))
    if not rows:
        return None
    *stored, position = rows[0]
    message = message_document.parse(*stored)
    return message, Place(message.created_at, position)


async def sent_since(opened: Change, chat_id: str, place: Place = BOTTOM) -> Sequence[Sent]:
    """What the line sent into a chat after a place, oldest first."""
    query = _QUERIES["sent_since"]
    values = query.values(
        partner=opened.partner_id,
        chat=chat_id,
        beyond_created_at=place.updated_at,
        beyond_position=place.position,
    )
    rows = await opened.transaction.fetch(query, values)
    return [Sent(at, status == DeliveryStatus.FAILED) for at, status in rows]


async def received_since(opened: Change, handle: str, at: Instant) -> AsyncGenerator[Message]:
    """What came later than that into the chats that somebody is in, a few at a time; not from them alone."""
    changed, received = _QUERIES["chats_changed_since"], _QUERIES["received_since"]
    chats = await opened.transaction.fetch(changed, changed.values(partner=opened.partner_id, handle=handle, since=at))
    for (chat_id,) in chats:
        place: Place | None = Place(at, TOP.position)
        while place is not None:
            values = received.values(
                partner=opened.partner_id,
                chat=chat_id,
                beyond_created_at=place.updated_at,
                beyond_position=place.position,
                limit=_BATCH,
            )
            rows = await opened.transaction.fetch(received, values)
            for *stored, _, _ in rows:
                yield message_document.parse(*stored)
            place = Place(*rows[-1][4:]) if len(rows) == _BATCH else None


async def opted_out(opened: Change, handle: str, chat_id: str) -> Instant | None:
    """Since when somebody has opted out in a chat, if they have."""
    rows = await opened.transaction.fetch(_QUERIES["opted_out"], (opened.partner_id, handle, chat_id))
    return rows[0][0] if rows else None


async def opt_out(opened: Change, handle: str, chat_id: str, at: Instant) -> None:
    """Somebody opted out in a chat, at that time, or did so again."""
    query = _QUERIES["opt_out"]
    await opened.transaction.fetch(query, query.values(partner=opened.partner_id, handle=handle, chat=chat_id, at=at))


async def lift_opt_out(opened: Change, handle: str, chat_id: str) -> None:
    """Somebody is back in a chat."""
    await opened.transaction.fetch(_QUERIES["lift_opt_out"], (opened.partner_id, handle, chat_id))


async def lift_opt_outs(opened: Change, spoke: Mapping[str, Instant]) -> Sequence[str]:
    """People wrote something else at these times: the chats in which they had opted out before that."""
    query = _QUERIES["lift_opt_outs"]
    rows = [query.values(partner=opened.partner_id, handle=handle, at=at) for handle, at in spoke.items()]
    return [row[0] for row in await opened.transaction.fetch_many(query, rows)]
