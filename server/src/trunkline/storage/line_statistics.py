"""The messages of each line on each day, counted when somebody looks, a part at a time (docs/decisions/0041).

    counted up to a revision ──▶ count up to the current one: chats in the order of their ids, a part in each change ──┐
              ▲                                                                                                       │
              └──────────────────────────────── after the last chat ◀─────────────────────────────────────────────────┘

A message has one chat, one place in it and one revision, and a chat one place in the order of ids. So whatever happens
between two parts, a message is counted once.
"""

from collections.abc import Mapping, Sequence

import msgspec

from trunkline.domain.chat import HealthStatus
from trunkline.domain.chat_health import MAX_DAYS
from trunkline.domain.instant import DAY, Instant
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("line_statistics")

PART = 200
"""The most chats of a part."""

PART_MESSAGES = 5_000
"""The number of messages with which a part ends. Counting that many takes some milliseconds."""

FEW_CHANGES = 2_000
"""The changes after which all chats are gone through, because each part would look up all those that have changed."""


class MessagePlace(msgspec.Struct, frozen=True):
    """A place among the messages of a chat."""

    created_at: Instant
    revision: int


_END = MessagePlace(2**62, 2**62)  # after every message


class Progress(msgspec.Struct, frozen=True):
    """How far messages are counted: up to a revision, and of some chats up to ``target``."""

    counted_to: int = 0
    target: int = 0
    position: str | None = None
    """The chat after which, or within which, the count continues; None if none is in progress."""
    message: MessagePlace | None = None
    """The message after which it continues within that chat; None if the whole chat is counted."""


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
        progress = Progress(progress.counted_to, revision, "")
    first = today - MAX_DAYS + 1
    if progress.message is None:
        progress = await _count_chats(change, progress, revision, MessagePlace(first * DAY, 0))
    else:
        progress = await _count_in_chat(change, progress, progress.message)
    if progress.position is None:
        await change.fetch(_QUERIES["delete_days"], (change.partner_id, first))
    await _save(change, progress)
    return _is_current(progress, revision)


async def _count_chats(change: Change, progress: Progress, revision: int, start: MessagePlace) -> Progress:
    """Counts the messages of chats after ``start``, up to a large chat, whose messages are several parts."""
    position, counted_to = progress.position, progress.counted_to
    # Both have the chats in the same order, and messages to count are only in those that have changed.
    query = _QUERIES["changed_chats" if revision - counted_to <= FEW_CHANGES else "all_chats"]
    values = query.values(partner=change.partner_id, counted_to=counted_to, position=position, limit=PART)
    chats = await change.fetch(query, values)
    changed: list[str] = []
    messages, large, last = 0, None, position
    for chat, changed_at, message_count in chats:
        if changed_at > counted_to:
            if message_count > PART_MESSAGES:
                large = chat
                break
            changed.append(chat)
            messages += message_count
        last = chat
        if messages >= PART_MESSAGES:
            break
    await _count_messages(change, progress, changed, start, _END)
    if large is not None:
        return msgspec.structs.replace(progress, position=large, message=start)
    if len(chats) == PART or (chats and last != chats[-1][0]):
        return msgspec.structs.replace(progress, position=last)
    return Progress(progress.target)


async def _count_in_chat(change: Change, progress: Progress, after: MessagePlace) -> Progress:
    """Counts the next messages of a large chat."""
    chat = progress.position or ""
    query = _QUERIES["last_of_part"]
    named = {"partner": change.partner_id, "chat": chat, "offset": PART_MESSAGES - 1}
    found = await change.fetch(
        query, query.values(**named, after_created_at=after.created_at, after_revision=after.revision)
    )
    last = MessagePlace(*found[0]) if found else None
    await _count_messages(change, progress, [chat], after, last or _END)
    return msgspec.structs.replace(progress, message=last)


async def _count_messages(
    change: Change, progress: Progress, chats: Sequence[str], after: MessagePlace, last: MessagePlace
) -> None:
    query = _QUERIES["count_messages"]
    named = {
        "partner": change.partner_id,
        "counted_to": progress.counted_to,
        "target": progress.target,
        "after_created_at": after.created_at,
        "after_revision": after.revision,
        "last_created_at": last.created_at,
        "last_revision": last.revision,
    }
    await change.transaction.run_many(query, [query.values(**named, chat=each) for each in chats])


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
    if not rows:
        return Progress()
    counted_to, target, position, created_at, revision = rows[0]
    return Progress(counted_to, target, position, None if created_at is None else MessagePlace(created_at, revision))


async def _save(change: Change, progress: Progress) -> None:
    query, message = _QUERIES["save_progress"], progress.message
    values = query.values(
        partner=change.partner_id,
        counted_to=progress.counted_to,
        target=progress.target,
        position=progress.position,
        message_created_at=None if message is None else message.created_at,
        message_revision=None if message is None else message.revision,
    )
    await change.fetch(query, values)


async def _revision(reader: Reader) -> int:
    rows = await reader.fetch(_QUERIES["revision"], (reader.partner_id,))
    return rows[0][0] if rows else 0


def _is_current(progress: Progress, revision: int) -> bool:
    return progress.position is None and progress.counted_to == revision
