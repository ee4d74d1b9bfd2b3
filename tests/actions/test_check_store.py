"""`trunkline database check` finds every disagreement between two copies of the same data, on both engines."""

import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.support.chats import ALICE, LINE, NOW, make_chat
from tests.support.partners import context, new_partner
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.events import EventType
from trunkline.domain.message import Content, DeliveryStatus, MediaPart, Message, TextPart
from trunkline.schemas.chat import render_chat
from trunkline.schemas.message import render_message
from trunkline.storage import checks, messages, opt_outs
from trunkline.storage.files.base import new_name
from trunkline.storage.files.folder import Folder
from trunkline.storage.outbox import Command
from trunkline.storage.sql import Query
from trunkline.storage.store import Store, open_store

CHAT = msgspec.structs.replace(make_chat(1), message_count=2, unread_count=1)


def make_message(number: int, sender: int) -> Message:
    """A message of the chat; ``sender`` is the index of its participant, 0 for the line."""
    message_id = f"00000000-0000-0000-0000-{number:012}"
    return Message(
        id=message_id,
        chat_id=CHAT.id,
        sender=CHAT.participants[sender],
        content=Content((TextPart("Hello"),)),
        thread=message_id,
        created_at=NOW + number,
        updated_at=NOW + number,
        delivery_status=DeliveryStatus.PENDING if sender == 0 else DeliveryStatus.RECEIVED,
    )


async def fill(store: Store) -> None:
    """Stores a chat with two messages, one of them pending for the carrier behind a command, and an opt-out."""
    partner = await new_partner(store, "Acme")
    async with store.change(context(partner.id)) as change:
        await messages.add(change, [make_message(1, 1), make_message(2, 0)])
        await change.save([CHAT])
        await opt_outs.set_at(change, ALICE, CHAT.id, NOW)
        change.command(Command.MARK_READ, CHAT, CHAT.id)
        change.command(Command.SEND, CHAT, make_message(2, 0).id)


async def problems(store: Store) -> list[str]:
    return (await check_store(store.database))[1]


async def test_a_sound_store_has_no_problems(database_url: str) -> None:
    async with open_store(database_url) as store:
        await fill(store)
        assert await problems(store) == []


BROKEN = {
    "update chats set message_count = 3": f"chat {CHAT.id} has 2 messages, but its count is 3",
    "update chats set unread_count = 0": f"chat {CHAT.id} has 1 unread messages, but its count is 0",
    "update chats set health = 'CRITICAL'": f"the columns of chat {CHAT.id} do not agree with its document",
    "update chat_creations set created_at = 1": f"chat {CHAT.id} is not in its place in the list by creation",
    "insert into chat_creations (partner_id, chat_id, created_at, revision) select id, 'nowhere', 1, 1 from partners": (
        "1 times of creation belong to no chat"
    ),
    "update messages set delivery_status = 'read' where from_me = 0": (
        f"the columns of message {make_message(1, 1).id} do not agree with its document"
    ),
    "update messages set from_me = 0 where from_me = 1": (
        f"the columns of message {make_message(2, 0).id} do not agree with its document"
    ),
    "update messages set created_at = created_at + 1 where from_me = 1": (
        f"the columns of message {make_message(2, 0).id} do not agree with its document"
    ),
    "update messages set chat_id = 'nowhere' where from_me = 1": "1 messages belong to no chat",
    "update messages set revision = 999 where from_me = 1": (
        "partner Acme has 1 messages with a revision that it has not reached"
    ),
    "update chats set revision = 999": "partner Acme has 1 chats with a revision that it has not reached",
    "update outbox set sequence = 999 where kind = 'send'": (
        "partner Acme has 1 outbox entries with a revision that it has not reached"
    ),
    "update opt_outs set chat_id = 'nowhere'": "1 opt-outs belong to no chat",
    "update participants set chat_id = 'nowhere' where handle <> 'x'": "1 participants belong to no chat",
    "insert into participants (partner_id, chat_id, handle, since_revision) values (999, 'nowhere', 'x', 1)": (
        "1 participants belong to no chat"
    ),
    "insert into media_parts (partner_id, id, message_id) select id, 'part', 'nowhere' from partners": (
        "1 media parts belong to no message"
    ),
    "update chats set recipients_key = 'x'": f"the columns of chat {CHAT.id} do not agree with its document",
    "delete from chat_creations": f"chat {CHAT.id} is not in its place in the list by creation",
    "delete from participants": f"the stored participants of chat {CHAT.id} do not agree with its document",
    "update participants set line = 'x', updated_at = 1, revision = 1": (
        f"chat {CHAT.id} is not indexed with its sort key for each indexed participant"
    ),
    "insert into participants (partner_id, chat_id, handle, since_revision, revision) "  # noqa: S608 - our own names
    f"select id, 'nowhere', '{ALICE}', 1, 1 from partners": (
        "1 handles in many chats are not indexed in all of them, so reading their lists is slow"
    ),
    "update outbox set due_at = null": "2 outbox entries wait behind none that is due, so they are never delivered",
    "delete from outbox where kind = 'mark_read'": (
        "1 outbox entries wait behind none that is due, so they are never delivered"
    ),
    "update outbox set state = 'done' where kind = 'mark_read'": "1 outbox entries are due before it is their turn",
    "update outbox set due_at = updated_at": "1 outbox entries are due before it is their turn",
    "delete from queues": "1 outbox entries are in no queue that is due, so they are never delivered",
    "update queues set due_at = null": "1 outbox entries are in no queue that is due, so they are never delivered",
}


@pytest.mark.parametrize(("statement", "problem"), list(BROKEN.items()), ids=list(BROKEN))
async def test_a_disagreement_is_reported(database_url: str, statement: str, problem: str) -> None:
    async with open_store(database_url) as store:
        await fill(store)
        async with store.database.transaction() as transaction:
            await transaction.fetch(Query("break", statement, ()), ())
        assert problem in await problems(store)


@pytest.mark.parametrize(
    "broken", [b"{}", render_chat(CHAT)[:-1], render_chat(msgspec.structs.replace(CHAT, participants=()))]
)
async def test_a_chat_that_cannot_be_read_is_reported(database_url: str, broken: bytes) -> None:
    async with open_store(database_url) as store:
        await fill(store)
        async with store.database.transaction() as transaction:
            await transaction.fetch(Query("break", "update chats set document = $1", ("document",)), (broken,))
        [problem] = await problems(store)
        assert problem.startswith(f"the document of chat {CHAT.id} cannot be read: ")


async def test_a_message_that_is_not_indexed_for_its_picture_is_reported(database_url: str) -> None:
    picture = MediaPart("picture", "https://example.com/a.png", "a.png", "image/png", 7)
    message = msgspec.structs.replace(make_message(3, 1), content=Content((picture,)))
    async with open_store(database_url) as store:
        await fill(store)
        [partner] = await store.partners.all()
        async with store.change(context(partner.id)) as change:
            await messages.add(change, [message])
            await change.save([msgspec.structs.replace(CHAT, message_count=3, unread_count=2)])
        assert await problems(store) == []
        async with store.database.transaction() as transaction:
            await transaction.fetch(Query("break", "delete from media_parts", ()), ())
        assert await problems(store) == [f"message {message.id} is not indexed for each of its files"]


SHOWN = ["Verifying the file, %", "Checking totals", "Checking chats", "Checking messages"]


async def test_many_chats_are_checked_in_steps_and_each_is_checked_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_STEP", 2)
    shown: dict[str, tuple[int | None, list[int]]] = {}

    @contextmanager
    def progress(what: str, total: int | None) -> Generator[Callable[[int], None]]:
        shown[what] = total, []
        yield shown[what][1].append

    chats = [make_chat(number) for number in range(1, 6)]
    received = [msgspec.structs.replace(make_message(number, 1), chat_id=chats[2].id) for number in (1, 2, 3)]
    async with open_store(database_url) as store:
        for name in ("Acme", "Globex"):
            partner = await new_partner(store, name)
            async with store.change(context(partner.id)) as change:
                counted = msgspec.structs.replace(chats[2], message_count=3, unread_count=3)
                await messages.add(change, received)
                await change.save([*chats[:2], counted, *chats[3:]])
        assert await check_store(store.database, progress=progress) == (10, [])
        assert list(shown) == SHOWN
        assert shown["Checking chats"] == (10, [2, 4, 5, 7, 9, 10])
        assert shown["Checking messages"] == (6, [2, 3, 5, 6])
        async with store.database.transaction() as transaction:
            for number in (1, 3, 5):
                lost = Query("break", "delete from chats where id = $1", ("id",))
                await transaction.fetch(lost, (chats[number - 1].id,))
        assert set(await problems(store)) == {
            "6 participants belong to no chat",
            "6 times of creation belong to no chat",
            "6 messages belong to no chat",
        }


async def test_no_more_problems_are_reported_than_anyone_reads(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.actions.operator.check_store.MAX_PROBLEMS", 3)
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        async with store.change(context(partner.id)) as change:
            await change.save([make_chat(number) for number in range(1, 6)])
        async with store.database.transaction() as transaction:
            await transaction.fetch(Query("break", "update chats set message_count = 9", ()), ())
        assert len(await problems(store)) == 3


async def test_an_index_that_misses_a_row_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "chats.db"
    async with open_store(f"sqlite:///{file}") as store:
        await fill(store)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma writable_schema = on")
        query = "from sqlite_master where name = 'participants_handle'"
        index = connection.execute(f"select * {query}").fetchone()
        connection.execute(f"delete {query}")
        connection.commit()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("update participants set handle = 'x'")
        connection.execute("pragma writable_schema = on")
        connection.execute("insert into sqlite_master values (?, ?, ?, ?, ?)", index)
        connection.commit()
    async with open_store(f"sqlite:///{file}") as store:
        found = await problems(store)
    assert "row 1 missing from index participants_handle" in found


async def test_a_message_that_cannot_be_read_is_reported(database_url: str) -> None:
    async with open_store(database_url) as store:
        await fill(store)
        document = render_message(make_message(1, 1))[:-9]
        async with store.database.transaction() as transaction:
            broken = Query("break", "update messages set document = $1 where from_me = 0", ("document",))
            await transaction.fetch(broken, (document,))
        [problem] = await problems(store)
        assert problem.startswith(f"the document of message {make_message(1, 1).id} cannot be read: ")


async def test_an_event_with_a_sequence_that_was_never_taken_is_reported(database_url: str) -> None:
    async with open_store(database_url) as store:
        await fill(store)
        async with store.database.transaction() as transaction:
            event = Query(
                "break",
                "insert into events (partner_id, sequence, id, type, chat_id, line, created_at, body) "
                "select id, 999, 'e', $1, null, $2, 0, $3 from partners",
                ("type", "line", "body"),
            )
            await transaction.fetch(event, (EventType.MESSAGE_RECEIVED, LINE, b"{}"))
        assert await problems(store) == ["partner Acme has 1 events with a revision that it has not reached"]


async def test_a_snapshot_does_not_see_what_is_written_meanwhile(database_url: str) -> None:
    count = Query("count", "select count(*) from chats", ())
    async with open_store(database_url) as store:
        async with store.database.snapshot() as source:
            before = (await source.fetch(count, ()))[0][0]
            await fill(store)
            after = (await source.fetch(count, ()))[0][0]
        assert (before, after, (await store.database.fetch(count, ()))[0][0]) == (0, 0, 1)


class Deleting(Folder):
    """A folder in which a partner deletes each file at the moment at which the check looks at it."""

    store: Store

    async def size(self, name: str) -> int | None:
        async with self.store.database.transaction() as transaction:
            await transaction.fetch(Query("delete", "delete from attachments where file = $1", ("file",)), (name,))
        await self.delete(name)
        return await super().size(name)


async def test_a_file_that_is_deleted_during_the_check_is_no_problem(database_url: str, tmp_path: Path) -> None:
    async def piece() -> AsyncGenerator[bytes]:
        yield b"picture"

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        files = Deleting(tmp_path / "files")
        files.store = store
        attached, stray = new_name(partner.id), new_name(partner.id)
        for name in (attached, stray):
            await files.write(name, piece())
        async with store.database.transaction() as transaction:
            add = Query(
                "add",
                "insert into attachments (partner_id, id, filename, declared_type, size_bytes, created_at, file) "
                "values ($1, 'a', 'a.png', 'image/png', 7, 0, $2)",
                ("partner", "file"),
            )
            await transaction.fetch(add, (partner.id, attached))
        try:
            assert (await check_store(store.database, files))[1] == []
        finally:
            await files.close()
