"""Retention: how long history, events and records are stored, and their deletion (``actions/operator/expire``)."""

from collections.abc import Sequence

from trunkline.domain.instant import DAY, Instant
from trunkline.storage.cursor import LIFETIME as CURSORS
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import load

_QUERIES = load("retention")

IDEMPOTENCY_RECORDS: Instant = 30 * DAY
"""How long an idempotency record is stored, in microseconds."""

DELIVERIES: Instant = 30 * DAY
"""How long events and their deliveries are stored, in microseconds."""

CONTACT_CARD_SHARES: Instant = 30 * DAY
"""How long a share of a contact card is stored, in microseconds."""

REQUESTS: Instant = 7 * DAY
"""How long the journal has a request, in microseconds."""

_MARGIN = DAY  # a change is dated before it waits for its turn, by a clock that may differ from others

_RETENTION = {
    "sort_key_history": CURSORS + _MARGIN,
    "idempotency_records": IDEMPOTENCY_RECORDS,
    "events": DELIVERIES,
    "entries": DELIVERIES,
    "contact_card_shares": CONTACT_CARD_SHARES,
    "requests": REQUESTS,
}


async def delete_oldest(transaction: Transaction, partner_id: int, now: Instant, limit: int) -> None:
    """Deletes the expired ones among the ``limit`` oldest rows of each kind that a partner has."""
    for kind, retention in _RETENTION.items():
        query = _QUERIES[kind]
        values = query.values(partner=partner_id, limit=limit, horizon=now - retention)
        deleted = await transaction.fetch(query, values)
        if deleted:  # Only the history says what was deleted of it.
            query = _QUERIES["forget_history"]
            forgotten = max([row[0] for row in deleted])
            await transaction.fetch(query, query.values(partner=partner_id, replaced_by=forgotten))


async def partners_with_expired(database: Database, now: Instant, limit: int) -> Sequence[int]:
    """The partners, at most ``limit``, who still have expired rows."""
    query = _QUERIES["partners_with_expired"]
    horizons = {name: now - retention for name, retention in _RETENTION.items()}
    return [row[0] for row in await database.fetch(query, query.values(**horizons, limit=limit))]
