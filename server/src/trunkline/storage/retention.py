"""Retention: how long history is stored, and its gradual deletion.

A change whose revisions cross a multiple of ``INTERVAL`` deletes up to twice as many of the oldest rows as there were
revisions since the last time. So the tables stay bounded without a scheduled job, and most changes delete nothing.
"""

from trunkline.domain.instant import DAY, Instant
from trunkline.storage.cursor import LIFETIME as CURSORS
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import load

_QUERIES = load("retention")

INTERVAL = 32
"""Revisions between two deletions."""

IDEMPOTENCY_RECORDS: Instant = 30 * DAY
"""How long an idempotency record is stored, in microseconds."""

DELIVERIES: Instant = 30 * DAY
"""How long events and their deliveries are stored, in microseconds."""

_MARGIN = DAY  # a change is dated before it waits for its turn, by a clock that may differ from others

_RETENTION = {
    "sort_key_history": CURSORS + _MARGIN,
    "idempotency_records": IDEMPOTENCY_RECORDS,
    "events": DELIVERIES,
    "entries": DELIVERIES,
}


async def delete_expired(transaction: Transaction, partner_id: int, before: int, after: int, now: Instant) -> None:
    """Deletes expired rows in a change that takes the partner from one revision to another."""
    if before // INTERVAL == after // INTERVAL:
        return
    limit = 2 * (after - before + INTERVAL)
    for name, retention in _RETENTION.items():
        query = _QUERIES[name]
        values = query.values(partner=partner_id, limit=limit, horizon=now - retention)
        deleted = await transaction.fetch(query, values)
        if deleted:  # Only the history says what was deleted of it.
            query = _QUERIES["forget_history"]
            forgotten = max([row[0] for row in deleted])
            await transaction.fetch(query, query.values(partner=partner_id, replaced_by=forgotten))
