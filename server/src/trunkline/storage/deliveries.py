"""Deliveries of events to subscriptions, with their attempts, for those who look at them."""

import re
from collections.abc import Sequence
from operator import itemgetter

import msgspec

from trunkline.domain.delivery import EntryState
from trunkline.domain.instant import Instant
from trunkline.schemas.attempts import without_responses
from trunkline.storage.ports import Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Row, Value, in_several, load

_QUERIES = load("deliveries")

SCAN = 1_000
"""Rows that a page looks at: more than an event has subscriptions, because a page ends between two sequences."""

LATEST = 2**62
"""Greater than every sequence."""

_TRACE_ID = re.compile(rb'"trace_id":"([0-9a-f]{32})"')


class EventOfDelivery(msgspec.Struct, frozen=True):
    """An event that is still stored, in one version, without its body."""

    sequence: int
    id: str
    version: str
    type: str
    chat_id: str | None
    created_at: Instant
    trace_id: str | None


class DeliveryRecord(msgspec.Struct, frozen=True):
    """A delivery, with its attempts, and its event if that is still stored. ``entity_id`` is the event's sequence."""

    sequence: int
    destination: str
    kind: str
    entity_id: str
    state: EntryState
    attempts: int
    outcome: str | None
    updated_at: Instant
    due_at: Instant | None
    """When the next attempt is due; None if it is finished, or behind another one of its chat."""
    log: str | None
    """The attempts, which ``schemas/attempts`` parses. Those before version 22 of the schema are missing."""
    event: EventOfDelivery | None

    @property
    def id(self) -> str:
        """What identifies it."""
        return f"{self.sequence}-{self.destination}"


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: at a sequence, whose first ``skip`` deliveries are before it, whether they match or not."""

    sequence: int = LATEST
    skip: int = 0


class DeliveryPage(msgspec.Struct, frozen=True):
    """Deliveries, the latest first. ``next`` is None if nothing is left; until then, a page may be short, or empty."""

    records: Sequence[DeliveryRecord]
    next: Place | None


async def page(
    reader: Reader, limit: int, place: Place, *, destination: str | None = None, state: EntryState | None = None
) -> DeliveryPage:
    """A page of a partner's deliveries. ``destination`` and ``state`` filter them."""
    suffix = "_of_failed" if state is EntryState.FAILED else ""
    named = await _named(reader, limit, place, destination, state)
    window, query = _QUERIES[f"window_end{suffix}"], _QUERIES[f"page{suffix}"]
    found = await reader.fetch(window, window.values(**named))
    end = found[0][0] if found else 0
    return await _page(reader, await reader.fetch(query, query.values(**named, end=end)), limit, end)


async def page_of_event(
    reader: Reader,
    sequences: Sequence[int],
    limit: int,
    place: Place,
    *,
    destination: str | None = None,
    state: EntryState | None = None,
) -> DeliveryPage:
    """A page of the deliveries of an event that has these sequences, one for each version."""
    named = await _named(reader, limit, place, destination, state)
    window, query = _QUERIES["window_end_of_event"], _QUERIES["page_of_event"]
    end = 0
    for sequence in sequences:
        found = await reader.fetch(window, window.values(**named, entity_id=str(sequence)))
        end = max([end, *[row[0] for row in found]])
    rows: list[Row] = []
    for sequence in sequences:
        values = query.values(**named, event=sequence, entity_id=str(sequence), end=end)
        rows += await reader.fetch(query, values)
    rows.sort(key=itemgetter(0), reverse=True)  # those with the same sequence are in order
    return await _page(reader, rows[:limit], limit, end)


async def find(reader: Reader, sequence: int, destination: str) -> tuple[DeliveryRecord, bytes | None] | None:
    """A delivery, and the body of its event if that is still stored, to be completed (``schemas/documents``)."""
    query = _QUERIES["delivery"]
    values = query.values(partner=reader.partner_id, sequence=sequence, destination=destination)
    records = await _records(reader, await reader.fetch(query, values))
    if not records:
        return None
    query = _QUERIES["event_body"]
    values = query.values(partner=reader.partner_id, sequence=int(records[0].entity_id))
    bodies = await reader.fetch(query, values)
    return records[0], bodies[0][0] if bodies else None


async def forget_responses(transaction: Transaction, partner_id: int, event: int) -> None:
    """Removes what receivers answered to an event, which may repeat it."""
    query = _QUERIES["attempts_of_event"]
    rows = await transaction.fetch(query, query.values(partner=partner_id, event=event, entity_id=str(event)))
    query = _QUERIES["save_attempts"]
    if rows:
        await transaction.run_many(
            query,
            [
                query.values(
                    partner=partner_id, sequence=sequence, destination=destination, attempt_log=without_responses(log)
                )
                for sequence, destination, log in rows
            ],
        )


async def _named(
    reader: Reader, limit: int, place: Place, destination: str | None, state: EntryState | None
) -> dict[str, Value]:
    """The values of a page that its queries have in common."""
    sequence, last_skipped = place.sequence, ""
    if place.skip:
        query = _QUERIES["last_skipped"]
        values = query.values(partner=reader.partner_id, sequence=sequence, offset=place.skip - 1)
        found = await reader.fetch(query, values)
        sequence, last_skipped = (sequence, found[0][0]) if found else (sequence - 1, "")
    return {
        "partner": reader.partner_id,
        "sequence": sequence,
        "last_skipped": last_skipped,
        "scan": max(SCAN, limit),
        "destination": destination or "",
        "state": state or "",
        "limit": limit,
    }


async def _page(reader: Reader, rows: Sequence[Row], limit: int, end: int) -> DeliveryPage:
    """A page of these rows, which are all up to ``end`` if they are fewer than ``limit``."""
    records = await _records(reader, rows)
    if len(records) < limit:
        return DeliveryPage(records, Place(end) if end else None)
    last, query = records[-1], _QUERIES["skip"]
    values = query.values(partner=reader.partner_id, sequence=last.sequence, destination=last.destination)
    [(skip,)] = await reader.fetch(query, values)
    return DeliveryPage(records, Place(last.sequence, skip))


async def _records(reader: Reader, rows: Sequence[Row]) -> Sequence[DeliveryRecord]:
    query = _QUERIES["events"]
    sequences = sorted({int(row[3]) for row in rows})
    events = {
        row[0]: _event(*row)
        for several in in_several(sequences, -1)
        for row in await reader.fetch(query, query.values(partner=reader.partner_id, **several))
    }
    return [_record(*row, event=events.get(int(row[3]))) for row in rows]


def _record(
    sequence: int,
    destination: str,
    kind: str,
    entity_id: str,
    state: str,
    attempts: int,
    outcome: str | None,
    updated_at: Instant,
    due_at: Instant | None,
    log: str | None,
    *,
    event: EventOfDelivery | None,
) -> DeliveryRecord:
    return DeliveryRecord(
        sequence,
        destination,
        kind,
        entity_id,
        EntryState(state),
        attempts,
        outcome,
        updated_at,
        due_at,
        log,
        event,
    )


def _event(
    sequence: int, event_id: str, version: str, kind: str, chat_id: str | None, created_at: Instant, beginning: bytes
) -> EventOfDelivery:
    return EventOfDelivery(sequence, event_id, version, kind, chat_id, created_at, _trace_id(beginning))


def _trace_id(body: bytes) -> str | None:
    found = _TRACE_ID.search(body)
    return found[1].decode() if found else None
