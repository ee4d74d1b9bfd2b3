"""Migration 0016: the participants of older versions, of handles with few and with many chats, on both engines."""

import pytest

from tests.storage.old_schema import Table, create_schema
from tests.support.chats import ALICE, BOB, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.partners import Pagination, save
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.paging import Filters
from trunkline.schemas.chat import render_chat
from trunkline.storage.participants import MAX_UNINDEXED
from trunkline.storage.sql import Value
from trunkline.storage.store import open_store

CHATS = MAX_UNINDEXED + 1


async def create_schema_14(url: str) -> None:
    """Creates the database: Alice is in one chat more than a handle that is not indexed, Bob in one less."""
    chats = [
        make_chat(number, (ALICE,) if number < 2 else (ALICE, BOB), updated_at=NOW + number)
        for number in range(CHATS - 1)
    ]
    chats.append(make_chat(CHATS - 1, (ALICE, LINE), line=OTHER_LINE, updated_at=NOW + CHATS))
    rows: list[tuple[Value, ...]] = [
        (1, chat.id, chat.line, chat.recipients_key, chat.updated_at, revision, render_chat(chat))
        for revision, chat in enumerate(chats, 1)
    ]
    participants: list[tuple[Value, ...]] = [
        (1, chat.id, handle, chat.line, revision, chat.updated_at, revision)
        for revision, chat in enumerate(chats, 1)
        for handle in (chat.line, *chat.recipients)
    ]
    tables: list[Table] = [
        ("store", "schema_version cursor_key last_partner_id", [(14, bytes(32), 1)]),
        ("partners", "id name created_at revision clock", [(1, "Acme", NOW, CHATS, NOW)]),
        (
            "lines",
            "partner_id phone_number id created_at",
            [(1, line, f"line {line}", NOW) for line in (LINE, OTHER_LINE)],
        ),
        ("chats", "partner_id id line recipients_key updated_at revision document", rows),
        ("participants", "partner_id chat_id handle line since_revision updated_at revision", participants),
    ]
    await create_schema(url, 14, tables)


FOUND = {
    Filters(): range(CHATS - 1, -1, -1),
    Filters(handle=ALICE): range(CHATS - 1, -1, -1),
    Filters(handle=BOB): range(CHATS - 2, 1, -1),
    Filters(LINE, ALICE): range(CHATS - 2, -1, -1),
    Filters(LINE): range(CHATS - 2, -1, -1),
    Filters(handle=LINE): range(CHATS - 1, -1, -1),
    Filters(OTHER_LINE, LINE): [CHATS - 1],
    Filters(OTHER_LINE, BOB): [],
}


@pytest.mark.parametrize("moves", [False, True])
async def test_every_list_is_as_before(database_url: str, *, moves: bool) -> None:
    await create_schema_14(database_url)
    async with open_store(database_url) as store:
        for filters, numbers in FOUND.items():
            pagination = Pagination(store, 1, filters)
            await pagination.step(1)
            if moves and numbers:
                for number in (0, CHATS - 1):
                    chat = make_chat(number, (ALICE,), updated_at=NOW + number)
                    if number:
                        chat = make_chat(number, (ALICE, LINE), line=OTHER_LINE, updated_at=NOW + CHATS)
                    await save(store, 1, chat)
            assert (await pagination.finish(4)).ids == [chat_id(number) for number in numbers]
        assert (await check_store(store.database))[1] == []
