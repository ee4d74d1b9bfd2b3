"""Opening an archive of Apple Messages: nothing is written, and whatever is wrong is one error that says where."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources import reading
from tests.sources.messages_archive import Archive
from trunkline.sources.base import DamagedSource
from trunkline.sources.imessage import IMessage

ADA = "+14155550001"
NOON = 1_700_000_000


def texts(path: Path) -> list[str | None]:
    return reading.texts(reading.read(IMessage(path, "+13343284472", "US")).messages)


def filled(path: Path, count: int = 400) -> Path:
    archive = Archive(path)
    archive.connection.execute("BEGIN")
    ada = archive.handle(ADA)
    chat = archive.chat(ADA, ada)
    for number in range(count):
        archive.message(chat, at=NOON + number, handle=ada, text=f"message {number} " + "x" * 100)
    archive.connection.execute("COMMIT")
    return archive.close()


def listing(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_nothing_beside_the_database_or_in_it_changes(tmp_path: Path) -> None:
    path = filled(tmp_path / "chat.db", 3)
    before = listing(tmp_path)
    assert len(texts(path)) == 3
    assert listing(tmp_path) == before


def logged(folder: Path) -> Archive:
    """An open archive whose message is in the log alone."""
    archive = Archive(folder / "chat.db")
    archive.connection.execute("PRAGMA journal_mode = wal").fetchall()
    archive.connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
    archive.message(archive.chat(ADA), at=NOON, text="in the log")
    return archive


def test_a_copy_with_its_log_is_read_with_it_and_left_alone(tmp_path: Path) -> None:
    archive = logged(tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("chat.db", "chat.db-wal"):
        shutil.copy(tmp_path / name, copy / name)
    archive.close()
    before = listing(copy)
    assert texts(copy) == ["in the log"]
    assert listing(copy) == before


def test_a_copy_of_all_three_files_is_read_with_its_log(tmp_path: Path) -> None:
    archive = logged(tmp_path)
    copy = shutil.copytree(tmp_path, tmp_path / "copy")
    archive.close()
    before = listing(copy)
    assert texts(copy) == ["in the log"]
    assert set(listing(copy)) == set(before)
    assert listing(copy)["chat.db"] == before["chat.db"]


def test_a_database_in_use_is_read_as_it_is_now(tmp_path: Path) -> None:
    archive = logged(tmp_path)
    names = set(listing(tmp_path))
    assert texts(tmp_path / "chat.db") == ["in the log"]
    assert set(listing(tmp_path)) == names
    archive.close()


def test_a_database_in_log_mode_without_its_log(tmp_path: Path) -> None:
    path = logged(tmp_path).close()
    before = listing(tmp_path)
    assert set(before) == {"chat.db"}
    assert texts(path) == ["in the log"]
    assert listing(tmp_path) == before


def test_a_folder_means_the_database_in_it(tmp_path: Path) -> None:
    filled(tmp_path / "chat.db", 1)
    assert len(texts(tmp_path)) == 1


def test_a_folder_without_a_database(tmp_path: Path) -> None:
    with pytest.raises(DamagedSource, match=r"the folder has no chat\.db"):
        IMessage(tmp_path, ADA, "US")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DamagedSource, match="there is no such file"):
        IMessage(tmp_path / "chat.db", ADA, "US")


@pytest.mark.parametrize(("platform", "advised"), [("darwin", True), ("linux", False)])
def test_a_file_that_may_not_be_read(
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
def test_what_is_no_sqlite_file(tmp_path: Path, content: bytes) -> None:
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
def test_another_database(tmp_path: Path, statement: str, complaint: str) -> None:
    archive = Archive(tmp_path / "chat.db")
    archive.connection.execute(statement)
    path = archive.close()
    with pytest.raises(DamagedSource, match=complaint):
        texts(path)


def test_a_cut_database_says_so(tmp_path: Path) -> None:
    path = filled(tmp_path / "chat.db")
    size = path.stat().st_size
    os.truncate(path, size - 1)
    with pytest.raises(DamagedSource, match=f"cut off after {size - 1} bytes, of {size}"):
        texts(path)


def test_a_corrupt_database_says_which_table(tmp_path: Path) -> None:
    path = filled(tmp_path / "chat.db")
    whole = path.read_bytes()
    path.write_bytes(whole[:-8192] + b"\xff" * 8192)
    with pytest.raises(DamagedSource, match=r"cannot read the table '\w*message\w*': database disk image is malformed"):
        texts(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("whole") / "whole.db", 120)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage") / "chat.db"


def outcome(path: Path) -> int | None:
    """How many messages were read; None where the file was refused, in one line."""
    try:
        return len(texts(path))
    except DamagedSource as damage:
        return None if str(damage).count("\n") == 0 else -1


@settings(max_examples=150, deadline=None)
@given(at=st.floats(0, 1))
def test_a_database_cut_anywhere_is_read_whole_or_refused(whole: Path, scratch: Path, at: float) -> None:
    content = whole.read_bytes()
    scratch.write_bytes(content[: round(at * len(content))])
    assert outcome(scratch) in (120, None)


@settings(max_examples=200, deadline=None)
@given(at=st.floats(0, 1), rubbish=st.binary(min_size=1, max_size=64))
def test_rubbish_anywhere_in_a_database_is_read_or_refused(
    whole: Path, scratch: Path, at: float, rubbish: bytes
) -> None:
    content = bytearray(whole.read_bytes())
    start = round(at * (len(content) - len(rubbish)))
    content[start : start + len(rubbish)] = rubbish
    scratch.write_bytes(content)
    assert outcome(scratch) != -1


def test_a_database_locked_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.sources.chat_db._BUSY_MILLISECONDS", 1)
    archive = logged(tmp_path)
    archive.connection.execute("PRAGMA locking_mode = exclusive").fetchall()
    archive.connection.execute("PRAGMA journal_mode = delete").fetchall()
    archive.connection.execute("PRAGMA journal_mode = wal").fetchall()
    archive.message(archive.chat("+14155550002"), at=NOON, text="x")
    (tmp_path / "chat.db-shm").touch()
    with pytest.raises(DamagedSource, match="locked"):
        texts(tmp_path)
    archive.close()
