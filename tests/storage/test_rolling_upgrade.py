"""Rolling upgrades: what each migration says it does, and a process beside a schema that is newer than its own."""

from collections.abc import Sequence

import pytest

from tests.support.chats import make_chat
from tests.support.partners import new_partner, save
from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage import schema
from trunkline.storage.sql import Query
from trunkline.storage.store import open_store

KNOWN = schema.migrations()
NEWEST = KNOWN[-1][0]

EXPAND = (NEWEST + 1, "-- expand\nalter table lines add column note text;")
INDEXES = (
    NEWEST + 2,
    "-- expand, concurrently\n-- Of notes.\ncreate index concurrently lines_note on lines (note);\n"
    "create unique index concurrently lines_id on lines (partner_id, id);",
)
MORE = (NEWEST + 3, "-- expand\nalter table lines add column colour text;")
CONTRACTION = (NEWEST + 4, "-- contract\nalter table lines drop column label;")
COLUMNS = Query("columns", "select note, colour from lines", ())


def know(monkeypatch: pytest.MonkeyPatch, *newer: tuple[int, str]) -> None:
    """From now on, this version has these further migrations."""
    known: Sequence[tuple[int, str]] = [*KNOWN, *newer]
    monkeypatch.setattr(schema, "migrations", lambda: known)


def test_every_migration_says_what_it_does_to_the_version_before() -> None:
    for version, script in KNOWN:
        assert schema.phase_of(version, script) in schema.Phase
    with pytest.raises(ValueError, match="create table"):
        schema.phase_of(15, "create table x (id bigint)")


async def test_a_version_works_beside_an_expanded_schema(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_store(database_url) as older:
        partner = await new_partner(older)
        know(monkeypatch, EXPAND, INDEXES, MORE)
        async with open_store(database_url) as newer:
            assert {tuple(row) for row in await newer.database.fetch(COLUMNS, ())} == {(None, None)}
        know(monkeypatch)
        await older.check_ready()
        await save(older, partner.id, make_chat(1))
    async with open_store(database_url) as again:
        await again.check_ready()
        assert await schema.upgrade(again.database) == (NEWEST + 3, NEWEST + 3)


async def test_a_version_that_is_not_compatible_says_so(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_store(database_url) as older:
        partner = await new_partner(older)
        know(monkeypatch, EXPAND, INDEXES, MORE, CONTRACTION)
        async with open_store(database_url):
            pass
        know(monkeypatch)
        with pytest.raises(NotReady, match=f"schema {NEWEST + 4}, which is newer .* \\({NEWEST}\\)"):
            await older.check_ready()
        with pytest.raises(NotReady, match="restart the service with the version that did so"):
            await older.partners.lines(partner.id)
        with pytest.raises(CommandError, match="run the version that upgraded it"):
            async with open_store(database_url):
                pass


async def test_an_interrupted_concurrent_migration_is_done_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(database_url) as store:
        know(monkeypatch, EXPAND, (INDEXES[0], INDEXES[1].replace("(partner_id, id)", "(nothing)")), MORE)
        with pytest.raises(NotReady):
            await schema.upgrade(store.database)
        know(monkeypatch, EXPAND, INDEXES, MORE)
        assert await schema.upgrade(store.database) == (NEWEST + 1, NEWEST + 3)
