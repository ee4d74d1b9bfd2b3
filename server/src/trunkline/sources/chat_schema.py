"""The tables of Apple Messages as plain rows, whatever the age of the schema: a missing column reads as NULL.

Every value is cast to the type that it should have, so a row is never of another shape.
"""

from collections.abc import Iterator
from typing import NamedTuple

from trunkline.sources.chat_db import ChatDatabase


class HandleRow(NamedTuple):
    """One row of ``handle``: an address on one service."""

    number: int
    address: str | None
    service: str | None


class ChatRow(NamedTuple):
    """One row of ``chat``."""

    number: int
    style: int | None
    guid: str | None
    chat_identifier: str | None
    service_name: str | None
    display_name: str | None
    group_id: str | None


class MessageRow(NamedTuple):
    """One row of ``message``. ``body`` is read only where ``text`` is NULL."""

    number: int
    date: int | None
    handle: int | None
    is_from_me: int | None
    error: int | None
    item_type: int | None
    group_action_type: int | None
    other_handle: int | None
    associated_message_type: int | None
    service: str | None
    text: bytes | None
    body: bytes | None


def require(database: ChatDatabase) -> None:
    """Makes sure that what cannot be done without is there. Raises ``DamagedSource``."""
    database.require("chat")
    database.require("handle", "id")
    database.require("message", "date", "handle_id", "is_from_me")
    database.require("chat_handle_join", "chat_id", "handle_id")
    database.require("chat_message_join", "chat_id", "message_id")


def handles(database: ChatDatabase) -> Iterator[HandleRow]:
    """Every handle."""
    return map(HandleRow._make, database.rows("handle", _select(database, "handle", "id TEXT", "service TEXT")))


def chats(database: ChatDatabase) -> Iterator[ChatRow]:
    """Every chat, in the order they were made."""
    columns = ("style INTEGER", "guid TEXT", "chat_identifier TEXT", "service_name TEXT", "display_name TEXT")
    query = _select(database, "chat", *columns, "group_id TEXT")
    return map(ChatRow._make, database.rows("chat", query))


def listed(database: ChatDatabase) -> dict[int, list[int]]:
    """The numbers of the handles that each chat lists as its members, by the chat's number."""
    found: dict[int, list[int]] = {}
    for chat, handle in database.rows("chat_handle_join", "SELECT chat_id, handle_id FROM chat_handle_join"):
        found.setdefault(chat, []).append(handle)
    return found


def messages(database: ChatDatabase) -> Iterator[tuple[MessageRow, list[int]]]:
    """Every message that is in a chat, with the numbers of its chats, in the order of the messages.

    Both tables are walked side by side, once: no lookups, and memory for one message.
    """
    joins = database.rows(
        "chat_message_join",
        "SELECT CAST(message_id AS INTEGER) AS message, chat_id FROM chat_message_join "
        "WHERE message_id IS NOT NULL ORDER BY message_id",
    )
    joined, chat = next(joins, (None, 0))
    for row in map(MessageRow._make, database.rows("message", _message_query(database))):
        places: list[int] = []
        while joined is not None and joined <= row.number:
            if joined == row.number:
                places.append(chat)
            joined, chat = next(joins, (None, 0))
        if places:
            yield row, places


def last_message(database: ChatDatabase) -> int:
    """The number of the newest message; 1 where there is none."""
    return next(database.rows("message", "SELECT max(1, ifnull(max(ROWID), 1)) FROM message"))[0]


def _message_query(database: ChatDatabase) -> str:
    columns = (
        "date INTEGER",
        "handle_id INTEGER",
        "is_from_me INTEGER",
        "error INTEGER",
        "item_type INTEGER",
        "group_action_type INTEGER",
        "other_handle INTEGER",
        "associated_message_type INTEGER",
        "service TEXT",
        # As bytes, because one text that is not UTF-8 must not stop the reading of all.
        "text BLOB",
    )
    present = database.columns("message")
    body = "CAST(attributedBody AS BLOB)" if "attributedBody" in present else "NULL"
    if "text" in present:
        body = f"CASE WHEN text IS NULL THEN {body} END"
    return _select(database, "message", *columns, extra=body)


def _select(database: ChatDatabase, table: str, *columns: str, extra: str = "") -> str:
    """The query of ROWID and ``columns`` (each a name and a type) in the order of ROWID. All names are ours."""
    present = database.columns(table)
    wanted = ["ROWID"]
    for column in columns:
        name, kind = column.split()
        wanted.append(f"CAST({name} AS {kind})" if name in present else "NULL")
    if extra:
        wanted.append(extra)
    return f"SELECT {', '.join(wanted)} FROM {table} ORDER BY ROWID"  # noqa: S608
