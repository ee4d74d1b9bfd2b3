"""Blocked handles, as rows."""

from collections.abc import Sequence

from trunkline.domain.handle import BlockedHandle
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("blocked_handles")


async def find(reader: Reader, handle: str) -> BlockedHandle | None:
    """The entry of a blocked handle."""
    found = await reader.fetch(_QUERIES["blocked"], (reader.partner_id, handle))
    return BlockedHandle(*found[0]) if found else None


async def all_blocked(reader: Reader) -> Sequence[BlockedHandle]:
    """Every handle that the partner blocked, the latest first."""
    return [BlockedHandle(*row) for row in await reader.fetch(_QUERIES["all_blocked"], (reader.partner_id,))]


async def count(reader: Reader) -> int:
    """The number of handles that the partner blocked."""
    [(number,)] = await reader.fetch(_QUERIES["count_blocked"], (reader.partner_id,))
    return number


async def block(change: Change, handle: str, reason: str | None) -> BlockedHandle:
    """Blocks a handle and returns its entry; a blocked handle keeps the entry it has."""
    query = _QUERIES["block"]
    values = query.values(partner=change.partner_id, handle=handle, reason=reason, now=change.now)
    await change.fetch(query, values)
    [row] = await change.fetch(_QUERIES["blocked"], (change.partner_id, handle))
    return BlockedHandle(*row)


async def unblock(change: Change, handle: str) -> None:
    """Unblocks a handle, if it is blocked."""
    await change.fetch(_QUERIES["unblock"], (change.partner_id, handle))
