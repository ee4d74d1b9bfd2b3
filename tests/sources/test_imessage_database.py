"""Opening an Apple Messages database: nothing is written, and any damage is one error that locates it."""

import hashlib
import os
import plistlib
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources import read_archive
from tests.sources.messages_archive import Archive
from trunkline.sources.base import DamagedSource
from trunkline.sources.imessage.reader import IMessage

ADA = "+14155550001"
NOON = 1_700_000_000


def texts(path: Path) -> list[str | None]:
    return read_archive.texts(read_archive.read(IMessage(path, "+13343284472", "US")).messages)


def numbered_messages(path: Path, count: int = 400) -> Path:
    archive = Archive(path)
    archive.connection.execute("BEGIN")
    ada = archive.handle(ADA)
    chat = archive.chat(ADA, ada)
    for number in range(count):
        archive.message(chat, at=NOON + number, handle=ada, text=f"message {number} " + "x" * 100)
    archive.connection.execute("COMMIT")
    return archive.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_reading_changes_neither_the_database_nor_its_folder(tmp_path: Path) -> None:
    path = numbered_messages(tmp_path / "chat.db", 3)
    before = contents(tmp_path)
    assert len(texts(path)) == 3
    assert contents(tmp_path) == before


def write_ahead_logged(folder: Path) -> Archive:
    """An open archive whose only message is in the write-ahead log."""
    archive = Archive(folder / "chat.db")
    archive.connection.execute("PRAGMA journal_mode = wal").fetchall()
    archive.connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
    archive.message(archive.chat(ADA), at=NOON, text="in the log")
    return archive


def test_a_copy_with_its_log_is_read_with_the_log_and_not_changed(tmp_path: Path) -> None:
    archive = write_ahead_logged(tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("chat.db", "chat.db-wal"):
        shutil.copy(tmp_path / name, copy / name)
    archive.close()
    before = contents(copy)
    assert texts(copy) == ["in the log"]
    assert contents(copy) == before


def test_a_copy_of_all_three_files_is_read_with_the_log(tmp_path: Path) -> None:
    archive = write_ahead_logged(tmp_path)
    copy = shutil.copytree(tmp_path, tmp_path / "copy")
    archive.close()
    before = contents(copy)
    assert texts(copy) == ["in the log"]
    assert set(contents(copy)) == set(before)
    assert contents(copy)["chat.db"] == before["chat.db"]


def test_a_database_in_use_is_read_in_its_current_state(tmp_path: Path) -> None:
    archive = write_ahead_logged(tmp_path)
    names = set(contents(tmp_path))
    assert texts(tmp_path / "chat.db") == ["in the log"]
    assert set(contents(tmp_path)) == names
    archive.close()


def test_a_database_in_log_mode_without_a_log_is_read(tmp_path: Path) -> None:
    path = write_ahead_logged(tmp_path).close()
    before = contents(tmp_path)
    assert set(before) == {"chat.db"}
    assert texts(path) == ["in the log"]
    assert contents(tmp_path) == before


def test_a_symbolic_link_to_a_database_in_use_is_read_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "Messages").mkdir()
    archive = write_ahead_logged(tmp_path / "Messages")
    link = tmp_path / "chat.db"
    link.symlink_to(tmp_path / "Messages" / "chat.db")
    assert texts(link) == ["in the log"]
    (tmp_path / "second.db").symlink_to(link)
    assert texts(tmp_path / "second.db") == ["in the log"]
    archive.close()


def interrupted(folder: Path) -> Path:
    """A copy of a database and its journal in the middle of a transaction, as a crash leaves them."""
    path = numbered_messages(folder / "chat.db", 300)
    archive = Archive(path, "PRAGMA cache_size = 1")
    archive.connection.execute("BEGIN; UPDATE message SET text = 'half done'; DELETE FROM chat_message_join")
    copy = folder / "copy"
    copy.mkdir()
    for name in ("chat.db", "chat.db-journal"):
        shutil.copy(folder / name, copy / name)
    archive.connection.execute("ROLLBACK")
    archive.close()
    return copy


def test_an_interrupted_transaction_is_rolled_back_in_a_copy(tmp_path: Path) -> None:
    copy = interrupted(tmp_path)
    before = contents(copy)
    found = texts(copy)
    assert (len(found), "half done" in found) == (300, False)
    assert contents(copy) == before


@pytest.mark.parametrize("journal", [b"", bytes(512)])
def test_a_journal_of_a_finished_transaction_is_ignored(tmp_path: Path, journal: bytes) -> None:
    path = numbered_messages(tmp_path / "chat.db", 3)
    (tmp_path / "chat.db-journal").write_bytes(journal)
    assert len(texts(path)) == 3


SMS_DB = "3d0d7e5fb2ce288813306e4d4636395e047a3d28"


@pytest.mark.parametrize("name", ["sms.db", "Library/SMS/sms.db", f"3d/{SMS_DB}", SMS_DB])
def test_the_folder_of_a_backup_stands_for_the_database_in_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    numbered_messages(path, 2)
    (tmp_path / "Manifest.db").write_bytes(b"SQLite format 3\x00")
    assert len(texts(tmp_path)) == 2


def test_the_log_of_a_database_in_a_backup_is_read(tmp_path: Path) -> None:
    archive = write_ahead_logged(tmp_path)
    backup = tmp_path / "backup"
    for name in ("", "-wal"):
        digest = hashlib.sha1(f"HomeDomain-Library/SMS/sms.db{name}".encode()).hexdigest()  # noqa: S324
        (backup / digest[:2]).mkdir(parents=True)
        shutil.copy(tmp_path / f"chat.db{name}", backup / digest[:2] / digest)
    archive.close()
    assert texts(backup) == ["in the log"]


def test_an_encrypted_backup_is_rejected_with_advice(tmp_path: Path) -> None:
    (tmp_path / "3d").mkdir()
    (tmp_path / "3d" / SMS_DB).write_bytes(b"\x8f" * 4096)
    (tmp_path / "Manifest.plist").write_bytes(plistlib.dumps({"IsEncrypted": True}))
    with pytest.raises(DamagedSource, match="the backup is encrypted; make one without"):
        IMessage(tmp_path, ADA, "US")


def test_a_folder_stands_for_the_database_in_it(tmp_path: Path) -> None:
    numbered_messages(tmp_path / "chat.db", 1)
    assert len(texts(tmp_path)) == 1


def test_a_folder_without_a_database_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(DamagedSource, match=r"the folder has no chat\.db"):
        IMessage(tmp_path, ADA, "US")


def test_a_missing_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(DamagedSource, match="there is no such file"):
        IMessage(tmp_path / "chat.db", ADA, "US")


@pytest.mark.parametrize(("platform", "advised"), [("darwin", True), ("linux", False)])
def test_a_file_without_permission_is_rejected_with_advice_on_a_mac(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, advised: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(DamagedSource, match="Operation not permitted") as caught:
        IMessage(tmp_path / "chat.db", ADA, "US")
    assert ("Full Disk Access" in str(caught.value)) is advised


@pytest.mark.parametrize("content", [b"", b"<smses/>", b"SQLite format 2\x00" * 100])
def test_a_file_that_is_not_sqlite_is_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "chat.db"
    path.write_bytes(content)
    with pytest.raises(DamagedSource, match=r"chat\.db: not a SQLite database"):
        IMessage(path, ADA, "US")


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("DROP TABLE chat", "not a database of Apple Messages: it has no table 'chat'"),
        ("DROP TABLE chat_message_join", "it has no table 'chat_message_join'"),
        ("ALTER TABLE message DROP COLUMN date", "the table 'message' has no column 'date', which is needed"),
    ],
)
def test_a_database_of_another_program_is_rejected(tmp_path: Path, statement: str, complaint: str) -> None:
    archive = Archive(tmp_path / "chat.db")
    archive.connection.execute(statement)
    path = archive.close()
    with pytest.raises(DamagedSource, match=complaint):
        texts(path)


def test_a_truncated_database_is_rejected_with_its_size(tmp_path: Path) -> None:
    path = numbered_messages(tmp_path / "chat.db")
    size = path.stat().st_size
    os.truncate(path, size - 1)
    with pytest.raises(DamagedSource, match=f"cut off after {size - 1} bytes, of {size}"):
        texts(path)


def test_the_error_about_a_corrupt_database_names_the_table(tmp_path: Path) -> None:
    path = numbered_messages(tmp_path / "chat.db")
    whole = path.read_bytes()
    path.write_bytes(whole[:-8192] + b"\xff" * 8192)
    with pytest.raises(DamagedSource, match=r"cannot read the table '\w*message\w*': database disk image is malformed"):
        texts(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered_messages(tmp_path_factory.mktemp("whole") / "whole.db", 120)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage") / "chat.db"


def outcome(path: Path) -> int | None:
    """The number of messages read; None if the file was rejected with an error of one line."""
    try:
        return len(texts(path))
    except DamagedSource as damage:
        return None if str(damage).count("\n") == 0 else -1


@settings(max_examples=150, deadline=None)
@given(at=st.floats(0, 1))
def test_a_database_truncated_anywhere_is_read_completely_or_rejected(whole: Path, scratch: Path, at: float) -> None:
    content = whole.read_bytes()
    scratch.write_bytes(content[: round(at * len(content))])
    assert outcome(scratch) in (120, None)


@settings(max_examples=200, deadline=None)
@given(at=st.floats(0, 1), garbage=st.binary(min_size=1, max_size=64))
def test_a_database_with_random_bytes_anywhere_is_read_or_rejected(
    whole: Path, scratch: Path, at: float, garbage: bytes
) -> None:
    content = bytearray(whole.read_bytes())
    start = round(at * (len(content) - len(garbage)))
    content[start : start + len(garbage)] = garbage
    scratch.write_bytes(content)
    assert outcome(scratch) != -1


def test_a_database_locked_by_another_program_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.sources.imessage.database._BUSY_MILLISECONDS", 1)
    archive = write_ahead_logged(tmp_path)
    archive.connection.execute("PRAGMA locking_mode = exclusive").fetchall()
    archive.connection.execute("PRAGMA journal_mode = delete").fetchall()
    archive.connection.execute("PRAGMA journal_mode = wal").fetchall()
    archive.message(archive.chat("+14155550002"), at=NOON, text="x")
    (tmp_path / "chat.db-shm").touch()
    with pytest.raises(DamagedSource, match="locked"):
        texts(tmp_path)
    archive.close()
