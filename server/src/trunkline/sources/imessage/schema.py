"""The tables of Apple Messages as typed rows, for recent and old schemas: a missing column reads as NULL.

Every value is cast to its declared type. Text that people wrote is read as bytes, so text that is not UTF-8 does not
stop the import.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from trunkline.sources.imessage.database import ChatDatabase


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
    """What a row of ``message`` says about its chat."""

    number: int
    date: int | None
    handle: int | None
    is_from_me: int | None
    item_type: int | None
    group_action_type: int | None
    other_handle: int | None
    associated_message_type: int | None
    service: str | None


class ContentRow(NamedTuple):
    """The content of the same row. ``body`` and ``summary`` are read only if ``text`` is empty."""

    guid: str | None
    error: int | None
    is_read: int | None
    is_delivered: int | None
    date_read: int | None
    date_delivered: int | None
    date_edited: int | None
    date_retracted: int | None
    thread_originator_guid: str | None
    thread_originator_part: str | None
    subject: bytes | None
    text: bytes | None
    body: bytes | None
    summary: bytes | None


class AttachmentRow(NamedTuple):
    """A file of a message: ``filename`` is its path, ``transfer_name`` its original name."""

    filename: bytes | None
    transfer_name: bytes | None
    mime_type: bytes | None
    total_bytes: int | None
    hide_attachment: int | None


class TapbackRow(NamedTuple):
    """A reaction to a message, also a row of ``message``. ``target`` names the message and the part."""

    date: int | None
    handle: int | None
    is_from_me: int | None
    type: int
    target: str
    emoji: bytes | None


class FullRow(NamedTuple):
    """A message with its content, files and reactions. ``chats`` are the row numbers of its chats.

    ``has_target``: whether the message to which a reaction belongs is in the table.
    """

    row: MessageRow
    content: ContentRow
    has_target: bool
    chats: list[int]
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
    "date_retracted INTEGER",
    "thread_originator_guid TEXT",
    "thread_originator_part TEXT",
    "subject BLOB",
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
    """Raises ``DamagedSource`` unless the required tables and columns exist."""
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
    """Every chat, in order of creation."""
    names = ("style INTEGER", "guid TEXT", "chat_identifier TEXT", "service_name TEXT", "display_name TEXT")
    columns = _columns(database, "chat", *names, "group_id TEXT")
    return map(ChatRow._make, _rows(database, "chat", columns))


def listed(database: ChatDatabase) -> dict[int, list[int]]:
    """The row numbers of the listed members of each chat, by the row number of the chat."""
    found: dict[int, list[int]] = {}
    for chat, handle in database.rows("chat_handle_join", "SELECT chat_id, handle_id FROM chat_handle_join"):
        found.setdefault(chat, []).append(handle)
    return found


def lookups(database: ChatDatabase) -> Iterator[tuple[str, int]]:
    """The identifiers of each chat with its row number; rows of one chat share an identifier (since macOS 14)."""
    if {"identifier", "chat"} <= database.columns("chat_lookup"):
        yield from database.rows(
            "chat_lookup", "SELECT CAST(identifier AS TEXT), CAST(chat AS INTEGER) FROM chat_lookup ORDER BY chat"
        )


def last_message(database: ChatDatabase) -> int:
    """The row number of the newest message; 1 if there is none."""
    return next(database.rows("message", "SELECT max(1, ifnull(max(ROWID), 1)) FROM message"))[0]


def messages(database: ChatDatabase, *, reactions: bool) -> Iterator[FullRow]:
    """Every row of ``message``, in order, with its files and, if wanted, the reactions to it.

    The tables are merged: each is read once, without lookups, and in memory for one message.
    """
    chat_numbers = _MessageRows(database, *_chat_numbers())
    attachments = _MessageRows(database, *_attachments(database))
    tapbacks = _MessageRows(database, *(_tapbacks(database) if reactions else ("message", None)))
    outline = _columns(database, "message", *_MESSAGE)
    content = [*_columns(database, "message", *_CONTENT), *_if_without_text(database)]
    end = len(outline) + 1  # the row number comes first
    for values in _rows(database, "message", [*outline, *content, _has_target(database)]):
        number = values[0]
        yield FullRow(
            MessageRow._make(values[:end]),
            ContentRow._make(values[end:-1]),
            bool(values[-1]),
            [chat for (chat,) in chat_numbers.of(number)],
            [AttachmentRow._make(file) for file in attachments.of(number)],
            [TapbackRow._make(reaction) for reaction in tapbacks.of(number)],
        )


class _MessageRows:
    """The rows of a query that start with the row number of a message and are sorted by it, for a merge by message."""

    def __init__(self, database: ChatDatabase, table: str, query: str | None) -> None:
        self._rows: Iterator[tuple[Any, ...]] = iter(()) if query is None else database.rows(table, query)
        self._next = next(self._rows, None)

    def of(self, number: int) -> list[tuple[Any, ...]]:
        """The rows of the message with this row number. Every call needs a higher number than the one before."""
        found: list[tuple[Any, ...]] = []
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number:
                found.append(self._next[1:])
            self._next = next(self._rows, None)
        return found


def _chat_numbers() -> tuple[str, str]:
    return (
        "chat_message_join",
        "SELECT CAST(message_id AS INTEGER) AS message, chat_id FROM chat_message_join "
        "WHERE message_id IS NOT NULL ORDER BY message_id",
    )


def _attachments(database: ChatDatabase) -> tuple[str, str | None]:
    """The files of messages; no query if the database has no table of files."""
    table = "message_attachment_join"
    if not {"message_id", "attachment_id"} <= database.columns(table) or not database.columns("attachment"):
        return table, None
    wanted = ", ".join(_columns(database, "attachment", *_ATTACHMENT, of="a."))
    return table, (
        f"SELECT CAST(j.message_id AS INTEGER) AS message, {wanted} "  # noqa: S608 - all names are constants
        f"FROM {table} j JOIN attachment a ON a.ROWID = j.attachment_id "
        "WHERE j.message_id IS NOT NULL ORDER BY message, a.ROWID"
    )


def _tapbacks(database: ChatDatabase) -> tuple[str, str | None]:
    """The reactions to messages, in order of arrival. The target is ``p:PART/GUID``, ``bp:GUID`` or the GUID alone."""
    table = "message"
    if not {"guid", "associated_message_guid", "associated_message_type"} <= database.columns(table):
        return table, None
    wanted = ", ".join(_columns(database, table, *_TAPBACK, of="r."))
    return table, (
        f"SELECT m.ROWID AS number, {wanted} FROM message r CROSS JOIN message m ON m.guid = {_target('r')} "  # noqa: S608
        f"WHERE r.associated_message_type BETWEEN 2000 AND 3999 AND r.associated_message_guid IS NOT NULL "
        "ORDER BY number, r.ROWID"
    )


def _has_target(database: ChatDatabase) -> str:
    if not {"guid", "associated_message_guid", "associated_message_type"} <= database.columns("message"):
        return "0"
    exists = (
        f"EXISTS (SELECT 1 FROM message t WHERE t.guid = {_target('message')} "  # noqa: S608
        "AND ifnull(t.associated_message_type, 0) NOT BETWEEN 2000 AND 3999)"
    )
    return f"CASE WHEN associated_message_type BETWEEN 2000 AND 3999 THEN {exists} END"


def _target(row: str) -> str:
    """The GUID of the message to which a reaction belongs."""
    target = f"{row}.associated_message_guid"
    return (
        f"CASE WHEN {target} LIKE 'p:%/%' THEN substr({target}, instr({target}, '/') + 1) "
        f"WHEN {target} LIKE 'bp:%' THEN substr({target}, 4) ELSE {target} END"
    )


def _if_without_text(database: ChatDatabase) -> list[str]:
    """The columns that have the text of a message if ``text`` is empty."""
    text, *others = _columns(database, "message", "text BLOB", "attributedBody BLOB", "message_summary_info BLOB")
    return [f"CASE WHEN ifnull({text}, x'') = x'' THEN {other} END" for other in others]


def _columns(database: ChatDatabase, table: str, *wanted: str, of: str = "") -> list[str]:
    """The expressions for columns, each given as name and type."""
    present = database.columns(table)
    pairs = [column.split() for column in wanted]
    return [f"CAST({of}{name} AS {kind})" if name in present else "NULL" for name, kind in pairs]


def _rows(database: ChatDatabase, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """ROWID and these columns of every row, in the order of ROWID. All names are constants of this module."""
    return database.rows(table, f"SELECT ROWID, {', '.join(columns)} FROM {table} ORDER BY ROWID")  # noqa: S608
