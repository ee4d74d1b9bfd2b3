"""What has changed since a position, and how far every partner has come (docs/decisions/0004)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from trunkline.domain.listing import Filters
from trunkline.storage.ports import Database
from trunkline.storage.sql import load

_QUERIES = load("updates")
_ID_LENGTH = 19  # digits of the largest id


class Updates(msgspec.Struct, frozen=True):
    """Documents in the order of their changes. Whoever has seen them has seen every change up to ``reached``."""

    documents: Sequence[bytes]
    reached: int
    more: bool
    """Whether anything is left beyond ``reached``."""


async def read(database: Database, partner_id: int, filters: Filters, *, since: int, limit: int) -> Updates:
    """At most ``limit`` chats whose position is beyond ``since``, as they are now."""
    if filters.handle is None and filters.line is None:
        query = _QUERIES["updated"]
    else:
        query = _QUERIES["updated_of_handle" if filters.line is None else "updated_of_line_and_handle"]
    values = query.values(
        partner=partner_id, handle=filters.handle or filters.line, line=filters.line, since=since, limit=limit + 1
    )
    rows = await database.fetch(query, values)
    served = rows[:limit]
    more = len(rows) > limit
    # The counter is of the same snapshot as the chats, and beyond all of them.
    reached = served[-1][1] if more else rows[0][2] if rows else since
    return Updates([row[0] for row in served], reached, more)


async def counters(database: Database, partner_ids: Iterable[int]) -> Mapping[int, int]:
    """The counters of these partners now, in one read."""
    asked = "".join([f"{partner_id:0{_ID_LENGTH}d}" for partner_id in partner_ids])
    return {row[0]: row[1] for row in await database.fetch(_QUERIES["counters"], (asked,))}
