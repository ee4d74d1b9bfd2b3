"""One page of a walk: what stood below a place when the walk began (the order and its proof: docs/decisions/0002).

A chat that has not changed since the walk began stands where it stood: the live part, an index range. A chat that has
changed left a row in ``moves``: the moved part, read only if the counter has moved on, and only down to where the live
part ended. The live part is read first: what changes between the two reads is then found twice, never missed, and the
same place twice is one chat.
"""

from collections.abc import Sequence

import msgspec

from trunkline.domain.listing import Filters
from trunkline.storage.cursor import BOTTOM, TOP, Place
from trunkline.storage.ports import Database
from trunkline.storage.sql import Query, Row, load

_QUERIES = load("pages")
_LIVE = _QUERIES["live"]
_LIVE_OF_LINE = _QUERIES["live_of_line"]
_LIVE_OF_HANDLE = _QUERIES["live_of_handle"]
_LIVE_OF_LINE_AND_HANDLE = _QUERIES["live_of_line_and_handle"]

FEW_CHANGES = 200
NOW = 2**62
"""The walk of a first page: every chat that is there."""


class Page(msgspec.Struct, frozen=True):
    """Documents, most recent first; ``walk`` is None only when there are none, ``end`` only when nothing is left."""

    documents: Sequence[bytes]
    walk: int | None
    end: Place | None
    counter: int = 0
    """What the partner's counter was when a page of chats was read: nothing of it has changed while it still is."""


async def read(
    database: Database,
    partner_id: int,
    filters: Filters,
    *,
    limit: int,
    walk: int = NOW,
    below: Place = TOP,
    skip: int = 0,
) -> Page:
    """The page of at most ``limit`` chats below a place, as of the counter ``walk``."""
    rows = await _live(database, partner_id, filters, walk, below, limit + 1, skip)
    counter = rows[0][3] if rows else await counter_of(database, partner_id)
    if walk == NOW:
        if not rows:
            # What came in between the two reads is later than this counter: it must not go with an empty page.
            rows = await _live(database, partner_id, filters, walk, below, limit + 1, skip)
            counter = rows[0][3] if rows else counter
        walk = counter if rows else NOW
    elif counter != walk:
        above = Place(rows[-1][1], rows[-1][2]) if len(rows) > limit else BOTTOM
        moved = await _moved(database, partner_id, filters, walk, below, above, counter - walk, limit + 1)
        if moved:
            places = {(row[1], row[2]): row for row in (*rows, *moved)}
            rows = [places[place] for place in sorted(places, reverse=True)]
    served = rows[:limit]
    return Page(
        documents=[row[0] for row in served],
        walk=None if walk == NOW else walk,
        end=Place(served[-1][1], served[-1][2]) if len(rows) > limit else None,
        counter=counter,
    )


async def _live(
    database: Database, partner_id: int, filters: Filters, walk: int, below: Place, limit: int, skip: int
) -> Sequence[Row]:
    line, handle = filters.line, filters.handle
    if line is None and handle is None:
        return await database.fetch(_LIVE, (partner_id, *below, walk, limit, skip))
    if handle is None:
        return await database.fetch(_LIVE_OF_LINE, (partner_id, line, *below, walk, limit, skip))
    if line is None:
        return await database.fetch(_LIVE_OF_HANDLE, (partner_id, handle, *below, walk, limit, skip))
    return await database.fetch(_LIVE_OF_LINE_AND_HANDLE, (partner_id, handle, line, *below, walk, limit, skip))


async def counter_of(database: Database, partner_id: int) -> int:
    """The partner's counter now."""
    query = _QUERIES["counter"]
    return (await database.fetch(query, (partner_id,)))[0][0]


def moved_query(filters: Filters, below: Place, above: Place, changes: int) -> Query:
    """The cheaper way to the places left since: in their own order, or through the ``changes`` made since.

    In a history written live, the positions of two places say how many changes lie between them. Among imported chats
    they do not; then only a few changes are worth reading whole, for the order of places at least ends with the page.
    """
    span = below.position - above.position
    name = "moved_by_change" if changes <= max(span, FEW_CHANGES) else "moved_by_place"
    return _QUERIES[name if filters.handle is None else name + "_of_handle"]


async def _moved(
    database: Database,
    partner_id: int,
    filters: Filters,
    walk: int,
    below: Place,
    above: Place,
    changes: int,
    limit: int,
) -> Sequence[Row]:
    query = moved_query(filters, below, above, changes)
    return await database.fetch(
        query,
        query.values(
            partner=partner_id,
            line=filters.line,
            handle=filters.handle,
            walk=walk,
            below_updated_at=below.updated_at,
            below_position=below.position,
            above_updated_at=above.updated_at,
            above_position=above.position,
            limit=limit,
        ),
    )
