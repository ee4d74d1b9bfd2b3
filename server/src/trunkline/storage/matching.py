"""One page of the chats that match a filter for which the list has no index (docs/decisions/0040).

The list of chats is read on from where the page begins, a batch at a time, and what does not match is left out. So a
page is exact because the list is. It ends after ``MAX_ROWS`` at the latest, and may then be short.
"""

import asyncio

from trunkline.domain.paging import Filters, Sort
from trunkline.schemas.chat import meets
from trunkline.storage import chat_list
from trunkline.storage.chat_list import LATEST, Page
from trunkline.storage.cursor import MAX_SORT_KEY, SortKey
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Row

MAX_ROWS = 2_000
"""Chats that are read for a page."""

BATCH = 250
"""The most chats of one read. Others are served between two."""

_ALL = Filters()


async def read(
    reader: Reader,
    filters: Filters,
    sort: Sort,
    *,
    limit: int,
    snapshot: int = LATEST,
    after: SortKey = MAX_SORT_KEY,
    skip: int = 0,
) -> Page:
    """The page of at most ``limit`` matching chats after a sort key, as of a snapshot, without the first ``skip``.

    Its ``end`` is where the next page begins, also of a page without chats. Raises ``SnapshotForgotten``.
    """
    found: list[Row] = []
    first: Page | None = None
    is_selective = filters != _ALL
    read_rows, size = 0, min(limit, BATCH)
    while True:
        page = await chat_list.read(reader, filters, limit=size, snapshot=snapshot, after=after, sort=sort)
        first = first or page
        read_rows += len(page.rows)
        for row in page.rows:
            if is_selective and not meets(row[0], filters):
                continue
            if skip:
                skip -= 1
            elif len(found) < limit:
                found.append(row)
            else:
                return _page(first, found, SortKey(found[-1][1], found[-1][2]), 0)
        if page.end is None or len(found) == limit or read_rows >= MAX_ROWS:
            return _page(first, found, page.end, skip)
        snapshot, after = first.snapshot or snapshot, page.end
        size = min(2 * size, BATCH, MAX_ROWS - read_rows)
        await asyncio.sleep(0)


def _page(first: Page, found: list[Row], end: SortKey | None, skip: int) -> Page:
    """The page of what was found; the revision is that of the first batch, before which nothing was read."""
    return Page([row[0] for row in found], first.snapshot, end, first.revision, found, skip)
