"""What is to leave the service, kept until it has left: messages for the carrier, events for subscribers.

    queue (a destination) ──▶ lanes (what must stay in order: a chat) ──▶ items

    waiting ──▶ attempt ──▶ done, and the lane moves on
                   └──────▶ the lane waits, longer each time ──▶ attempt … ──▶ failed, and the lane moves on

An item is written in the transaction of the change that it comes from. A worker claims a whole queue for some seconds:
one destination has one worker at a time, and a claim that its worker did not live to end runs out. So everything is
attempted at least once, in the order of its lane, and no destination waits for another.

What has left, and the events that subscribers were told, are kept for a while, for whoever asks what became of them
(``storage/forgetting``).
"""

import json
import secrets
from collections.abc import Callable, Sequence
from enum import Enum, StrEnum, auto
from functools import lru_cache

import msgspec

from trunkline.domain import events
from trunkline.domain.events import Event
from trunkline.domain.instant import Clock, Instant
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


class After(Enum):
    """What becomes of a claim when results are recorded."""

    RELEASE = auto()
    GO_ON = auto()
    """It is kept as long as something is due."""
    HOLD = auto()
    """It is kept whatever is due: the queue is served by nobody else."""


class KeptEvent(msgspec.Struct, frozen=True):
    """An event that is still kept."""

    number: int
    id: str
    type: str
    chat_id: str | None
    created_at: Instant


class State(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Delivered(msgspec.Struct, frozen=True):
    """What became of an event on its way to a subscription so far. ``subject`` is the event's number."""

    number: int
    destination: str
    kind: str
    subject: str
    state: str
    attempts: int
    outcome: str | None
    updated_at: Instant


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
        (row[0], _names(row[1]), None if row[2] is None else _names(row[2]))
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
    if kept:
        await transaction.run_many(query, kept)
    return waiting


@lru_cache(maxsize=1024)
def _names(array: str) -> frozenset[str]:
    return frozenset(json.loads(array))


async def due(database: Database, now: Instant, limit: int) -> Sequence[tuple[int, str]]:
    """The queues (partner, destination) that something is due in and nobody has, the one that waits longest first."""
    rows = await database.fetch(_QUERIES["due_queues"], _QUERIES["due_queues"].values(now=now, limit=limit))
    return [(row[0], row[1]) for row in rows]


async def coming(database: Database) -> Instant | None:
    """When something in any queue is due; None where nothing waits."""
    [(due_at,)] = await database.fetch(_QUERIES["coming"], ())
    return due_at


async def claim(database: Database, partner_id: int, destination: str, clock: Clock, lease: Instant) -> Claim | None:
    """The queue, for this worker alone, for ``lease`` microseconds from now; None where another was faster."""
    query = _QUERIES["claim"]
    async with database.transaction() as transaction:
        now = clock()  # here, where the turn to write has come
        values = query.values(partner=partner_id, destination=destination, now=now, until=now + lease)
        found = await transaction.fetch(query, values)
    return Claim(partner_id, destination, now + lease) if found else None


async def reserve(transaction: Transaction, partner_id: int, destination: str, until: Instant) -> Claim:
    """A queue that has had nothing in it so far, claimed before anything is."""
    query = _QUERIES["reserve"]
    await transaction.fetch(query, query.values(partner=partner_id, destination=destination, until=until))
    return Claim(partner_id, destination, until)


async def renew(database: Database, claimed: Claim, clock: Clock, lease: Instant) -> Claim | None:
    """The claim for ``lease`` microseconds more; None where it ran out and another worker has the queue."""
    query = _QUERIES["renew"]
    async with database.transaction() as transaction:
        until = clock() + lease
        values = query.values(
            partner=claimed.partner_id, destination=claimed.destination, until=claimed.until, next=until
        )
        found = await transaction.fetch(query, values)
    return Claim(claimed.partner_id, claimed.destination, until) if found else None


async def claims(reader: Database | Transaction, partner_id: int) -> dict[str, Instant]:
    """Until when each of a partner's queues is claimed, by destination; 0 where it is not."""
    return {row[0]: row[1] for row in await reader.fetch(_QUERIES["claims"], (partner_id,))}


async def items(database: Database, claimed: Claim, now: Instant, limit: int) -> Sequence[Item]:
    """The heads of the lanes that are due."""
    query = _QUERIES["due_items"]
    values = query.values(partner=claimed.partner_id, destination=claimed.destination, now=now, limit=limit)
    return [Item(*row) for row in await database.fetch(query, values)]


async def record(
    transaction: Transaction, claimed: Claim, results: Sequence[tuple[Item, Result]], now: Instant, after: After
) -> bool:
    """Writes what became of items and moves their lanes on; whether the queue is still claimed, as ``after`` says.

    The partner's row must be locked.
    """
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
                named |= {"state": State.WAITING, "due_at": result.due_at}
            case Done() if claimed.destination == CARRIER:
                steps = ["forget", "advance", "drop_lane"]
            case Done():
                steps = ["finish", "advance", "drop_lane"]
                named |= {"state": State.DONE}
            case Failed():
                steps = ["finish", "advance", "drop_lane"]
                named |= {"state": State.FAILED}
        for name in steps:
            rows[name].append(_QUERIES[name].values(**named))
    for name, values in rows.items():
        if values:
            await transaction.run_many(_QUERIES[name], values)
    return await _settle(transaction, claimed, now, after)


async def _settle(transaction: Transaction, claimed: Claim, now: Instant, after: After) -> bool:
    """Says when the queue is due next. A claim is ended by the worker that has it only."""
    named = {"partner": claimed.partner_id, "destination": claimed.destination}
    query = _QUERIES["next_due"]
    [(due_at,)] = await transaction.fetch(query, query.values(**named))
    held = after is After.HOLD or (after is After.GO_ON and due_at is not None and due_at <= now)
    query = _QUERIES["settle"]
    values = query.values(**named, due_at=due_at, until=claimed.until, held_until=claimed.until if held else 0)
    await transaction.fetch(query, values)
    return held


async def abandon(transaction: Transaction, partner_id: int, destination: str, why: str, now: Instant) -> None:
    """Empties a queue for good: what waits in it has failed. The partner's row must be locked."""
    named: dict[str, Value] = {"partner": partner_id, "destination": destination, "outcome": why, "now": now}
    for name in ("abandon_items", "abandon_lanes", "abandon_queue"):
        await transaction.fetch(_QUERIES[name], _QUERIES[name].values(**named))


async def event(transaction: Transaction, partner_id: int, event_id: str) -> KeptEvent | None:
    """The event with this id, if it is still kept."""
    found = await transaction.fetch(_QUERIES["event"], (partner_id, event_id))
    return KeptEvent(*found[0]) if found else None


async def recipients(transaction: Transaction, partner_id: int, number: int) -> Sequence[str]:
    """The subscriptions that an event was for when it happened."""
    return [row[0] for row in await transaction.fetch(_QUERIES["recipients"], (partner_id, number))]


async def deliveries(
    database: Database, partner_id: int, limit: int, *, destination: str | None, state: State | None
) -> Sequence[tuple[Delivered, KeptEvent | None]]:
    """A partner's latest deliveries, the latest first, each with its event as far as that is kept.

    ``destination`` and ``state`` narrow them.
    """
    query = _QUERIES["deliveries"]
    values = query.values(partner=partner_id, destination=destination or "", state=state or "", limit=limit)
    found = [Delivered(*row) for row in await database.fetch(query, values)]
    kept: dict[str, KeptEvent | None] = {}
    for number in {each.subject for each in found}:
        rows = await database.fetch(_QUERIES["event_by_number"], (partner_id, int(number)))
        kept[number] = KeptEvent(*rows[0]) if rows else None
    return [(each, kept[each.subject]) for each in found]
