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
"""Chats of one read. Others are served between two."""


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
    page = await chat_list.read(reader, filters, limit=BATCH, snapshot=snapshot, after=after, sort=sort)
    first, read_rows, end = page, 0, page.end
    while True:
        read_rows += len(page.rows)
        for row in page.rows:
            if not meets(row[0], filters):
                continue
            if skip:
                skip -= 1
            elif len(found) < limit:
                found.append(row)
            else:
                return _page(first, found, SortKey(found[-1][1], found[-1][2]), 0)
        end = page.end
        if end is None or read_rows >= MAX_ROWS:
            return _page(first, found, end, skip)
        await asyncio.sleep(0)
        page = await chat_list.read(reader, filters, limit=BATCH, snapshot=first.snapshot or 0, after=end, sort=sort)


def _page(first: Page, found: list[Row], end: SortKey | None, skip: int) -> Page:
    """The page of what was found; the revision is that of the first batch, before which nothing was read."""
    return Page([row[0] for row in found], first.snapshot, end, first.revision, found, skip)
