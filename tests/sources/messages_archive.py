"""Builds small databases as Apple Messages writes them, with the columns of a recent or an old macOS."""

from pathlib import Path
from typing import Any

import apsw

EPOCH = 978_307_200
"""2001-01-01T00:00:00Z in Unix seconds."""

MODERN = """
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, style INTEGER,
    chat_identifier TEXT, service_name TEXT, room_name TEXT, display_name TEXT, group_id TEXT, is_archived INTEGER);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, country TEXT, service TEXT NOT NULL,
    UNIQUE (id, service));
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT,
    handle_id INTEGER DEFAULT 0, attributedBody BLOB, service TEXT, error INTEGER DEFAULT 0, date INTEGER,
    date_read INTEGER, date_delivered INTEGER, is_delivered INTEGER DEFAULT 0, is_from_me INTEGER DEFAULT 0,
    is_read INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0,
    group_action_type INTEGER DEFAULT 0, associated_message_guid TEXT, associated_message_type INTEGER DEFAULT 0,
    thread_originator_guid TEXT, thread_originator_part TEXT, date_retracted INTEGER, date_edited INTEGER,
    associated_message_emoji TEXT, subject TEXT, message_summary_info BLOB);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, filename TEXT,
    mime_type TEXT, transfer_name TEXT, total_bytes INTEGER DEFAULT 0, hide_attachment INTEGER DEFAULT 0);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER, UNIQUE (message_id, attachment_id));
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER, UNIQUE (chat_id, handle_id));
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, message_date INTEGER DEFAULT 0,
    PRIMARY KEY (chat_id, message_id));
CREATE INDEX chat_message_join_idx_message_id_only ON chat_message_join (message_id);
"""

OLD = """
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, chat_identifier TEXT);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL);
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT, text TEXT, handle_id INTEGER DEFAULT 0,
    date INTEGER, is_from_me INTEGER DEFAULT 0);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
"""


class Archive:
    """A database under construction. Each method that adds a row returns its number."""

    def __init__(self, path: Path, schema: str = MODERN) -> None:
        self.path = path
        self.connection: Any = apsw.Connection(str(path))
        self.connection.execute(schema)
        self._messages = self._attachments = 0
        self._message_columns = self._columns("message")

    def handle(self, address: str, service: str = "iMessage") -> int:
        columns = self._columns("handle")
        return self._insert("handle", id=address, **({"service": service} if "service" in columns else {}))

    def chat(self, identifier: str | None, *handles: int, service: str = "iMessage", **columns: Any) -> int:
        """A chat; direct unless ``style`` says otherwise."""
        separator = "+" if columns.get("style") == 43 else "-"
        values: dict[str, Any] = {
            "guid": f"{service};{separator};{identifier}",
            "chat_identifier": identifier,
            "style": 45,
            "service_name": service,
        }
        present = self._columns("chat")
        chat = self._insert("chat", **{name: value for name, value in (values | columns).items() if name in present})
        for handle in handles:
            self._insert("chat_handle_join", chat_id=chat, handle_id=handle)
        return chat

    def group(self, identifier: str | None, *handles: int, **columns: Any) -> int:
        values: dict[str, Any] = {"style": 43, "group_id": f"ID-{identifier}"}
        return self.chat(identifier, *handles, **(values | columns))

    def message(self, *chats: int, at: int, handle: int = 0, **columns: Any) -> int:
        """A message of ``chats``, sent ``at`` Unix seconds; stored in nanoseconds unless ``date`` is given."""
        self._messages += 1
        values: dict[str, Any] = {"guid": f"G{self._messages}", "handle_id": handle, "date": nanoseconds(at)}
        if "is_read" in self._message_columns:
            values["is_read"] = 1
        message = self._insert("message", **(values | columns))
        for chat in chats:
            self._insert("chat_message_join", chat_id=chat, message_id=message)
        return message

    def tapback(self, *chats: int, at: int, to: str, kind: int = 2000, **columns: Any) -> int:
        """A reaction (2000 is love) to the message that ``to`` names: ``p:0/GUID``."""
        values: dict[str, Any] = {"associated_message_guid": to, "associated_message_type": kind, "text": "Loved it"}
        return self.message(*chats, at=at, **(values | columns))

    def attachment(self, message: int, **columns: Any) -> int:
        """A file of a message."""
        self._attachments += 1
        attachment = self._insert("attachment", **({"guid": f"A{self._attachments}"} | columns))
        self._insert("message_attachment_join", message_id=message, attachment_id=attachment)
        return attachment

    def close(self) -> Path:
        self.connection.close()
        return self.path

    def _columns(self, table: str) -> set[str]:
        return {row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")}

    def _insert(self, table: str, **values: Any) -> int:
        names = ", ".join(values)
        placeholders = ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({placeholders})", tuple(values.values()))  # noqa: S608
        return self.connection.last_insert_rowid()


def nanoseconds(at: int) -> int:
    """The date that recent archives store for Unix seconds: nanoseconds since 2001."""
    return (at - EPOCH) * 1_000_000_000


def archived(text: str) -> bytes:
    """The ``attributedBody`` of ``text``: the classes as Messages archives them, and the start of the attributes."""
    content = text.encode()
    if len(content) < 0x80:
        length = bytes([len(content)])
    elif len(content) < 0x8000:
        length = b"\x81" + len(content).to_bytes(2, "little")
    else:
        length = b"\x82" + len(content).to_bytes(4, "little")
    classes = (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x19NSMutableAttributedString\x00\x84\x84\x12"
        b"NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84\x0fNSMutableString\x01\x84\x84\x08"
        b"NSString\x01\x95\x84\x01+"
    )
    return classes + length + content + b"\x86\x84\x02iI\x01\x04\x92\x84\x84\x84\x0cNSDictionary\x00\x95\x84\x01i\x01"
