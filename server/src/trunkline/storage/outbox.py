"""What is to leave the service, kept until it has left: messages for the carrier, events for subscribers.

    queue (a destination) ──▶ lanes (what must stay in order: a chat) ──▶ items

    waiting ──▶ attempt ──▶ done, and the lane moves on
                   └──────▶ the lane waits, longer each time ──▶ attempt … ──▶ failed, and the lane moves on

An item is written in the transaction of the change that it comes from. A worker claims a whole queue for some seconds:
one destination has one worker at a time, and a claim that its worker did not live to end runs out. So everything is
attempted at least once, in the order of its lane, and no destination waits for another.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from trunkline.domain import events
from trunkline.domain.events import Event
from trunkline.domain.instant import Instant
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("outbox")

CARRIER = "carrier"
"""The destination of commands; every other is the id of a subscription."""

ALL_CHATS = ""
"""The lane of events that are of no chat."""


class Command(StrEnum):
    """What a carrier is told to do. The subject of ``send`` is a message, of the others a chat."""

    SEND = "send"
    MARK_READ = "mark_read"
    START_TYPING = "start_typing"
    STOP_TYPING = "stop_typing"
    EDIT = "edit"
    REACT = "react"


class Waiting(msgspec.Struct, frozen=True):
    """Something new in a lane."""

    destination: str
    lane: str
    number: int
    kind: str
    subject: str


class Claim(msgspec.Struct, frozen=True):
    """A queue that this worker has until then, in microseconds since the epoch."""

    partner_id: int
    destination: str
    until: Instant


class Item(msgspec.Struct, frozen=True):
    """The head of a lane. ``attempts`` is how often it was tried before."""

    number: int
    lane: str
    kind: str
    subject: str
    attempts: int


class Done(msgspec.Struct, frozen=True):
    """It left: what answered, for whoever looks. A command is forgotten, a delivery kept."""

    outcome: str | None = None


class Retry(msgspec.Struct, frozen=True):
    """It did not leave, and is tried again then. What postponed itself, on purpose, was no attempt."""

    due_at: Instant
    outcome: str | None = None
    counts: bool = True


class Failed(msgspec.Struct, frozen=True):
    """It will not leave."""

    outcome: str


Result = Done | Retry | Failed


async def put(transaction: Transaction, partner_id: int, waiting: Sequence[Waiting], now: Instant) -> None:
    """Writes new items; the partner's row must be locked."""
    rows: dict[str, dict[object, tuple[Value, ...]]] = {"put": {}, "put_lane": {}, "put_queue": {}}
    keys: dict[str, Callable[[Waiting], object]] = {
        "put": lambda item: (item.destination, item.number),
        "put_lane": lambda item: (item.destination, item.lane),
        "put_queue": lambda item: item.destination,
    }
    for item in waiting:
        named = msgspec.structs.asdict(item) | {"partner": partner_id, "now": now}
        for name, key in keys.items():
            rows[name].setdefault(key(item), _QUERIES[name].values(**named))
    for name, values in rows.items():
        await transaction.run_many(_QUERIES[name], list(values.values()))


async def publish(
    transaction: Transaction,
    partner_id: int,
    happened: Sequence[Event],
    trace_id: str,
    now: Instant,
    take_number: Callable[[], int],
) -> Sequence[Waiting]:
    """Keeps the events that anybody subscribes to, and says to whom they are to be delivered."""
    subscribers = [
        (row[0], frozenset(json.loads(row[1])), None if row[2] is None else frozenset(json.loads(row[2])))
        for row in await transaction.fetch(_QUERIES["subscriptions"], (partner_id,))
    ]
    kept: list[tuple[Value, ...]] = []
    waiting: list[Waiting] = []
    query = _QUERIES["put_event"]
    for event in happened:
        wanted_by = [
            subscription
            for subscription, types, lines in subscribers
            if event.type in types and (lines is None or event.line in lines)
        ]
        if not wanted_by:
            continue
        number = take_number()
        event_id = uuid7(now, secrets.randbits(RANDOM_BITS))
        kept.append(
            query.values(
                partner=partner_id,
                number=number,
                id=event_id,
                type=event.type,
                chat_id=event.chat_id,
                line=event.line,
                now=now,
                body=events.envelope(event, event_id, partner_id, trace_id, now),
            )
        )
        lane = event.chat_id or ALL_CHATS
        waiting += [Waiting(subscription, lane, number, event.type, str(number)) for subscription in wanted_by]
    await transaction.run_many(query, kept)
    return waiting


async def due(database: Database, now: Instant, limit: int) -> Sequence[tuple[int, str]]:
    """The queues (partner, destination) that something is due in and nobody has, the one that waits longest first."""
    rows = await database.fetch(_QUERIES["due_queues"], _QUERIES["due_queues"].values(now=now, limit=limit))
    return [(row[0], row[1]) for row in rows]


async def claim(database: Database, partner_id: int, destination: str, now: Instant, until: Instant) -> Claim | None:
    """The queue, for this worker alone until then; None where another was faster."""
    query = _QUERIES["claim"]
    async with database.transaction() as transaction:
        values = query.values(partner=partner_id, destination=destination, now=now, until=until)
        found = await transaction.fetch(query, values)
    return Claim(partner_id, destination, until) if found else None


async def items(database: Database, claimed: Claim, now: Instant, limit: int) -> Sequence[Item]:
    """The heads of the lanes that are due."""
    query = _QUERIES["due_items"]
    values = query.values(partner=claimed.partner_id, destination=claimed.destination, now=now, limit=limit)
    return [Item(*row) for row in await database.fetch(query, values)]


async def record(
    transaction: Transaction, claimed: Claim, results: Sequence[tuple[Item, Result]], now: Instant
) -> None:
    """Writes what became of items, moves their lanes on and ends the claim; the partner's row must be locked."""
    rows: dict[str, list[tuple[Value, ...]]] = {
        name: [] for name in ("finish", "forget", "retry", "advance", "drop_lane")
    }
    for item, result in results:
        attempts = item.attempts + (not isinstance(result, Retry) or result.counts)
        named: dict[str, Value] = {
            "partner": claimed.partner_id,
            "destination": claimed.destination,
            "number": item.number,
            "lane": item.lane,
            "now": now,
            "attempts": attempts,
            "outcome": result.outcome,
        }
        match result:
            case Retry():
                steps = ["finish", "retry"]
                named |= {"state": "waiting", "due_at": result.due_at}
            case Done() if claimed.destination == CARRIER:
                steps = ["forget", "advance", "drop_lane"]
            case Done():
                steps = ["finish", "advance", "drop_lane"]
                named |= {"state": "done"}
            case Failed():
                steps = ["finish", "advance", "drop_lane"]
                named |= {"state": "failed"}
        for name in steps:
            rows[name].append(_QUERIES[name].values(**named))
    for name, values in rows.items():
        await transaction.run_many(_QUERIES[name], values)
    query = _QUERIES["release"]
    values = query.values(partner=claimed.partner_id, destination=claimed.destination, until=claimed.until)
    await transaction.fetch(query, values)
