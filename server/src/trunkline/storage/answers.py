"""What sends were answered, by their idempotency key, so that a repeated one gets the first answer."""

import msgspec

from trunkline.domain.instant import DAY
from trunkline.storage.changes import Change
from trunkline.storage.sql import load

_QUERIES = load("answers")

LIFETIME: int = 30 * DAY
"""How long an answer is kept, in microseconds."""


class Answer(msgspec.Struct, frozen=True):
    """A send and its answer. ``fingerprint`` is of the request; ``body`` is completed like every document."""

    fingerprint: bytes
    message_id: str
    body: bytes


async def answer(opened: Change, key: str) -> Answer | None:
    """What the send with this key was answered."""
    found = await opened.transaction.fetch(_QUERIES["answer"], (opened.partner_id, key))
    return Answer(*found[0]) if found else None


async def keep(opened: Change, key: str, given: Answer) -> None:
    """Keeps the answer to a send, and forgets up to two that are too old."""
    query = _QUERIES["keep_answer"]
    named = msgspec.structs.asdict(given) | {"partner": opened.partner_id, "key": key, "now": opened.now}
    await opened.transaction.fetch(query, query.values(**named))
    await opened.transaction.fetch(_QUERIES["forget_answers"], (opened.partner_id, opened.now - LIFETIME))
