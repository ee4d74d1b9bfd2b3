"""The tables of Apple Messages as plain rows, whatever the age of the schema: a missing column reads as NULL.

Every value is cast to the type that it should have, so a row is never of another shape. Text that people wrote is read
as bytes, because one that is not UTF-8 must not stop the reading of all.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

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
    """What a row of ``message`` says of its chat. ``unsent``: nothing is left of it, its writer took it back."""

    number: int
    date: int | None
    handle: int | None
    is_from_me: int | None
    item_type: int | None
    group_action_type: int | None
    other_handle: int | None
    associated_message_type: int | None
    service: str | None
    unsent: int | None


class ContentRow(NamedTuple):
    """What the same row says itself. ``body`` is read only where ``text`` is NULL."""

    guid: str | None
    error: int | None
    is_read: int | None
    is_delivered: int | None
    date_read: int | None
    date_delivered: int | None
    date_edited: int | None
    thread_originator_guid: str | None
    thread_originator_part: str | None
    text: bytes | None
    body: bytes | None


class AttachmentRow(NamedTuple):
    """A file of a message: ``filename`` is a path, ``transfer_name`` what it was called."""

    filename: bytes | None
    transfer_name: bytes | None
    mime_type: bytes | None
    total_bytes: int | None
    hide_attachment: int | None


class TapbackRow(NamedTuple):
    """A reaction to a message, which is a row of ``message`` itself. ``target`` names part and message."""

    date: int | None
    handle: int | None
    is_from_me: int | None
    type: int
    target: str
    emoji: bytes | None


class FullRow(NamedTuple):
    """A message with all that belongs to it."""

    row: MessageRow
    content: ContentRow
    attachments: list[AttachmentRow]
    tapbacks: list[TapbackRow]


_MESSAGE = (
    "date INTEGER",
    "handle_id INTEGER",
    "is_from_me INTEGER",
    "item_type INTEGER",
    "group_action_type INTEGER",
    "other_handle INTEGER",
    "associated_message_type INTEGER",
    "service TEXT",
)
_CONTENT = (
    "guid TEXT",
    "error INTEGER",
    "is_read INTEGER",
    "is_delivered INTEGER",
    "date_read INTEGER",
    "date_delivered INTEGER",
    "date_edited INTEGER",
    "thread_originator_guid TEXT",
    "thread_originator_part TEXT",
    "text BLOB",
)
_ATTACHMENT = (
    "filename BLOB",
    "transfer_name BLOB",
    "mime_type BLOB",
    "total_bytes INTEGER",
    "hide_attachment INTEGER",
)
_TAPBACK = (
    "date INTEGER",
    "handle_id INTEGER",
    "is_from_me INTEGER",
    "associated_message_type INTEGER",
    "associated_message_guid TEXT",
    "associated_message_emoji BLOB",
)


def require(database: ChatDatabase) -> None:
    """Makes sure that what cannot be done without is there. Raises ``DamagedSource``."""
    database.require("chat")
    database.require("handle", "id")
    database.require("message", "date", "handle_id", "is_from_me")
    database.require("chat_handle_join", "chat_id", "handle_id")
    database.require("chat_message_join", "chat_id", "message_id")


def handles(database: ChatDatabase) -> Iterator[HandleRow]:
    """Every handle."""
    columns = _columns(database, "handle", "id TEXT", "service TEXT")
    return map(HandleRow._make, _rows(database, "handle", columns))


def chats(database: ChatDatabase) -> Iterator[ChatRow]:
    """Every chat, in the order they were made."""
    names = ("style INTEGER", "guid TEXT", "chat_identifier TEXT", "service_name TEXT", "display_name TEXT")
    columns = _columns(database, "chat", *names, "group_id TEXT")
    return map(ChatRow._make, _rows(database, "chat", columns))


def listed(database: ChatDatabase) -> dict[int, list[int]]:
    """The numbers of the handles that each chat lists as its members, by the chat's number."""
    found: dict[int, list[int]] = {}
    for chat, handle in database.rows("chat_handle_join", "SELECT chat_id, handle_id FROM chat_handle_join"):
        found.setdefault(chat, []).append(handle)
    return found


def last_message(database: ChatDatabase) -> int:
    """The number of the newest message; 1 where there is none."""
    return next(database.rows("message", "SELECT max(1, ifnull(max(ROWID), 1)) FROM message"))[0]


def outlines(database: ChatDatabase) -> Iterator[tuple[MessageRow, list[int]]]:
    """Every message that is in a chat, with the numbers of its chats, in the order of the messages.

    Tables are walked side by side, once: no lookups, and memory for one message.
    """
    places = _Beside(database, *_places())
    columns = [*_columns(database, "message", *_MESSAGE), _unsent(database)]
    for row in map(MessageRow._make, _rows(database, "message", columns)):
        found = places.of(row.number)
        if found:
            yield row, [chat for (chat,) in found]


def messages(database: ChatDatabase) -> Iterator[tuple[FullRow, list[int]]]:
    """The same messages in full, with their files and the reactions to them."""
    places = _Beside(database, *_places())
    attachments = _Beside(database, *_attachments(database))
    tapbacks = _Beside(database, *_tapbacks(database))
    outline = [*_columns(database, "message", *_MESSAGE), _unsent(database)]
    content = [*_columns(database, "message", *_CONTENT), _body(database)]
    end = len(outline) + 1  # the number comes first
    for values in _rows(database, "message", [*outline, *content]):
        number = values[0]
        found = places.of(number)
        files, reactions = attachments.of(number), tapbacks.of(number)
        if found:
            full = FullRow(
                MessageRow._make(values[:end]),
                ContentRow._make(values[end:]),
                [AttachmentRow._make(file) for file in files],
                [TapbackRow._make(reaction) for reaction in reactions],
            )
            yield full, [chat for (chat,) in found]


class _Beside:
    """The rows of a query that begin with the number of a message and are in its order, taken as messages go by."""

    def __init__(self, database: ChatDatabase, table: str, query: str | None) -> None:
        self._rows: Iterator[tuple[Any, ...]] = iter(()) if query is None else database.rows(table, query)
        self._next = next(self._rows, None)

    def of(self, number: int) -> list[tuple[Any, ...]]:
        """What belongs to the message with this number, which must be higher than the last one asked for."""
        found: list[tuple[Any, ...]] = []
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number:
                found.append(self._next[1:])
            self._next = next(self._rows, None)
        return found


def _places() -> tuple[str, str]:
    return (
        "chat_message_join",
        "SELECT CAST(message_id AS INTEGER) AS message, chat_id FROM chat_message_join "
        "WHERE message_id IS NOT NULL ORDER BY message_id",
    )


def _attachments(database: ChatDatabase) -> tuple[str, str | None]:
    """The files of messages. Databases that know of none have none."""
    table = "message_attachment_join"
    if not {"message_id", "attachment_id"} <= database.columns(table) or not database.columns("attachment"):
        return table, None
    wanted = ", ".join(_columns(database, "attachment", *_ATTACHMENT, of="a."))
    return table, (
        f"SELECT CAST(j.message_id AS INTEGER) AS message, {wanted} "  # noqa: S608 - all names are ours
        f"FROM {table} j JOIN attachment a ON a.ROWID = j.attachment_id "
        "WHERE j.message_id IS NOT NULL ORDER BY message, a.ROWID"
    )


def _tapbacks(database: ChatDatabase) -> tuple[str, str | None]:
    """The reactions to messages, as they came. The target is ``p:PART/GUID``, ``bp:GUID`` or the GUID alone."""
    table = "message"
    if not {"guid", "associated_message_guid", "associated_message_type"} <= database.columns(table):
        return table, None
    wanted = ", ".join(_columns(database, table, *_TAPBACK, of="r."))
    target = "r.associated_message_guid"
    guid = (
        f"CASE WHEN {target} LIKE 'p:%/%' THEN substr({target}, instr({target}, '/') + 1) "
        f"WHEN {target} LIKE 'bp:%' THEN substr({target}, 4) ELSE {target} END"
    )
    return table, (
        f"SELECT m.ROWID AS number, {wanted} FROM message r CROSS JOIN message m ON m.guid = {guid} "  # noqa: S608
        f"WHERE r.associated_message_type BETWEEN 2000 AND 3999 AND {target} IS NOT NULL ORDER BY number, r.ROWID"
    )


def _unsent(database: ChatDatabase) -> str:
    """Whether a message was taken back: either it says so, or it was edited and nothing is left of it."""
    retracted, edited, text, body = _columns(
        database, "message", "date_retracted INTEGER", "date_edited INTEGER", "text BLOB", "attributedBody BLOB"
    )
    return f"ifnull({retracted}, 0) > 0 OR (ifnull({edited}, 0) > 0 AND {text} IS NULL AND {body} IS NULL)"


def _body(database: ChatDatabase) -> str:
    text, body = _columns(database, "message", "text BLOB", "attributedBody BLOB")
    return f"CASE WHEN {text} IS NULL THEN {body} END"


def _columns(database: ChatDatabase, table: str, *wanted: str, of: str = "") -> list[str]:
    """The expressions for columns, each given as its name and its type."""
    present = database.columns(table)
    pairs = [column.split() for column in wanted]
    return [f"CAST({of}{name} AS {kind})" if name in present else "NULL" for name, kind in pairs]


def _rows(database: ChatDatabase, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """ROWID and these columns of every row, in the order of ROWID. All names are ours."""
    return database.rows(table, f"SELECT ROWID, {', '.join(columns)} FROM {table} ORDER BY ROWID")  # noqa: S608
