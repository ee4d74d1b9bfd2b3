"""Backups and restores: what they contain, what is rejected, and what a restore changes in a database."""

import asyncio
import errno
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest

from tests.actions.test_check_store import fill
from tests.storage.old_schema import Table, create_schema
from tests.support.chats import NOW, make_chat
from tests.support.open_store import opened_store
from tests.support.partners import context, new_partner
from tests.support.postgres import PROGRAMS, PostgresServer
from trunkline.actions.operator.back_up import Backup, ProblemsFound, back_up
from trunkline.actions.operator.files import CopiedFiles
from trunkline.actions.operator.progress import silent
from trunkline.actions.operator.restore import Restored, after_restore, restore
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import SECOND
from trunkline.storage import partial, sqlite
from trunkline.storage.files.base import new_name
from trunkline.storage.files.folder import Folder
from trunkline.storage.sql import Query
from trunkline.storage.store import open_store

Show: TypeAlias = Callable[[int], None]


class Place:
    """A folder with the SQLite database ``chats.db``, which has one chat, and the backup ``copy`` of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "chats.db"
        self.url = f"sqlite:///{self.file}"
        self.backup = folder / "copy"

    async def back_up(self, path: Path | None = None, *, replace: bool = False, check: bool = True) -> Backup:
        return await back_up(self.url, "", path or self.backup, silent, replace=replace, check=check)

    async def restore(self, path: Path | None = None, *, seconds: int = 0, check: bool = True) -> Restored:
        return await restore(self.url, "", path or self.backup, silent, NOW + seconds * SECOND, check=check)

    async def partners(self, url: str | None = None) -> list[str]:
        async with open_store(url or self.url) as store:
            return [each.name for each in await store.partners.all()]

    @property
    def names(self) -> set[str]:
        return {each.name for each in self.folder.iterdir()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)

    async def create() -> None:
        async with open_store(place.url) as store:
            await fill(store)
        await place.back_up()

    asyncio.run(create())
    return place


def changed(file: Path, statement: str) -> None:
    """Changes a SQLite file with another program."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _cut(path: Path, target: Path) -> Path:
    """The first half of a file."""
    content = path.read_bytes()
    return _written(target, content[: len(content) // 2])


async def add_partner(place: Place, name: str) -> None:
    async with open_store(place.url) as store:
        await new_partner(store, name)


async def test_a_restore_renews_the_cursor_key_and_keeps_the_link_key(database_url: str) -> None:
    async with open_store(database_url) as store:
        before = store.cursor_key, store.link_key
        partner = await new_partner(store)
    await after_restore(database_url)
    async with open_store(database_url) as store:
        assert store.cursor_key != before[0]
        assert store.link_key == before[1]
        assert await store.partners.by_id(partner.id) is not None


class Disk(msgspec.Struct):
    """What is said about a disk."""

    free: int


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk with as little room as is set."""
    disk = Disk(0)

    def usage(_path: Path) -> Disk:
        return disk

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return disk


async def test_a_backup_or_restore_without_room_says_how_much_it_needs_and_writes_nothing(
    place: Place, full_disk: Disk
) -> None:
    size, names = place.backup.stat().st_size, place.names
    full_disk.free = size - 1
    for work in (place.back_up(place.folder / "other"), place.back_up(replace=True), place.restore()):
        with pytest.raises(CommandError) as refused:
            await work
        assert str(refused.value) == (
            f"there is no room in {place.folder}: the copy needs {size:,} bytes, and {size - 1:,} are free; "
            "make room there, or name a file on another disk"
        )
        assert place.names == names
    full_disk.free = size
    await place.back_up(replace=True)
    await place.restore()


async def test_a_backup_needs_room_for_the_files_that_it_lacks(
    place: Place, full_disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(place.url) as store:
        [partner] = await store.partners.all()
        file = new_name(partner.id)
        async with store.database.transaction() as transaction:
            add = Query(
                "add",
                "insert into attachments (partner_id, id, filename, declared_type, size_bytes, created_at, file) "
                "values ($1, 'a', 'a.png', 'image/png', 100000000, 0, $2)",
                ("partner", "file"),
            )
            await transaction.fetch(add, (partner.id, file))
    full_disk.free = 99_999_999
    with pytest.raises(CommandError, match="the copy needs 100,000,000 bytes, and 99,999,999 are free"):
        await place.back_up(place.folder / "other")
    assert not (place.folder / "other").exists()

    async def has_all(_self: Folder, _name: str) -> int:
        return 100_000_000

    monkeypatch.setattr(Folder, "size", has_all)
    assert (await place.back_up(place.folder / "other")).files == CopiedFiles(1, 0)


async def test_the_replaced_database_is_kept(place: Place) -> None:
    await add_partner(place, "Later")
    restored = await place.restore()
    assert restored.replaced is not None
    assert await place.partners() == ["Acme"]
    assert await place.partners(f"sqlite:///{restored.replaced}") == ["Acme", "Later"]
    again = (await place.restore()).replaced  # in the same second
    assert again is not None
    assert again != restored.replaced
    assert await place.partners(f"sqlite:///{again}") == ["Acme"]


async def test_a_backup_is_restored_where_there_is_no_database(place: Place) -> None:
    place.file.unlink()
    assert (await place.restore()).replaced is None
    assert await place.partners() == ["Acme"]


async def test_what_was_pending_in_a_backup_is_counted(place: Place) -> None:
    restored = await place.restore()
    assert (restored.chats, restored.pending_commands, restored.pending_deliveries) == (1, 2, 0)


def test_a_backup_has_the_state_of_one_moment(tmp_path: Path) -> None:
    """Writes between the steps of the copy neither appear in it nor make it begin again."""
    url = f"sqlite:///{tmp_path / 'chats.db'}"
    with opened_store(url) as opened, ThreadPoolExecutor(1) as elsewhere:
        tenant = opened.run(new_partner(opened.store))

        async def add(first: int, count: int) -> None:
            async with opened.store.change(context(tenant.id)) as change:
                await change.save([make_chat(number) for number in range(first, first + count)])

        opened.run(add(1, 5_000))
        steps: list[int] = []

        @contextmanager
        def writing(description: str, _total: int | None) -> Generator[Show]:
            def show(done: int) -> None:
                if description == "Copying the database, %":
                    steps.append(done)
                    elsewhere.submit(opened.run, add(6_000 + len(steps), 1)).result()

            yield show

        made = asyncio.run(back_up(url, "", tmp_path / "copy", writing))
    assert len(steps) > 1
    assert steps == sorted(steps)
    assert made.chats == 5_000


async def test_a_process_that_opens_a_database_while_it_is_replaced_opens_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Place(tmp_path / "old"), Place(tmp_path / "new")
    for place in (old, new):
        place.folder.mkdir()
        await add_partner(place, place.folder.name)
    write_ahead = sqlite._write_ahead  # pyright: ignore[reportPrivateUsage]
    replaced: list[Path] = []

    def replacing(connection: object) -> None:
        if not replaced:
            replaced.append(new.file.replace(old.file))
        write_ahead(connection)

    monkeypatch.setattr(sqlite, "_write_ahead", replacing)
    assert await old.partners() == ["new"]


async def test_a_database_with_problems_makes_no_backup(place: Place) -> None:
    good = place.backup.read_bytes()
    changed(place.file, "update chats set message_count = 7")
    with pytest.raises(ProblemsFound, match="no backup was made; --no-check makes one") as found:
        await place.back_up(replace=True)
    assert any("its count is 7" in problem for problem in found.value.problems)
    assert place.backup.read_bytes() == good
    assert (await place.back_up(replace=True, check=False)).chats is None
    with pytest.raises(ProblemsFound, match="was not restored; --no-check restores it"):
        await place.restore()
    assert (await place.restore(check=False)).chats is None


async def test_what_cannot_be_a_backup(place: Place) -> None:
    good = place.backup.read_bytes()
    folder = place.folder
    for path, says in (
        (place.backup, "copy exists already; name another file, or replace it with --force"),
        (place.file, "is the database itself"),
        (folder, "it is not a file"),
        (folder / "no" / "copy", "there is no folder"),
    ):
        with pytest.raises(CommandError, match=says):
            await place.back_up(path)
    (folder / "copy-wal").touch()
    with pytest.raises(CommandError, match="a database that is in use"):
        await place.back_up(replace=True)
    assert place.backup.read_bytes() == good
    nothing = Place(folder)
    nothing.url = f"sqlite:///{folder / 'no.db'}"
    with pytest.raises(CommandError, match=r"there is no database .*no\.db"):
        await nothing.back_up(folder / "other")
    assert place.names == {"chats.db", "copy", "copy-wal"}


async def test_a_backup_on_a_disk_without_links(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_permitted(_source: object, _target: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", not_permitted)
    await place.back_up(place.folder / "other")
    assert place.names == {"chats.db", "copy", "other"}
    with pytest.raises(CommandError, match="exists already"):
        await place.back_up()


async def test_a_restore_on_a_disk_without_links(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_supported(_source: object, _target: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "link", not_supported)
    await add_partner(place, "Later")
    kept = (await place.restore()).replaced
    assert kept is not None
    assert await place.partners() == ["Acme"]
    assert await place.partners(f"sqlite:///{kept}") == ["Acme", "Later"]

    def fails(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(partial, "move", fails)
    before = place.names
    with pytest.raises(CommandError, match="Input/output error"):
        await place.restore(seconds=60)
    assert place.names == before
    assert await place.partners() == ["Acme"]


def test_a_damaged_database_on_a_disk_without_links_is_kept_with_its_log(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_permitted(_source: object, _target: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", not_permitted)
    _written(place.file, b"damaged" * 1000)
    _written(place.folder / "chats.db-wal", b"its log")
    kept = asyncio.run(place.restore()).replaced
    assert kept is not None
    assert kept.read_bytes().startswith(b"damaged")
    assert Path(f"{kept}-wal").read_bytes() == b"its log"
    assert asyncio.run(place.partners()) == ["Acme"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_a_restored_database_has_the_owner_of_the_former_one(place: Place) -> None:
    os.chown(place.file, 1234, 2345)
    place.file.chmod(0o640)
    await place.restore()
    found = place.file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o640)


async def test_a_backup_does_not_use_the_folder_of_the_files_in_use(place: Place) -> None:
    folder = place.folder / "new-attachments"
    with pytest.raises(CommandError, match=r"new-attachments has the files of the database.* name another file"):
        await back_up(place.url, str(folder), place.folder / "new", silent)
    await back_up(place.url, str(folder), place.folder / "new", silent, with_files=False)
    assert "new" in place.names


async def test_what_cannot_be_restored(place: Place) -> None:
    folder = place.folder
    (folder / "empty").touch()
    (folder / "text").write_text("This is no database. " * 1000)
    changed(folder / "foreign", "create table notes (text)")
    for name in ("newer", "cut"):
        (folder / name).write_bytes(place.backup.read_bytes())
    changed(folder / "newer", "update store set schema_version = 9999, compatible_with = 9999")
    os.truncate(folder / "cut", place.backup.stat().st_size // 2)
    names = place.names
    for name, says in (
        ("nothing", "there is no file"),
        ("empty", "it has no table 'store'"),
        ("foreign", "it has no table 'store'"),
        ("text", "is not a SQLite file"),
        ("newer", "schema 9999, which is newer"),
        ("cut", "malformed"),
        ("chats.db", "is the database itself"),
    ):
        with pytest.raises(CommandError, match=says):
            await place.restore(folder / name)
        assert place.names == names
    assert await place.partners() == ["Acme"]


async def test_nothing_but_a_trunkline_database_is_replaced(place: Place) -> None:
    changed(place.folder / "foreign", "create table notes (text)")
    os.mkfifo(place.folder / "pipe")
    names = place.names
    for name in ("foreign", "pipe"):
        with pytest.raises(CommandError, match="is not a Trunkline database, so nothing replaces it"):
            await restore(f"sqlite:///{place.folder / name}", "", place.backup, silent, NOW)
    assert place.names == names


async def test_a_backup_never_replaces_a_part_of_the_database(place: Place) -> None:
    async with open_store(place.url):
        for suffix in ("-wal", "-shm", "-journal"):
            with pytest.raises(CommandError, match="is a part of the database"):
                await place.back_up(Path(f"{place.file}{suffix}"), replace=True)
    assert await place.partners() == ["Acme"]


def test_a_damaged_database_is_replaced_and_kept_with_its_log(place: Place) -> None:
    place.file.write_bytes(b"not a database" * 1000)
    Path(f"{place.file}-wal").write_bytes(b"a log")
    replaced = asyncio.run(place.restore()).replaced
    assert replaced is not None
    assert replaced.read_bytes() == b"not a database" * 1000
    assert Path(f"{replaced}-wal").read_bytes() == b"a log"
    assert asyncio.run(place.partners()) == ["Acme"]


async def test_a_backup_of_an_older_schema_is_upgraded(place: Place) -> None:
    place.backup.unlink()
    store_row: Table = ("store", "schema_version cursor_key last_partner_id", [(11, bytes(32), 1)])
    partner: Table = ("partners", "id name created_at revision clock", [(1, "Globex", NOW, 0, NOW)])
    await create_schema(f"sqlite:///{place.backup}", 11, [store_row, partner])
    await place.restore()
    assert await place.partners() == ["Globex"]
    async with open_store(place.url) as store:
        assert store.link_key == bytes(32), "URLs of files remain valid"
        assert store.cursor_key != store.link_key


async def test_postgresql_is_restored_only_into_an_empty_database(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(PROGRAMS), prepend=os.pathsep)
    url, backup = await asyncio.to_thread(postgres.new_database), tmp_path / "copy"
    attachments = str(tmp_path / "files")

    async with open_store(url) as store:
        await fill(store)
        assert (await back_up(url, attachments, backup, silent)).chats == 1
        with pytest.raises(CommandError, match="a process has the database open"):
            await after_restore(url)
    with pytest.raises(CommandError, match="the database is not empty"):
        await restore(url, attachments, backup, silent, NOW)
    empty = await asyncio.to_thread(postgres.new_database)
    text, cut = _written(tmp_path / "text", b"text"), _cut(backup, tmp_path / "cut")
    with pytest.raises(CommandError, match="not a backup of a PostgreSQL database in the custom format"):
        await restore(empty, attachments, text, silent, NOW)
    with pytest.raises(CommandError):
        await restore(empty, attachments, cut, silent, NOW)
    assert (await restore(empty, attachments, backup, silent, NOW)).chats == 1
    async with open_store(empty) as store:
        assert [each.name for each in await store.partners.all()] == ["Acme"]
