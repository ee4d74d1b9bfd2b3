"""The database file: who may read it, what cannot be one, and what happens when it goes away."""

import asyncio
import os
import resource
import shutil
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.support.chats import make_chat
from tests.support.other_user import as_other_user
from tests.support.partners import new_partner, save
from trunkline.domain.errors import CommandError, FilesNotReady, NoDatabase, NotReady
from trunkline.storage.store import Store, connect, open_store


@contextmanager
def limited_files(size: int) -> Generator[None]:
    """No file can grow beyond this number of bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files_of(folder: Path) -> dict[str, int]:
    """The permissions of each file in a folder."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


def sizes_of(folder: Path) -> dict[str, int]:
    """The size of each file in a folder."""
    return {each.name: each.stat().st_size for each in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
async def test_only_this_user_may_read_the_files_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
            await save(store, (await new_partner(store)).id, make_chat(1))
            found = files_of(tmp_path)
    finally:
        os.umask(before)
    assert found == {"chats.db": 0o600, "chats.db-wal": 0o600, "chats.db-shm": 0o600}


async def test_a_database_that_must_exist_is_not_created(tmp_path: Path) -> None:
    for path in (tmp_path / "chats.db", tmp_path / "empty.db"):
        if path.name == "empty.db":
            path.touch()
        with pytest.raises(NoDatabase):
            async with open_store(f"sqlite:///{path}", must_exist=True):
                pass
    assert sizes_of(tmp_path) == {"empty.db": 0}


async def test_what_cannot_be_a_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "text").write_text("not a database" * 100)
    (tmp_path / "link").symlink_to(tmp_path / "text")
    (tmp_path / "file").write_text("")
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        await new_partner(store)
    content = (tmp_path / "chats.db").read_bytes()
    (tmp_path / "cut").write_bytes(content[: len(content) // 2])
    for name, reason in {
        "": "it is a folder; name a file in it, such as",
        "fifo": "it is not a regular file",
        "text": "is not a SQLite file, so it is not a Trunkline database; it may be encrypted or damaged",
        "link": "is not a SQLite file",
        "cut": "is damaged",
        "mount/chats.db": "there is no folder",
        "file/chats.db": "there is no folder",
    }.items():
        with pytest.raises((CommandError, NotReady), match=reason) as raised:
            async with open_store(f"sqlite:///{tmp_path / name}"):
                pass
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("file", "folder", "reason"),
    [
        (
            0o600,
            0o500,
            "may not read and write {folder}, in which SQLite keeps files beside chats.db: it belongs to user",
        ),
        (0o400, 0o700, "may not read and write {folder}/chats.db: it belongs to user"),
        (0o000, 0o700, "may not read and write {folder}/chats.db: it belongs to user"),
    ],
)
def test_missing_permissions_are_named(tmp_path: Path, file: int, folder: int, reason: str) -> None:
    path = tmp_path / "chats.db"

    def work() -> str:
        asyncio.run(connect(f"sqlite:///{path}"))
        return "opened"

    assert as_other_user(tmp_path, work) == "opened"
    path.chmod(file)
    tmp_path.chmod(folder)
    try:
        assert reason.format(folder=tmp_path) in as_other_user(tmp_path, work)
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_cannot_be_written_is_named_before_a_database_is_created(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    def work() -> str:
        asyncio.run(connect(f"sqlite:///{tmp_path / 'chats.db'}"))
        return "created"

    try:
        assert "cannot create" in as_other_user(tmp_path, work)
    finally:
        tmp_path.chmod(0o700)


async def refuses(store: Store, partner_id: int, reason: str) -> None:
    """The service is not ready, and a change fails, for this reason."""
    with pytest.raises(NotReady, match=reason):
        await store.check_ready()
    with pytest.raises(NotReady, match=reason):
        await save(store, partner_id, make_chat(7))


@pytest.mark.parametrize("missing", ["chats.db", "chats.db-wal"])
async def test_a_file_that_was_moved_away_is_noticed_and_found_again(tmp_path: Path, missing: str) -> None:
    path = tmp_path / missing
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        await store.check_ready()
        path.rename(tmp_path / "elsewhere")
        await refuses(store, partner.id, "gone")
        assert not path.exists(), "a new file would hide that the old one is gone"
        (tmp_path / "elsewhere").rename(path)
        await store.check_ready()
        await save(store, partner.id, make_chat(1))


async def test_a_file_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    async with open_store(f"sqlite:///{path}") as store:
        partner = await new_partner(store)
        shutil.copy(path, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(path)
        await refuses(store, partner.id, "replaced by another file; restart the service")


async def test_a_file_that_replaced_another_one_does_not_get_what_is_in_the_log_of_that_one(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    async with open_store(f"sqlite:///{path}") as store:
        partner = await new_partner(store)
        await store.database.forget_history()
        shutil.copy(path, tmp_path / "copy.db")
        await save(store, partner.id, make_chat(1))
        (tmp_path / "copy.db").replace(path)
        before = path.read_bytes()
        with pytest.raises(NotReady, match="replaced by another file"):
            await store.database.forget_history()
        assert path.read_bytes() == before


@pytest.mark.parametrize("size", [0, 8192])
async def test_a_file_that_was_truncated_is_noticed(tmp_path: Path, size: int) -> None:
    path = tmp_path / "chats.db"
    async with open_store(f"sqlite:///{path}") as store:
        await new_partner(store)
    async with open_store(f"sqlite:///{path}") as store:
        partner = await new_partner(store)
        await store.check_ready()
        with path.open("r+b") as file:
            file.truncate(size)
        await refuses(store, partner.id, "damaged|fails")


async def test_a_file_that_became_smaller_by_a_vacuum_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    async with open_store(f"sqlite:///{path}") as store:
        partner = await new_partner(store)
        for number in range(20):
            await save(store, partner.id, make_chat(number, name="x" * 50_000))
    async with open_store(f"sqlite:///{path}") as store:
        await store.check_ready()
        before = path.stat().st_size
        async with store.database.transaction() as transaction:
            await transaction.script("delete from chats; delete from participants; delete from sort_key_history")
        vacuum: Any = apsw.Connection(str(path))
        vacuum.execute("vacuum")
        vacuum.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        vacuum.close()
        assert path.stat().st_size < before
        await store.check_ready()
        await save(store, partner.id, make_chat(1))


async def test_a_full_disk_is_noticed_and_forgotten_when_there_is_room(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}", attachments=str(tmp_path / "files")) as store:
        partner = await new_partner(store)
        await store.check_ready()
        with limited_files(8192):
            with pytest.raises(NotReady, match="disk of the database"):
                await store.check_ready()
            with pytest.raises(NotReady):
                await save(store, partner.id, make_chat(1))
            assert await store.partners.count_chats(partner.id) == 0, "reading works, and nothing is half done"
        await store.check_ready()
        await save(store, partner.id, make_chat(1))
        assert await store.partners.count_chats(partner.id) == 1


async def test_a_long_change_of_another_process_does_not_make_the_service_unready(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chats.db'}"
    async with open_store(url) as store, open_store(url) as other:
        async with other.database.transaction():
            await store.check_ready()
        async with store.database.transaction():
            await store.check_ready()


async def test_the_folder_of_attachments_is_not_created_again_when_it_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}", attachments=str(folder)) as store:
        await store.check_ready()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(folder.iterdir()) == [], "a probe leaves nothing"
        folder.rename(tmp_path / "elsewhere")
        with pytest.raises(FilesNotReady, match="is gone"):
            await store.check_ready()
        assert not folder.exists()
        (tmp_path / "elsewhere").rename(folder)
        await store.check_ready()


def test_a_folder_of_attachments_that_cannot_be_written_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "files"

    async def ready() -> str:
        async with open_store(f"sqlite:///{tmp_path / 'chats.db'}", attachments=str(folder)) as store:
            await store.check_ready()
            folder.chmod(0o500)
            with pytest.raises(FilesNotReady, match="Permission denied"):
                await store.check_ready()
            folder.chmod(0o700)
            await store.check_ready()
        return "noticed"

    assert as_other_user(tmp_path, lambda: asyncio.run(ready())) == "noticed"
