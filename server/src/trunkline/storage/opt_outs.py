"""Who has opted out, and in which chats.

A live opt-out happens now (``add``). An archive has opt-outs from other times (``set_at``, ``lift_before``).
"""

from collections.abc import Mapping, Sequence

from trunkline.domain.instant import Instant
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("opt_outs")


async def send_restrictions(reader: Reader, handle: str) -> tuple[bool, bool]:
    """Whether the partner blocked a handle, and whether the handle has opted out."""
    query = _QUERIES["send_restrictions"]
    [(blocked, opted_out)] = await reader.fetch(query, query.values(partner=reader.partner_id, handle=handle))
    return bool(blocked), bool(opted_out)


async def chats_opted_out(reader: Reader, handle: str) -> Sequence[str]:
    """The ids of the chats in which a handle has opted out."""
    rows = await reader.fetch(_QUERIES["chats_opted_out"], (reader.partner_id, handle))
    return [row[0] for row in rows]


async def opted_out_at(reader: Reader, handle: str, chat_id: str) -> Instant | None:
    """When a handle opted out in a chat; None if it has not."""
    rows = await reader.fetch(_QUERIES["opted_out_at"], (reader.partner_id, handle, chat_id))
    return rows[0][0] if rows else None


async def add(change: Change, handle: str, chat_id: str) -> None:
    """Records that a handle opts out in a chat now."""
    query = _QUERIES["add"]
    await change.fetch(query, query.values(partner=change.partner_id, handle=handle, chat=chat_id, at=change.now))


async def set_at(change: Change, handle: str, chat_id: str, at: Instant) -> None:
    """A handle opted out in a chat at that time, or did so again."""
    query = _QUERIES["set"]
    await change.fetch(query, query.values(partner=change.partner_id, handle=handle, chat=chat_id, at=at))


async def lift(change: Change, handle: str, chat_id: str) -> None:
    """Ends the opt-out of a handle in a chat."""
    await change.fetch(_QUERIES["lift"], (change.partner_id, handle, chat_id))


async def lift_everywhere(change: Change, handle: str) -> None:
    """Ends every opt-out of a handle."""
    await change.fetch(_QUERIES["lift_everywhere"], (change.partner_id, handle))


async def lift_before(change: Change, last_messages: Mapping[str, Instant]) -> Sequence[str]:
    """Ends the opt-outs that came before these messages, by handle, and returns the ids of the chats."""
    query = _QUERIES["lift_before"]
    rows = [query.values(partner=change.partner_id, handle=handle, at=at) for handle, at in last_messages.items()]
    return [row[0] for row in await change.transaction.fetch_many(query, rows)]
