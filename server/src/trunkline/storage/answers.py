"""What sends were answered, by their idempotency key, so that a repeated one gets the first answer."""

import msgspec

from trunkline.storage.changes import Change
from trunkline.storage.forgetting import ANSWERS
from trunkline.storage.sql import load

_QUERIES = load("answers")


class Answer(msgspec.Struct, frozen=True):
    """A send and its answer. ``fingerprint`` is of the request; ``body`` is completed like every document."""

    fingerprint: bytes
    message_id: str
    body: bytes


async def answer(opened: Change, key: str) -> Answer | None:
    """What the send with this key was answered, if that was not too long ago."""
    query = _QUERIES["answer"]
    values = query.values(partner=opened.partner_id, key=key, horizon=opened.now - ANSWERS)
    found = await opened.transaction.fetch(query, values)
    return Answer(*found[0]) if found else None


async def keep(opened: Change, key: str, given: Answer) -> None:
    """Keeps the answer to a send."""
    query = _QUERIES["keep_answer"]
    named = msgspec.structs.asdict(given) | {"partner": opened.partner_id, "key": key, "now": opened.now}
    await opened.transaction.fetch(query, query.values(**named))
