"""The chats that have changed since a revision, and the revisions of partners (docs/decisions/0004)."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

import msgspec

from trunkline.domain.paging import Filters
from trunkline.storage.ports import Source
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("changed_since")
_ID_LENGTH = 19  # digits of the largest id
_REVISION = itemgetter(1)


class ChangedChats(msgspec.Struct, frozen=True):
    """Documents in the order of their changes. They cover every change up to the revision ``reached``."""

    documents: Sequence[bytes]
    reached: int
    has_more: bool
    revisions: Sequence[int]
    """The revision of each document."""

    def first(self, number: int) -> "ChangedChats":
        """Only the first chats, of which there are more."""
        return ChangedChats(self.documents[:number], self.revisions[number - 1], True, self.revisions[:number])


async def read(reader: Reader, filters: Filters, *, since: int, limit: int) -> ChangedChats:
    """At most ``limit`` chats that changed after the revision ``since``, as they are now."""
    line, handle = filters.line, filters.handle
    if handle is None or handle == line:
        query = _QUERIES["changed" if line is None else "changed_of_line"]
    else:
        query = _QUERIES["changed_of_handle" if line is None else "changed_of_line_and_handle"]
    values = query.values(partner=reader.partner_id, handle=handle, line=line, since=since, limit=limit + 1)
    rows = sorted(await reader.fetch(query, values), key=_REVISION)
    served = rows[:limit]
    has_more = len(rows) > limit
    # The partner's revision is from the same snapshot as the chats, and no chat has a later one.
    reached = served[-1][1] if has_more else rows[0][2] if rows else since
    return ChangedChats([row[0] for row in served], reached, has_more, [row[1] for row in served])


async def revisions(source: Source, partner_ids: Iterable[int]) -> Mapping[int, int]:
    """The revisions of these partners now, in one query."""
    requested = "".join([f"{partner_id:0{_ID_LENGTH}d}" for partner_id in partner_ids])
    return {row[0]: row[1] for row in await source.fetch(_QUERIES["revisions"], (requested,))}
