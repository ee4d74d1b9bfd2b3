"""Opening a store: a new one, an existing one, by several processes, one that is too new, and what is not one."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.open_store import opened_store
from tests.support.partners import new_partner
from trunkline.domain.errors import CommandError
from trunkline.storage.schema import migrations, upgrade
from trunkline.storage.sql import parse
from trunkline.storage.store import connect, open_store

NEWEST = migrations()[-1][0]
SET_VERSION = parse("-- name: set\nupdate store set schema_version = :version, compatible_with = :version")["set"]
GET_VERSION = parse("-- name: get\nselect schema_version from store")["get"]

OPEN = """
import asyncio, sys
from trunkline.storage.store import open_store
async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    async with open_store(sys.argv[1]) as store:
        await store.check_ready()
        print(store.cursor_key.hex())
asyncio.run(main())
"""


async def test_a_new_database_is_upgraded_to_the_newest_schema(database_url: str) -> None:
    database = await connect(database_url)
    try:
        assert await upgrade(database) == (0, NEWEST)
        assert await upgrade(database) == (NEWEST, NEWEST)
        assert await database.damage(lambda _: None) == []
    finally:
        await database.close()


def test_stored_data_is_there_after_reopening(database_url: str) -> None:
    with opened_store(database_url) as first:
        partner = first.run(new_partner(first.store))
        cursor_key = first.store.cursor_key
    with opened_store(database_url) as second:
        assert second.store.cursor_key == cursor_key
        found = second.run(second.store.partners.by_name(partner.name))
        assert found is not None
        assert found.id == partner.id


def test_every_store_has_its_own_cursor_key(database_url: str, tmp_path: Path) -> None:
    with opened_store(database_url) as one, opened_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        assert len(one.store.cursor_key) == len(other.store.cursor_key) == 32
        assert one.store.cursor_key != other.store.cursor_key


def test_processes_that_start_concurrently_create_one_store(database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [errors for _, errors in outputs] == [""] * 6
    assert len({output for output, _ in outputs}) == 1


def test_a_newer_schema_is_refused_and_not_changed(database_url: str) -> None:
    with opened_store(database_url) as opened:

        async def set_newer_version() -> None:
            async with opened.store.database.transaction() as transaction:
                await transaction.fetch(SET_VERSION, (NEWEST + 1,))

        opened.run(set_newer_version())

    async def open_it() -> None:
        async with open_store(database_url):
            pass

    async def version() -> int:
        database = await connect(database_url)
        try:
            return (await database.fetch(GET_VERSION, ()))[0][0]
        finally:
            await database.close()

    with pytest.raises(CommandError, match=f"schema {NEWEST + 1}.*newer.*{NEWEST}"):
        asyncio.run(open_it())
    assert asyncio.run(version()) == NEWEST + 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "trunkline.db",
        "sqlite:trunkline.db",
        "sqlite://trunkline.db",
        "sqlite:///",
        "mysql://localhost/x",
        "postgresql://user:secret@127.0.0.1:1/none",
        "postgresql://user:secret@[::1/none",
        "user:secret@host",
    ],
)
async def test_an_invalid_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(CommandError) as raised:
        await connect(url)
    assert "secret" not in str(raised.value)


async def test_a_file_that_is_not_a_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0" * 1000)
    with pytest.raises(CommandError, match=file.name):
        await connect(f"sqlite:///{file}")
    assert file.read_bytes() == b"\xff\xd8\xff\xe0" * 1000


async def test_a_folder_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot open"):
        await connect(f"sqlite:///{tmp_path}")
    with pytest.raises(CommandError, match="no folder"):
        await connect(f"sqlite:///{tmp_path}/none/trunkline.db")


async def test_a_missing_postgresql_database_is_refused(postgres_url: str) -> None:
    with pytest.raises(CommandError, match="not_there"):
        await connect(postgres_url.replace("/test_", "/not_there_"))


async def test_a_sqlite_file_of_another_program_is_refused_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "photos.db"
    with sqlite3.connect(file) as connection:
        connection.execute("create table photos (id integer)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(CommandError, match=file.name):
        async with open_store(f"sqlite:///{file}"):
            pass
    assert file.read_bytes() == before
