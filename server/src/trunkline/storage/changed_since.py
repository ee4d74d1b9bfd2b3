"""The chats that have changed since a revision, and the revisions of partners (docs/decisions/0004)."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

import msgspec

from trunkline.domain.paging import Filters
from trunkline.schemas.chat import meets
from trunkline.schemas.chat_list import chat_id_of
from trunkline.storage.ports import Source
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query, load, union_all

_QUERIES = load("changed_since")
CHANGED_OF_HANDLE = union_all(
    "changed_of_handle", *[_QUERIES[f"changed_of_{place}"] for place in ("few", "indexed", "own_line")]
)
CHANGED_OF_LINE_AND_HANDLE = union_all(
    "changed_of_line_and_handle", *[_QUERIES[f"changed_of_line_and_{place}"] for place in ("few", "indexed")]
)
_CHANGED = {
    "": _QUERIES["changed"],
    "_of_line": _QUERIES["changed_of_line"],
    "_of_handle": CHANGED_OF_HANDLE,
    "_of_line_and_handle": CHANGED_OF_LINE_AND_HANDLE,
}
"""The queries by the suffix of their filters."""

_REVISION = itemgetter(1)
MAX_ROWS = 500
"""Chats that are read for a page of those that match."""

_FEW, _MANY = 16, 256  # partners of one query for revisions; it is padded to one of these


def revisions_query(size: int) -> Query:
    """The query for the revisions of so many partners."""
    names = tuple([f"partner_{number}" for number in range(1, size + 1)])
    listed = ", ".join([f"${number}" for number in range(1, size + 1)])
    text = f"select partner_id, revision from partner_states where partner_id in ({listed})"  # noqa: S608 - numbers
    return Query("revisions", text, names)


_FEW_REVISIONS, _MANY_REVISIONS = revisions_query(_FEW), revisions_query(_MANY)


class ChangedChats(msgspec.Struct, frozen=True):
    """Documents in the order of their changes. They cover every change up to the revision ``reached``."""

    documents: Sequence[bytes]
    reached: int
    has_more: bool
    revisions: Sequence[int]
    """The revision of each document."""
    unmatched: Sequence[str] = ()
    """The ids of the chats that have changed and do not match the filters."""

    def first(self, number: int) -> "ChangedChats":
        """Only the first chats, of which there are more."""
        return ChangedChats(
            self.documents[:number], self.revisions[number - 1], True, self.revisions[:number], self.unmatched
        )


async def read(reader: Reader, filters: Filters, *, since: int, limit: int) -> ChangedChats:
    """At most ``limit`` chats that changed after the revision ``since``, as they are now."""
    if filters.match is None:
        return await _changed(reader, filters, since, limit)
    changed = await _changed(reader, filters, since, MAX_ROWS)
    matching: list[tuple[bytes, int]] = []
    unmatched: list[str] = []
    reached, has_more = changed.reached, changed.has_more
    for document, revision in zip(changed.documents, changed.revisions, strict=True):
        if not meets(document, filters):
            unmatched.append(chat_id_of(document))
        elif len(matching) < limit:
            matching.append((document, revision))
        else:
            reached, has_more = matching[-1][1], True
            break
    return ChangedChats(
        [document for document, _ in matching], reached, has_more, [revision for _, revision in matching], unmatched
    )


async def _changed(reader: Reader, filters: Filters, since: int, limit: int) -> ChangedChats:
    query = _CHANGED[_suffix(filters)]
    named = {"partner": reader.partner_id, "handle": filters.handle, "line": filters.line}
    values = query.values(**named, since=since, limit=limit + 1)
    rows = sorted(await reader.fetch(query, values), key=_REVISION)
    served = rows[:limit]
    has_more = len(rows) > limit
    # The partner's revision is from the same snapshot as the chats, and no chat has a later one.
    reached = served[-1][1] if has_more else rows[0][2] if rows else since
    return ChangedChats([row[0] for row in served], reached, has_more, [row[1] for row in served])


async def latest(reader: Reader, filters: Filters) -> tuple[int, int]:
    """The partner's revision and that of the latest change of such a chat, 0 if there is none, from one snapshot."""
    query = _QUERIES["latest" + _suffix(filters)]
    values = query.values(partner=reader.partner_id, handle=filters.handle, line=filters.line)
    found = await reader.fetch(query, values)
    return (found[0][0], found[0][1]) if found else (0, 0)


def _suffix(filters: Filters) -> str:
    """How the names of the queries with these filters end."""
    line, handle = filters.line, filters.handle
    if handle is None or handle == line:
        return "" if line is None else "_of_line"
    return "_of_handle" if line is None else "_of_line_and_handle"


async def revisions(source: Source, partner_ids: Iterable[int]) -> Mapping[int, int]:
    """The revisions of these partners now; 256 in a query, which are looked up by key on every engine."""
    remaining = list(partner_ids)
    found: dict[int, int] = {}
    while remaining:
        query = _FEW_REVISIONS if len(remaining) <= _FEW else _MANY_REVISIONS
        size = len(query.parameters)
        batch, remaining = remaining[:size], remaining[size:]
        values = (*batch, *[batch[-1]] * (size - len(batch)))
        found.update([(row[0], row[1]) for row in await source.fetch(query, values)])
    return found
