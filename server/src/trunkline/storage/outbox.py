"""The outbox: commands for the carrier and deliveries to subscribers, until they are sent.

    queue (one destination) ──▶ ordering keys (a chat each) ──▶ entries, in order

    pending ──▶ attempt ──▶ done, and the next entry of the ordering key is due
                   └──────▶ waits, longer each time ──▶ attempt … ──▶ failed, and the next entry is due

A change writes its entries in its own transaction. A worker claims a whole queue for a lease, so one worker at a time
serves a destination. A claim that its worker does not release expires. So every entry is attempted at least once, in
the order of its ordering key, and no destination waits for another.

Finished deliveries are stored for a while, as are the events (``storage/events``), so that an operator can see their
outcome.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, StrEnum, auto

import msgspec

from trunkline.domain.context import Origin
from trunkline.domain.delivery import Attempt, EntryState
from trunkline.domain.instant import HOUR, MINUTE, SECOND, Clock, Instant
from trunkline.schemas.attempts import attempt_line
from trunkline.storage.deferred import DeferredWrites
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Value, load

_QUERIES = load("outbox")

CARRIER = "carrier"
"""The destination of commands. Every other destination is the id of a subscription."""

MAX_LEASE: Instant = 30 * SECOND
"""How long a worker claims a queue at most, in microseconds, if other processes use the database."""

MAX_WAIT: Instant = HOUR
"""How long an entry waits for its next attempt at most, in microseconds, unless a worker says otherwise."""

_CLOCKS_DIFFER: Instant = MINUTE  # at most, between two hosts

NO_CHAT = ""
"""The ordering key of events that belong to no chat."""


class Command(StrEnum):
    """A request to the carrier.

    The entity of ``share_contact_card`` is a share, that of the commands about reading and typing is a chat. Otherwise,
    it is a message.
    """

    SEND = "send"
    MARK_READ = "mark_read"
    START_TYPING = "start_typing"
    STOP_TYPING = "stop_typing"
    EDIT = "edit"
    REACT = "react"
    UPDATE_POLL = "update_poll"
    SHARE_CONTACT_CARD = "share_contact_card"


class NewEntry(msgspec.Struct, frozen=True):
    """An entry to add."""

    destination: str
    ordering_key: str
    sequence: int
    kind: str
    """A ``Command``, or the type of an event."""
    entity_id: str


class Claim(msgspec.Struct, frozen=True):
    """This worker's exclusive right to a queue, until a time in microseconds since 1970."""

    partner_id: int
    destination: str
    until: Instant
    silent_rounds: int = 0
    """The number of rounds in a row in which the destination did not respond."""


class Queue(msgspec.Struct, frozen=True):
    """Until when a queue is claimed, and until when it is paused, in microseconds since 1970; 0 if it is not."""

    claimed_until: Instant = 0
    paused_until: Instant = 0

    def is_claimed(self, now: Instant) -> bool:
        """Whether a worker has the exclusive right to the queue."""
        return now < self.claimed_until <= _latest(now)["latest_claim"]


class Entry(msgspec.Struct, frozen=True):
    """The first pending entry of an ordering key. ``attempts`` counts the attempts before."""

    sequence: int
    ordering_key: str
    kind: str
    entity_id: str
    attempts: int
    due_at: Instant


class Done(msgspec.Struct, frozen=True):
    """The entry was delivered. A command is deleted; a delivery is stored with its outcome."""

    outcome: str | None = None
    attempt: Attempt | None = None
    """What a receiver got and answered, to be stored with the delivery."""


class Retry(msgspec.Struct, frozen=True):
    """The entry was not delivered and is attempted again at ``due_at``, after ``MAX_WAIT`` at the latest.

    A deferral does not count as an attempt.
    """

    due_at: Instant
    outcome: str | None = None
    counts: bool = True
    attempt: Attempt | None = None


class Failed(msgspec.Struct, frozen=True):
    """The entry will not be delivered."""

    outcome: str
    attempt: Attempt | None = None


Result = Done | Retry | Failed


class ClaimPolicy(Enum):
    """What happens to a claim when results are recorded."""

    RELEASE = auto()
    KEEP_WHILE_DUE = auto()
    """The claim stays while an entry is due."""
    KEEP = auto()
    """The claim stays: no other worker serves the queue."""


def add(transaction: DeferredWrites, partner_id: int, entries: Sequence[NewEntry], now: Instant) -> None:
    """Adds entries. The partner's row must be locked."""
    added: dict[str, dict[str, list[NewEntry]]] = {}
    for entry in entries:
        added.setdefault(entry.destination, {}).setdefault(entry.ordering_key, []).append(entry)
    add_queue, add_entry = _QUERIES["add_queue"], _QUERIES["add_entry"]
    for destination, keys in added.items():
        key = next(iter(keys)) if len(keys) == 1 else None
        named: dict[str, Value] = {"partner": partner_id, "destination": destination, "ordering_key": key, "now": now}
        transaction.write(add_queue, add_queue.values(**named), ("queues", destination))
    for destination, keys in added.items():
        for first, *others in keys.values():
            for entry in (first, *others):
                named = msgspec.structs.asdict(entry) | {"partner": partner_id, "now": now}
                values = add_entry.values(**named, is_first=int(entry is first))
                transaction.write(add_entry, values, ("outbox", destination, entry.sequence))


def _latest(now: Instant, max_wait: Instant = MAX_WAIT) -> dict[str, Instant]:
    """The latest times that can have been written, unless the clock has been set back since."""
    return {"latest_claim": now + MAX_LEASE + _CLOCKS_DIFFER, "latest_due": now + max_wait + _CLOCKS_DIFFER}


async def due_queues(
    database: Database,
    now: Instant,
    *,
    carriers: int,
    webhooks: int,
    full: Iterable[int] = (),
    max_wait: Instant = MAX_WAIT,
) -> Sequence[tuple[int, str]]:
    """Unclaimed queues (partner, destination) with a due entry, earliest due first.

    They are at most so many ``carriers``, then at most so many ``webhooks`` of partners who are not in ``full``.
    """
    query = _QUERIES["due_queues"]
    listed = "".join([f",{partner}" for partner in full]) + ","
    values = query.values(now=now, carriers=carriers, webhooks=webhooks, full=listed, **_latest(now, max_wait))
    rows = [(row[0], row[1]) for row in await database.fetch_everywhere(query, values)]
    return [
        *[row for row in rows if row[1] == CARRIER][:carriers],
        *[row for row in rows if row[1] != CARRIER][:webhooks],
    ]


async def partners_behind(database: Database, before: Instant, most: int) -> frozenset[int]:
    """The partners with a queue of more than ``most`` entries, in which an attempt has been due since before a time.

    A queue whose last attempts all failed does not count.
    """
    query = _QUERIES["partners_behind"]
    return frozenset([row[0] for row in await database.fetch_everywhere(query, query.values(before=before, most=most))])


async def overdue(database: Database, now: Instant, limit: int) -> tuple[list[Instant], list[Instant]]:
    """Since when queues of the carrier, and queues of subscriptions, have been due; the ``limit`` earliest of each."""
    query = _QUERIES["overdue"]
    rows = await database.fetch_everywhere(query, query.values(now=now, limit=limit))
    carrier = [due_at for is_carrier, due_at in rows if is_carrier]
    return carrier, [due_at for is_carrier, due_at in rows if not is_carrier]


async def next_due(database: Database, now: Instant, *, max_wait: Instant = MAX_WAIT) -> Instant | None:
    """When the next entry of any queue is due; None if nothing is pending."""
    rows = await database.fetch_everywhere(_QUERIES["next_due_anywhere"], ())
    return min((_due(due_at, now, max_wait) for row in rows for due_at in row if due_at is not None), default=None)


def _due(due_at: Instant, now: Instant, max_wait: Instant) -> Instant:
    """When an entry with this time is due."""
    return due_at if due_at <= _latest(now, max_wait)["latest_due"] else now


async def claim(
    database: Database,
    partner_id: int,
    destination: str,
    clock: Clock,
    lease: Instant,
    *,
    max_wait: Instant = MAX_WAIT,
) -> Claim | None:
    """Claims a queue for ``lease`` microseconds from now; None if another worker was faster."""
    query = _QUERIES["claim"]
    async with database.transaction(partner_id, Origin.CLAIM) as transaction:
        now = clock()  # after waiting for the write lock
        named = {"partner": partner_id, "destination": destination, "now": now, "until": now + lease}
        values = query.values(**named, **_latest(now, max_wait))
        found = await transaction.fetch(query, values)
    return Claim(partner_id, destination, now + lease, found[0][0]) if found else None


async def reserve(transaction: Transaction, partner_id: int, destination: str, until: Instant) -> Claim:
    """Claims a queue that is empty, before anything is added to it."""
    query = _QUERIES["reserve"]
    await transaction.fetch(query, query.values(partner=partner_id, destination=destination, until=until))
    return Claim(partner_id, destination, until)


async def renew(database: Database, claim: Claim, clock: Clock, lease: Instant) -> Claim | None:
    """Renews a claim for ``lease`` microseconds from now; None if it expired and another worker has the queue."""
    query = _QUERIES["renew"]
    async with database.transaction(claim.partner_id, Origin.CLAIM) as transaction:
        until = clock() + lease
        values = query.values(partner=claim.partner_id, destination=claim.destination, until=claim.until, next=until)
        found = await transaction.fetch(query, values)
    return msgspec.structs.replace(claim, until=until) if found else None


async def queues(reader: Reader) -> dict[str, Queue]:
    """A partner's queues, by destination."""
    return {row[0]: Queue(*row[1:]) for row in await reader.fetch(_QUERIES["queues"], (reader.partner_id,))}


async def resume(transaction: Transaction, partner_id: int, destination: str) -> None:
    """Ends the pause of a queue. The partner's row must be locked."""
    query = _QUERIES["resume"]
    await transaction.fetch(query, query.values(partner=partner_id, destination=destination))


async def due_entries(
    database: Database, claim: Claim, now: Instant, limit: int, *, max_wait: Instant = MAX_WAIT
) -> tuple[Sequence[Entry], bool]:
    """The first pending entries of the ordering keys that are due, and whether nothing else waits in the queue."""
    query = _QUERIES["due_entries"]
    named = {"partner": claim.partner_id, "destination": claim.destination, "now": now, "limit": limit}
    values = query.values(**named, **_latest(now, max_wait))
    rows = await database.fetch(query, values)
    return [Entry(*row[:-1]) for row in rows], bool(rows) and rows[0][-1] == len(rows)


async def record(
    transaction: DeferredWrites,
    claim: Claim,
    results: Sequence[tuple[Entry, Result]],
    now: Instant,
    policy: ClaimPolicy,
    pause: Instant = 0,
    *,
    max_wait: Instant = MAX_WAIT,
) -> bool:
    """Records the results of attempts and advances the ordering keys. Returns whether the queue is still claimed.

    ``pause`` is how long the queue is not attempted, in microseconds; a paused queue is released. The partner's row
    must be locked.
    """
    for entry, result in results:
        named: dict[str, Value] = {
            "partner": claim.partner_id,
            "destination": claim.destination,
            "sequence": entry.sequence,
            "ordering_key": entry.ordering_key,
            "now": now,
            "attempts": entry.attempts + (not isinstance(result, Retry) or result.counts),
            "outcome": result.outcome,
            "due_at": entry.due_at,
            "attempt": None if result.attempt is None else attempt_line(result.attempt),
        }
        match result:
            case Retry():
                steps = ["retry"]
                named["due_at"] = min(result.due_at, now + max_wait)
            case Done() if claim.destination == CARRIER:
                steps = ["advance", "delete_entry"]
            case Done():
                steps = ["advance", "finish"]
                named["state"] = EntryState.DONE
            case Failed():
                steps = ["advance", "finish"]
                named["state"] = EntryState.FAILED
        row = ("outbox", claim.destination, entry.sequence)
        for name in steps:
            query = _QUERIES[name]
            values = query.values(**named)
            if name == "advance":  # writes the next entry of the ordering key
                transaction.write(query, values, ("outbox", claim.destination, entry.ordering_key), reads=row)
            else:
                transaction.write(query, values, row)
    is_failing = None if not results else not any(isinstance(result, Done) for _, result in results)
    return await _update_queue(transaction, claim, now, policy, pause, is_failing, max_wait)


async def _update_queue(
    transaction: Transaction,
    claim: Claim,
    now: Instant,
    policy: ClaimPolicy,
    pause: Instant,
    is_failing: bool | None,
    max_wait: Instant,
) -> bool:
    """Writes when the queue is due next. Only the worker that holds the claim can end it."""
    named: dict[str, Value] = {"partner": claim.partner_id, "destination": claim.destination}
    if pause:
        # Entries that are added meanwhile do not make the queue due, so it is due when the pause ends.
        due_at, held = now + pause, False
    else:
        query = _QUERIES["next_due"]
        [(first, last)] = await transaction.fetch(query, query.values(**named))
        due_at = None if first is None else min(first, _due(last, now, max_wait))
        is_due = due_at is not None and due_at <= now
        held = policy is ClaimPolicy.KEEP or (policy is ClaimPolicy.KEEP_WHILE_DUE and is_due)
    query = _QUERIES["update_queue"]
    values = query.values(
        **named,
        due_at=due_at,
        silent_rounds=claim.silent_rounds,
        is_failing=None if is_failing is None else int(is_failing),
        paused_until=due_at if pause else 0,
        until=claim.until,
        held_until=claim.until if held else 0,
    )
    await transaction.fetch(query, values)
    return held


async def abandon(transaction: Transaction, partner_id: int, destination: str, outcome: str, now: Instant) -> None:
    """Empties a queue for good: its pending entries fail. The partner's row must be locked."""
    named: dict[str, Value] = {"partner": partner_id, "destination": destination, "outcome": outcome, "now": now}
    for name in ("abandon_entries", "abandon_queue"):
        await transaction.fetch(_QUERIES[name], _QUERIES[name].values(**named))


async def count_pending(reader: Reader, destination: str) -> int:
    """How many entries wait for a destination."""
    query = _QUERIES["count_pending"]
    return (await reader.fetch(query, query.values(partner=reader.partner_id, destination=destination)))[0][0]
