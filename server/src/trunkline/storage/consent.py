"""Whom a partner may write to: who opted out, and in which chats, and whom the partner blocked."""

from collections.abc import Sequence

from trunkline.domain.handle import Blocked
from trunkline.storage.changes import Change
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import load

_QUERIES = load("consent")


async def objections(opened: Change, handle: str) -> tuple[bool, bool]:
    """Whether the partner blocked a handle, and whether somebody there opted out."""
    query = _QUERIES["objections"]
    [(blocked, opted_out)] = await opened.transaction.fetch(
        query, query.values(partner=opened.partner_id, handle=handle)
    )
    return bool(blocked), bool(opted_out)


async def opt_outs(opened: Change, handle: str) -> Sequence[str]:
    """The chats in which somebody opted out; none while they have not."""
    rows = await opened.transaction.fetch(_QUERIES["opt_outs"], (opened.partner_id, handle))
    return [row[0] for row in rows]


async def opt_out(opened: Change, handle: str, chat_id: str) -> None:
    """Somebody opts out, in this chat."""
    query = _QUERIES["opt_out"]
    values = query.values(partner=opened.partner_id, handle=handle, chat=chat_id, now=opened.now)
    await opened.transaction.fetch(query, values)


async def clear_opt_outs(opened: Change, handle: str) -> None:
    """Somebody is back."""
    await opened.transaction.fetch(_QUERIES["clear_opt_outs"], (opened.partner_id, handle))


async def blocked(reader: Database | Transaction, partner_id: int, handle: str) -> Blocked | None:
    """The entry of a blocked handle."""
    found = await reader.fetch(_QUERIES["blocked"], (partner_id, handle))
    return Blocked(*found[0]) if found else None


async def all_blocked(database: Database, partner_id: int) -> Sequence[Blocked]:
    """Every handle that the partner blocked, the latest first."""
    return [Blocked(*row) for row in await database.fetch(_QUERIES["all_blocked"], (partner_id,))]


async def block(opened: Change, handle: str, reason: str | None) -> Blocked:
    """Blocks a handle; one that is blocked stays as it is. Its entry."""
    query = _QUERIES["block"]
    values = query.values(partner=opened.partner_id, handle=handle, reason=reason, now=opened.now)
    await opened.transaction.fetch(query, values)
    [row] = await opened.transaction.fetch(_QUERIES["blocked"], (opened.partner_id, handle))
    return Blocked(*row)


async def unblock(opened: Change, handle: str) -> None:
    """Unblocks a handle, if it is blocked."""
    await opened.transaction.fetch(_QUERIES["unblock"], (opened.partner_id, handle))
