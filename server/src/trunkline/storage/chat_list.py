"""One page of the chat list: what came after a sort key in the pagination snapshot (docs/decisions/0002).

A chat that has not changed since the snapshot has the sort key that it had then: the live part, an index range. A chat
that has changed has its former sort key in the history: the moved part, read only if the partner's revision has moved
on, and only to the end of the live part. The live part is read first. A chat that changes between the two reads is then
found twice, never missed; two rows with one sort key are one chat.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import msgspec

from trunkline.domain.chat import HealthStatus
from trunkline.domain.paging import Filters, Sort
from trunkline.storage.cursor import MAX_SORT_KEY, MIN_SORT_KEY, SortKey
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query, Row, load, union_all

_QUERIES = load("chat_list")
_LIVE = _QUERIES["live"]
_LIVE_OF_LINE = _QUERIES["live_of_line"]
_LIVE_BY_CREATION = _QUERIES["live_by_creation"]
_INDEXED = 1
"""The place of the chats of an indexed handle that is no line; 0 if it is not indexed."""


class OfHandle(msgspec.Struct, frozen=True):
    """The queries for the chats of a handle: one of each place, and one of all. They have the same first parameters."""

    places: Sequence[Query]
    every_place: Query


def _of_places(name: str, *places: str) -> OfHandle:
    queries = [_QUERIES[each] for each in places]
    return OfHandle(queries, union_all(name, *queries))


LIVE_OF_HANDLE = _of_places("live_of_handle", "live_of_few", "live_of_indexed", "live_of_own_line")
LIVE_OF_LINE_AND_HANDLE = _of_places("live_of_line_and_handle", "live_of_line_and_few", "live_of_line_and_indexed")

MOVED_BY_CHANGE_OF_HANDLE = union_all(
    "moved_by_change_of_handle", *[_QUERIES[f"moved_by_change_of_{place}"] for place in ("few", "indexed", "own_line")]
)

_UNHEALTHY = ("health_a", "health_b", "health_c")
"""The parameters for up to three statuses, none of them ``HEALTHY``. Those that are left over are empty."""


def _of_unhealthy(name: str, of_one: str) -> Query:
    """The query for the chats of these statuses, made of that for the chats of one."""
    query = _QUERIES[of_one]
    of_each = [
        Query(f"of_{status}", query.text, tuple([status if each == "health" else each for each in query.parameters]))
        for status in _UNHEALTHY
    ]
    return union_all(name, *of_each)


LIVE_OF_UNHEALTHY = _of_unhealthy("live_of_unhealthy", "live_of_health")
LIVE_OF_LINE_UNHEALTHY = _of_unhealthy("live_of_line_unhealthy", "live_of_line_and_health")


_places: dict[tuple[int, str], int] = {}
"""Where the chats of a handle of a partner were last. It may be out of date: what is read there tells."""

_MAX_PLACES = 10_000

_SORT_KEY = itemgetter(1, 2)

FEW_CHANGES = 200
LATEST = 2**62
"""The snapshot of a first page: every chat that exists."""


class SnapshotForgotten(Exception):
    """The history of the sort keys does not reach back to the snapshot any longer."""


class Page(msgspec.Struct, frozen=True, gc=False):
    """Documents, most recent first; ``snapshot`` is None only if there are none, ``end`` only if nothing is left."""

    documents: Sequence[bytes]
    snapshot: int | None
    end: SortKey | None
    """The sort key of the last document."""
    revision: int = 0
    """The partner's revision when a page of chats was read. While it stays the same, so does the page."""
    rows: Sequence[Row] = ()
    """The document and the sort key of each chat of a page of chats."""
    skip: int = 0
    """How many of the next chats are still to be left out."""

    def first(self, number: int) -> "Page":
        """The page of only the first chats, of which there are more."""
        end = self.rows[number - 1]
        return msgspec.structs.replace(self, documents=self.documents[:number], end=SortKey(end[1], end[2]))


async def read(
    reader: Reader,
    filters: Filters,
    *,
    limit: int,
    snapshot: int = LATEST,
    after: SortKey = MAX_SORT_KEY,
    skip: int = 0,
    sort: Sort = Sort.UPDATED,
) -> Page:
    """The page of at most ``limit`` chats after a sort key, as of a snapshot. Raises ``SnapshotForgotten``.

    ``skip`` is a number of chats to leave out, of a first page. A page may have others than those of ``filters.match``;
    one by creation, than those of the filters at all (``matching`` leaves them out).
    """
    if sort is not Sort.UPDATED:
        return await _by_creation(reader, limit, snapshot, after)
    if filters.handle is not None and filters.handle == filters.line:
        filters = Filters(filters.line, match=filters.match)  # a line is in each of its chats
    if skip and filters.handle is not None:
        snapshot = await revision_of(reader)
        skipped = await _skipped(reader, filters, skip)
        if skipped is None:
            return Page(documents=[], snapshot=None, end=None, revision=snapshot)
        after = skipped
    rows = await _live(reader, filters, snapshot, after, limit + 1, skip)
    revision = rows[0][3] if rows else await revision_of(reader)
    if snapshot == LATEST:
        if not rows:
            # A chat created between the two reads has a later revision, which must not go with an empty page.
            rows = await _live(reader, filters, snapshot, after, limit + 1, skip)
            revision = rows[0][3] if rows else revision
        snapshot = revision if rows else LATEST
    elif revision != snapshot:
        before = SortKey(rows[-1][1], rows[-1][2]) if len(rows) > limit else MIN_SORT_KEY
        moved = await _moved(reader, filters, snapshot, after, before, revision - snapshot, limit + 1)
        if moved:
            by_sort_key = {(row[1], row[2]): row for row in (*rows, *moved)}
            rows = [by_sort_key[sort_key] for sort_key in sorted(by_sort_key, reverse=True)]
    return _page_of(rows, limit, snapshot, revision)


def _page_of(rows: Sequence[Row], limit: int, snapshot: int, revision: int) -> Page:
    served = rows[:limit]
    return Page(
        documents=[row[0] for row in served],
        snapshot=None if snapshot == LATEST else snapshot,
        end=SortKey(served[-1][1], served[-1][2]) if len(rows) > limit else None,
        revision=revision,
        rows=served,
    )


async def _by_creation(reader: Reader, limit: int, snapshot: int, after: SortKey) -> Page:
    """The page in the order of creation. No sort key ever changes, so there is no moved part."""
    is_first = snapshot == LATEST
    if is_first:
        # Before the chats are read: what is created between the two reads belongs to a later revision than this page.
        snapshot = await revision_of(reader)
    rows = await reader.fetch(_LIVE_BY_CREATION, (reader.partner_id, *after, snapshot, limit + 1))
    return _page_of(rows, limit, snapshot, snapshot if is_first or not rows else rows[0][3])


async def _live(
    reader: Reader, filters: Filters, snapshot: int, after: SortKey, limit: int, skip: int
) -> Sequence[Row]:
    partner_id, line, handle = reader.partner_id, filters.line, filters.handle
    if handle is None and filters.match is not None and filters.match.unhealthy:
        return await _unhealthy(reader, filters.match.unhealthy, line, snapshot, after, limit)
    if line is None and handle is None:
        return await reader.fetch(_LIVE, (partner_id, *after, snapshot, limit, skip))
    if handle is None:
        return await reader.fetch(_LIVE_OF_LINE, (partner_id, line, *after, snapshot, limit, skip))
    if line is None:
        return await _of_handle(reader, handle, LIVE_OF_HANDLE, (partner_id, handle, *after, snapshot, limit))
    return await _of_handle(
        reader, handle, LIVE_OF_LINE_AND_HANDLE, (partner_id, handle, line, *after, snapshot, limit)
    )


async def _unhealthy(
    reader: Reader, statuses: Sequence[HealthStatus], line: str | None, snapshot: int, after: SortKey, limit: int
) -> Sequence[Row]:
    query = LIVE_OF_UNHEALTHY if line is None else LIVE_OF_LINE_UNHEALTHY
    values = query.values(
        partner=reader.partner_id,
        line=line,
        after_updated_at=after.updated_at,
        after_revision=after.revision,
        snapshot=snapshot,
        limit=limit,
        **dict(zip(_UNHEALTHY, (*statuses, "", ""), strict=False)),
    )
    return _latest(await reader.fetch(query, values), limit)


async def _of_handle(reader: Reader, handle: str, queries: OfHandle, values: tuple[Any, ...]) -> Sequence[Row]:
    """The chats of a handle, from the place where its chats were last if they still are, else from every place."""
    key = reader.partner_id, handle
    place = _places.get(key)
    if place is not None:
        query = queries.places[place]
        rows = await reader.fetch(query, values[: len(query.parameters)])
        # A handle has chats in one of the two places only. Without a row, it is not known which one it is now.
        if rows and rows[0][4] is not None:
            return rows if place == _INDEXED else _latest(rows, values[-1])
    rows = await reader.fetch(queries.every_place, values)
    place = rows[0][4] if rows else None
    if place is None:
        _places.pop(key, None)
    elif _places.get(key) != place:
        if len(_places) >= _MAX_PLACES:
            _places.clear()
        _places[key] = place
    return _latest(rows, values[-1])


def _latest(rows: Sequence[Row], limit: int) -> Sequence[Row]:
    return sorted(rows, key=_SORT_KEY, reverse=True)[:limit]


async def _skipped(reader: Reader, filters: Filters, skip: int) -> SortKey | None:
    """The sort key of the last of the first ``skip`` chats of a handle; None if it has fewer."""
    query = _QUERIES["skipped_of_handle" if filters.line is None else "skipped_of_line_and_handle"]
    values = query.values(partner=reader.partner_id, line=filters.line, handle=filters.handle, skip=skip)
    found = await reader.fetch(query, values)
    return SortKey(*found[0]) if found else None


async def revision_of(reader: Reader) -> int:
    """The partner's revision now."""
    return (await reader.fetch(_QUERIES["partner_revision"], (reader.partner_id,)))[0][0]


def moved_query(filters: Filters, after: SortKey, before: SortKey, changes: int) -> Query:
    """The cheaper way to read the moved part: by sort key, or by the ``changes`` made since the snapshot.

    In a live history, the revisions of two sort keys show how many changes lie between them. Among imported chats they
    do not, so only a few changes are read in full: reading by sort key at least ends with the page.
    """
    span = after.revision - before.revision
    if changes <= max(span, FEW_CHANGES):
        return _QUERIES["moved_by_change"] if filters.handle is None else MOVED_BY_CHANGE_OF_HANDLE
    return _QUERIES["moved_by_sort_key" if filters.handle is None else "moved_by_sort_key_of_handle"]


async def _moved(
    reader: Reader, filters: Filters, snapshot: int, after: SortKey, before: SortKey, changes: int, limit: int
) -> Sequence[Row]:
    """The chats that had a sort key between these two in the snapshot and have changed since.

    Raises ``SnapshotForgotten``.
    """
    query = moved_query(filters, after, before, changes)
    moved = await reader.fetch(
        query,
        query.values(
            partner=reader.partner_id,
            line=filters.line,
            handle=filters.handle,
            snapshot=snapshot,
            after_updated_at=after.updated_at,
            after_revision=after.revision,
            before_updated_at=before.updated_at,
            before_revision=before.revision,
            limit=limit,
        ),
    )
    # After that read, so that nothing can have been forgotten before it.
    [(history_start,)] = await reader.fetch(_QUERIES["history_start"], (reader.partner_id,))
    if snapshot < history_start:
        raise SnapshotForgotten
    return moved
