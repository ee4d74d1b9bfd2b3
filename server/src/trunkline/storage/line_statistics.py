"""The messages of each line on each day, counted when somebody looks, a part at a time (docs/decisions/0041).

    counted up to a revision ──▶ count up to the current one: chats in the order of their ids, a part in each change ──┐
              ▲                                                                                                       │
              └──────────────────────────────── after the last chat ◀─────────────────────────────────────────────────┘

A message has one chat and one revision, and a chat one place in the order of ids. So whatever happens between two
parts, a message is counted once.
"""

from collections.abc import Mapping, Sequence

import msgspec

from trunkline.domain.chat import HealthStatus
from trunkline.domain.chat_health import MAX_DAYS
from trunkline.domain.instant import DAY
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("line_statistics")

PART = 200
"""The most chats of a part."""

PART_MESSAGES = 5_000
"""The number of messages in its chats with which a part ends. Counting that many takes some milliseconds."""

FEW_CHANGES = 2_000
"""The changes after which all chats are gone through, because each part would look up all those that have changed."""


class Progress(msgspec.Struct, frozen=True):
    """How far messages are counted: up to a revision, and of some chats up to ``target``."""

    counted_to: int = 0
    target: int = 0
    position: str | None = None
    """The chat after which the count continues; None if none is in progress."""


class DayCounts(msgspec.Struct, frozen=True):
    """The messages of a line on a day."""

    sent: int
    received: int
    replies: int


async def is_current(reader: Reader) -> bool:
    """Whether every message is counted."""
    return _is_current(await _progress(reader), await _revision(reader))


async def count_part(change: Change, today: int) -> bool:
    """Counts a part. Returns whether every message is counted then. ``today`` is the number of days since 1970."""
    progress, revision = await _progress(change), await _revision(change)
    if _is_current(progress, revision):
        return True
    if progress.position is None:
        progress = msgspec.structs.replace(progress, target=revision, position="")
    first = today - MAX_DAYS + 1
    # Both have the chats in the same order, and messages to count are only in those that have changed.
    query = _QUERIES["changed_chats" if revision - progress.counted_to <= FEW_CHANGES else "all_chats"]
    named = msgspec.structs.asdict(progress) | {"partner": change.partner_id}
    chats = await change.fetch(query, query.values(**named, limit=PART))
    changed: list[str] = []
    last, messages = "", 0
    for last, changed_at, message_count in chats:
        if changed_at > progress.counted_to:
            changed.append(last)
            messages += message_count
        if messages >= PART_MESSAGES:
            break
    query = _QUERIES["count_messages"]
    await change.transaction.run_many(query, [query.values(**named, chat=each, since=first * DAY) for each in changed])
    if len(chats) == PART or (chats and last != chats[-1][0]):
        progress = msgspec.structs.replace(progress, position=last)
    else:
        progress = Progress(progress.target)
        await change.fetch(_QUERIES["delete_days"], (change.partner_id, first))
    query = _QUERIES["save_progress"]
    await change.fetch(query, query.values(**msgspec.structs.asdict(progress), partner=change.partner_id))
    return _is_current(progress, revision)


async def days(reader: Reader, first: int) -> Mapping[tuple[str, int], DayCounts]:
    """The counts by line and day, from a day on; days without messages are missing."""
    query = _QUERIES["days"]
    rows = await reader.fetch(query, query.values(partner=reader.partner_id, first=first))
    return {(row[0], row[1]): DayCounts(*row[2:]) for row in rows}


async def latest_health(reader: Reader, line: str, limit: int) -> Sequence[HealthStatus]:
    """The health of the chats of a line that changed last, at most ``limit``, the latest first."""
    query = _QUERIES["latest_health"]
    rows = await reader.fetch(query, query.values(partner=reader.partner_id, line=line, limit=limit))
    return [HealthStatus(row[0]) for row in rows]


async def forget_line(change: Change, line: str) -> None:
    """Deletes the counts of a line."""
    await change.fetch(_QUERIES["delete_days_of_line"], (change.partner_id, line))


async def _progress(reader: Reader) -> Progress:
    rows = await reader.fetch(_QUERIES["progress"], (reader.partner_id,))
    return Progress(*rows[0]) if rows else Progress()


async def _revision(reader: Reader) -> int:
    rows = await reader.fetch(_QUERIES["revision"], (reader.partner_id,))
    return rows[0][0] if rows else 0


def _is_current(progress: Progress, revision: int) -> bool:
    return progress.position is None and progress.counted_to == revision
