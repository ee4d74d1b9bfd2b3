"""Indexes the messages of stored events, and forgets what was deleted before."""

from collections.abc import AsyncGenerator, Sequence

from trunkline.schemas.forgotten import message_of, without_content
from trunkline.storage import media_parts
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import Row, load

_QUERIES = load("step_0014")
_ABOUT_MESSAGES = ("message.", "poll.", "reaction.")  # how the types of events begin that are about a message
_BATCH = 500


async def begin_forgetting(transaction: Transaction) -> None:
    """Notes which message each event is about, and removes the content of deleted messages."""
    await media_parts.index_all(transaction)
    query = _QUERIES["forget_responses"]
    await transaction.fetch(query, query.values(nothing=b""))
    query = _QUERIES["save_message_of_event"]
    async for rows in _batches(transaction, "events_after"):
        about = [
            query.values(partner=partner_id, sequence=sequence, message=message_id)
            for partner_id, sequence, kind, body in rows
            if kind.startswith(_ABOUT_MESSAGES) and (message_id := message_of(body)) is not None
        ]
        if about:
            await transaction.run_many(query, about)
    query = _QUERIES["save_body"]
    async for rows in _batches(transaction, "events_of_deleted_after"):
        forgotten = [
            query.values(partner=partner_id, sequence=sequence, body=without_content(body))
            for partner_id, sequence, body in rows
        ]
        await transaction.run_many(query, forgotten)


async def _batches(transaction: Transaction, name: str) -> AsyncGenerator[Sequence[Row]]:
    """The rows of a query that begin with a partner and a sequence, in this order."""
    after = (0, 0)
    while rows := await transaction.fetch(_QUERIES[name], (*after, _BATCH)):
        yield rows
        after = (rows[-1][0], rows[-1][1])
