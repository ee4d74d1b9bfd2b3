"""What ``actions/check_store`` reads."""

from collections.abc import AsyncGenerator, Sequence

import msgspec

from trunkline.domain.instant import Instant
from trunkline.storage.ports import Database
from trunkline.storage.sql import Row, load

_QUERIES = load("checks")
_BATCH = 500


class ChatRow(msgspec.Struct, frozen=True):
    """A row of ``chats``, as it is."""

    partner_id: int
    id: str
    line: str
    recipients: str
    name: str | None
    updated_at: Instant
    position: int
    document: bytes


async def totals(database: Database) -> list[str]:
    """What is wrong with whole tables, a sentence each."""
    problems: list[str] = []
    for query, what in (("positions_beyond_counter", "chats"), ("moves_beyond_counter", "moves")):
        problems += [
            f"partner {name} has {count} {what} at positions that were never given out"
            for name, count in await database.fetch(_QUERIES[query], ())
        ]
    [(orphans,)] = await database.fetch(_QUERIES["participants_without_chat"], ())
    if orphans:
        problems.append(f"{orphans} participants are of no chat")
    return problems


async def chats(database: Database) -> AsyncGenerator[ChatRow]:
    """Every chat of every partner."""
    partner_id, chat_id = 0, ""
    while True:
        rows = await database.fetch(_QUERIES["chats_after"], (partner_id, chat_id, _BATCH))
        for row in rows:
            yield ChatRow(*row)
        if len(rows) < _BATCH:
            return
        partner_id, chat_id = rows[-1][0], rows[-1][1]


async def participants(database: Database, partner_id: int, chat_id: str) -> Sequence[Row]:
    """Who is listed as being in a chat: handle, line and the chat's place."""
    rows = await database.fetch(_QUERIES["participants_of_chat"], (partner_id, chat_id))
    return [tuple(row) for row in rows]
