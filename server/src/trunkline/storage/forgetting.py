"""What is kept for a while only, and goes when it is too old, some of it now and then.

Every so many numbers of a partner, the change that passes them forgets twice as many of the oldest as have been given
since the last time. So the tables stay bounded, no change has a long job to do, and most have none.
"""

from trunkline.domain.instant import DAY, Instant
from trunkline.storage.cursor import LIFETIME as CURSORS
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import load

_QUERIES = load("forgetting")

EVERY = 32
"""So many numbers are between two times."""

ANSWERS: Instant = 30 * DAY
"""How long the answer to a send stands, in microseconds."""

DELIVERIES: Instant = 30 * DAY
"""How long events are kept, and what became of them, in microseconds."""

_MARGIN = DAY  # a change is dated before it waits for its turn, by a clock that may not be everybody's

_LIFETIMES = {"moves": CURSORS + _MARGIN, "answers": ANSWERS, "events": DELIVERIES, "items": DELIVERIES}


async def forget(transaction: Transaction, partner_id: int, before: int, counter: int, now: Instant) -> None:
    """What a change forgets that took the partner's counter from one number to another."""
    if before // EVERY == counter // EVERY:
        return
    limit = 2 * (counter - before + EVERY)
    for name, lifetime in _LIFETIMES.items():
        query = _QUERIES[name]
        await transaction.fetch(query, query.values(partner=partner_id, limit=limit, horizon=now - lifetime))
