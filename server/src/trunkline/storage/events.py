"""Stored events: what subscribers get, in each version that one of them has.

Events and finished deliveries are stored for a while (``storage/retention``).
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from trunkline.domain.events import Event, WebhookVersion
from trunkline.domain.ids import time_ordered_id
from trunkline.domain.instant import Instant
from trunkline.domain.subscription import deliverable
from trunkline.schemas.events import webhook_body
from trunkline.schemas.forgotten import without_content
from trunkline.storage import deliveries
from trunkline.storage.deferred import DeferredWrites
from trunkline.storage.outbox import NO_CHAT, NewEntry
from trunkline.storage.ports import Source, Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("events")


class StoredEvent(msgspec.Struct, frozen=True):
    """An event that is still stored, in one version."""

    sequence: int
    id: str
    version: str
    type: str
    chat_id: str | None
    created_at: Instant


class Subscriber(msgspec.Struct, frozen=True):
    """A subscription that is active. ``lines`` is None if it wants the events of every line."""

    id: str
    types: frozenset[str]
    lines: frozenset[str] | None
    version: str

    def wants(self, event_type: str, line: str) -> bool:
        """Whether it gets events of this type about this line."""
        return event_type in self.types and (self.lines is None or line in self.lines)


async def subscribers(reader: Source, partner_id: int) -> Sequence[Subscriber]:
    """Those of a partner."""
    return [
        Subscriber(each, _event_types(types, version), None if lines is None else _names(lines), version)
        for each, types, lines, version in await reader.fetch(_QUERIES["subscriptions"], (partner_id,))
    ]


async def publish(
    transaction: DeferredWrites,
    partner_id: int,
    events: Sequence[Event],
    trace_id: str,
    now: Instant,
    next_sequence: Callable[[], int],
) -> Sequence[NewEntry]:
    """Stores the events that have subscribers, in the versions that these have, and returns their deliveries."""
    active = await subscribers(transaction, partner_id)
    entries: list[NewEntry] = []
    query = _QUERIES["add_event"]
    for event in events:
        subscribed: dict[str, list[str]] = {}
        for each in active:
            if each.wants(event.type, event.line):
                subscribed.setdefault(each.version, []).append(each.id)
        if not subscribed:
            continue
        event_id = time_ordered_id(now)
        ordering_key = event.chat_id or NO_CHAT
        for version, subscriptions in subscribed.items():
            sequence = next_sequence()
            values = query.values(
                partner=partner_id,
                sequence=sequence,
                id=event_id,
                version=version,
                type=event.type,
                chat_id=event.chat_id,
                line=event.line,
                message_id=event.message_id,
                now=now,
                body=webhook_body(event, WebhookVersion(version), event_id, partner_id, trace_id, now),
            )
            transaction.write(query, values, ("events", sequence))
            entries += [NewEntry(each, ordering_key, sequence, event.type, str(sequence)) for each in subscriptions]
    return entries


@lru_cache(maxsize=1024)
def _event_types(array: str, version: str) -> frozenset[str]:
    return deliverable(json.loads(array), WebhookVersion(version))


@lru_cache(maxsize=1024)
def _names(array: str) -> frozenset[str]:
    return frozenset(json.loads(array))


async def event_versions(reader: Reader, event_id: str) -> Sequence[StoredEvent]:
    """The event with this id in each version in which it is still stored, the latest first."""
    return [StoredEvent(*row) for row in await reader.fetch(_QUERIES["event_by_id"], (reader.partner_id, event_id))]


async def forget_message(transaction: Transaction, partner_id: int, message_id: str) -> None:
    """Removes what a deleted message said from its events, whether they were delivered or wait."""
    query = _QUERIES["save_event_body"]
    found = await transaction.fetch(_QUERIES["events_of_message"], (partner_id, message_id))
    rows = [query.values(partner=partner_id, sequence=row[0], body=without_content(row[1])) for row in found]
    if rows:
        await transaction.run_many(query, rows)
    for row in found:
        await deliveries.forget_responses(transaction, partner_id, row[0])


async def subscriptions_of(reader: Reader, sequence: int) -> Sequence[str]:
    """The ids of the subscriptions that a stored event was delivered to when it happened."""
    return [row[0] for row in await reader.fetch(_QUERIES["subscriptions_of_event"], (reader.partner_id, sequence))]
