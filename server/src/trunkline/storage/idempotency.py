"""Idempotency records: the response of each send, so that a repeated request gets the same response."""

import msgspec

from trunkline.domain.message import Message
from trunkline.storage.change import Change
from trunkline.storage.retention import IDEMPOTENCY_RECORDS
from trunkline.storage.sql import load

_QUERIES = load("idempotency")


class IdempotencyRecord(msgspec.Struct, frozen=True):
    """A send and its response. ``fingerprint`` is the digest of the request; ``body`` is not completed."""

    fingerprint: bytes
    message_id: str
    body: bytes

    @property
    def is_forgotten(self) -> bool:
        """Whether the message was deleted. Then the record no longer has the response."""
        return not self.body


async def find(change: Change, key: str) -> IdempotencyRecord | None:
    """The record of the send with this key, unless it has expired."""
    query = _QUERIES["record"]
    values = query.values(partner=change.partner_id, key=key, horizon=change.clock_time - IDEMPOTENCY_RECORDS)
    found = await change.fetch(query, values)
    return IdempotencyRecord(*found[0]) if found else None


async def save(change: Change, key: str, record: IdempotencyRecord) -> None:
    """Stores the record of a send."""
    query = _QUERIES["save_record"]
    named = msgspec.structs.asdict(record) | {"partner": change.partner_id, "key": key, "now": change.clock_time}
    change.transaction.write(query, query.values(**named), ("idempotency_records", key))


async def forget(change: Change, message: Message) -> None:
    """Removes the response to the send of a deleted message. The record stays, so the message is not sent again."""
    if message.idempotency_key is not None:
        query = _QUERIES["forget"]
        named = {"partner": change.partner_id, "key": message.idempotency_key, "message": message.id, "nothing": b""}
        await change.fetch(query, query.values(**named))
