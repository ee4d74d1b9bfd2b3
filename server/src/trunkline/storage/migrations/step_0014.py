"""Indexes the messages of stored events, and forgets what was deleted before."""

from trunkline.schemas.forgotten import message_of
from trunkline.storage import events, media_parts
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import load

_QUERIES = load("step_0014")
_ABOUT_MESSAGES = ("message.", "poll.", "reaction.")  # how the types of events begin that are about a message
_BATCH = 500


async def begin_forgetting(transaction: Transaction) -> None:
    """Notes which message each event is about, and removes the content of deleted messages."""
    await media_parts.index_all(transaction)
    query = _QUERIES["forget_responses"]
    await transaction.fetch(query, query.values(nothing=b""))
    after = (0, 0)
    while rows := await transaction.fetch(_QUERIES["events_after"], (*after, _BATCH)):
        about = [
            (partner_id, sequence, message_id)
            for partner_id, sequence, kind, body in rows
            if kind.startswith(_ABOUT_MESSAGES) and (message_id := message_of(body)) is not None
        ]
        query = _QUERIES["save_message_of_event"]
        if about:
            await transaction.run_many(
                query, [query.values(partner=each[0], sequence=each[1], message=each[2]) for each in about]
            )
        for partner_id, message_id in {(each[0], each[2]) for each in about}:
            if not await transaction.fetch(_QUERIES["message_exists"], (partner_id, message_id)):
                await events.forget_message(transaction, partner_id, message_id)
        after = (rows[-1][0], rows[-1][1])
