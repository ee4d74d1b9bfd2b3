"""Opening an Apple Messages database: nothing is written, and any damage is one error that locates it."""

import os
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
