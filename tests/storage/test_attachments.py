"""The rows of attachments: the plans of their queries, and the migration that indexes the files of stored messages."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.conftest import NewDatabase
from tests.support.chats import LINE, NOW, chat_id, make_chat
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import context, new_partner, save
from tests.support.query_plans import Plan, plan_of
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.attachment import MAX_PENDING
from trunkline.domain.message import Content, DeliveryStatus, MediaPart, Message, TextPart
from trunkline.schemas.message import render_message
from trunkline.storage import media_parts
from trunkline.storage.schema import migrations, upgrade
from trunkline.storage.sql import Query, Value, load
from trunkline.storage.store import Store, connect, open_store

MANY = 20_000
QUERIES = {name: query for name, query in {**load("attachments"), **load("media_parts")}.items() if name != "add"}
MOST = {"pending": MAX_PENDING, "due_deletions": 100, "message_of_part": 2, "messages_after": 500}
"""How many rows a query may read; any other query may read one."""

FIRST_COLUMNS = {"partner_id", "id", "file", "due_at", "created_at", None}


async def fill(store: Store) -> tuple[int, int]:
    """Adds a partner with very many attachments, and one with none, and returns their ids."""
    many, none = [(await new_partner(store)).id for _ in range(2)]
    async with store.database.transaction() as transaction:
        columns = ("partner_id", "id", "filename", "declared_type", "size_bytes", "created_at", "file")
        rows: list[tuple[Value, ...]] = [
            (many, chat_id(n), "a", "text/plain", 1, NOW + n, None if n % 2 else f"{many}/{chat_id(n)}")
            for n in range(MANY)
        ]
        await transaction.load("attachments", columns, rows)
        due: list[tuple[Value, ...]] = [(none, f"{none}/{chat_id(n)}", NOW + n) for n in range(MANY)]
        await transaction.load("files_to_delete", ("partner_id", "file", "due_at"), due)
        parts: list[tuple[Value, ...]] = [(many, chat_id(n), chat_id(n)) for n in range(MANY)]
        await transaction.load("media_parts", ("partner_id", "id", "message_id"), parts)
    return many, none


@pytest.fixture(scope="module")
def plans(new_database: NewDatabase, engine: str) -> Iterator[dict[tuple[str, int], Plan]]:
    """The plan of each query for each partner."""
    with opened_store(new_database()) as opened:
        yield opened.run(explain(opened, engine))


async def explain(opened: OpenStore, engine: str) -> dict[tuple[str, int], Plan]:
    database = opened.store.database
    found: dict[tuple[str, int], Plan] = {}
    for index, partner in enumerate(await fill(opened.store)):
        for name, query in QUERIES.items():
            if query.text.startswith("insert"):
                continue
            values = query.values(
                partner=partner,
                id=chat_id(7) if query.text.startswith("select") else "nothing",
                message="nothing",
                file="nothing",
                since=NOW,
                horizon=0,
                latest=NOW + MANY,
                now=NOW + MANY,
                limit=MOST.get(name, 1),
            )
            found[name, index] = await plan_of(database, query, values, engine)
    return found


@pytest.mark.parametrize("partner", [0, 1])
@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if not query.text.startswith("insert")])
def test_every_query_is_an_index_range(plans: dict[tuple[str, int], Plan], name: str, partner: int) -> None:
    plan = plans[name, partner]
    assert plan.reads
    for read in plan.reads:
        assert "SCAN" not in read.description or "USING" in read.description, read
        assert "Seq Scan" not in read.description, read
        assert read.first_column in FIRST_COLUMNS
    assert plan.sorts == 0
    assert plan.rows is None or plan.rows <= MOST.get(name, 1), plan


async def test_the_migration_indexes_the_files_of_stored_messages(database_url: str) -> None:
    chat = msgspec.structs.replace(make_chat(1), message_count=2, unread_count=2)
    file = MediaPart(chat_id(7), "https://example.com/a.png", "a.png", "image/png")
    contents = (Content((TextPart('"type":"media"'),)), Content((TextPart("look"), file)))
    database = await connect(database_url)
    try:
        async with database.migration() as transaction:
            for version, script in migrations():
                if version < 5:
                    await transaction.script(script)
            store = Query("store", "insert into store values (4, $1, 0)", ("key",))
            await transaction.fetch(store, (bytes(32),))
            partner = Query("partner", "insert into partners values (1, 'Acme', 9, 0, 0)", ())
            await transaction.fetch(partner, ())
            columns = (
                *("partner_id", "id", "chat_id", "thread", "created_at", "revision", "from_me"),
                *("delivery_status", "edits", "document"),
            )
            rows: list[tuple[Value, ...]] = []
            for number, content in enumerate(contents, 1):
                message = Message(
                    chat_id(100 + number),
                    chat.id,
                    chat.participants[1],
                    content,
                    chat_id(100 + number),
                    NOW,
                    NOW,
                    DeliveryStatus.RECEIVED,
                )
                row = (1, message.id, chat.id, message.id, NOW, number, 0, "received", 0, render_message(message))
                rows.append(row)
            await transaction.load("messages", columns, rows)
        await upgrade(database)
    finally:
        await database.close()
    async with open_store(database_url) as opened:
        await save(opened, 1, chat)
        found = await media_parts.find(opened.reader(1), file.id)
        assert found is not None
        assert (found[0], found[1].id, found[1].content) == (file, chat_id(102), contents[1])
        assert await media_parts.find(opened.reader(2), file.id) is None
        assert (await check_store(opened.database))[1] == []
        async with opened.change(context(1)) as change:
            await change.fetch(Query("break", "delete from media_parts", ()), ())
        assert (await check_store(opened.database))[1] == [
            f"message {chat_id(102)} is not indexed for each of its files"
        ]
    assert LINE in {each.handle for each in chat.participants}
