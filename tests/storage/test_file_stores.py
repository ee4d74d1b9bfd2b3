"""What every file store does, and what only a folder can be attacked with."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import FILE_STORES, NewPlace
from trunkline.domain.errors import CommandError, FilesFull, FilesNotReady
from trunkline.storage.files.base import FileMissing, FileStore, new_name
from trunkline.storage.files.folder import Folder
from trunkline.storage.files.opening import open_files

NAME = "f23c96f7-e121-49d0-84c7-e8fdf2cff500"
SIZES = (1, 1000, 256 * 1024, 3_000_000, 5 * 1024 * 1024, 11_000_001)


@pytest.fixture(params=FILE_STORES)
def place(request: pytest.FixtureRequest, new_place: NewPlace) -> str:
    """An empty place for files, of each kind."""
    return new_place(request.param)


@asynccontextmanager
async def opened(place: str) -> AsyncGenerator[FileStore]:
    files = open_files(place, "sqlite:///unused.db")
    try:
        yield files
    finally:
        await files.close()


async def pieces(content: bytes, size: int = 70_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(files: FileStore, name: str, start: int, stop: int) -> bytes:
    return b"".join([piece async for piece in files.read(name, start, stop)])


async def names(files: FileStore) -> list[str]:
    return sorted([name async for name in files.names()])


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_written_is_read(place: str, size: int) -> None:
    content = os.urandom(size)
    async with opened(place) as files:
        await files.check_ready()
        name = new_name(7)
        await files.write(name, pieces(content))
        assert await files.size(name) == size
        assert await read(files, name, 0, size) == content
        assert await read(files, name, size // 3, size // 2) == content[size // 3 : size // 2]
        assert await names(files) == [name]
        await files.delete(name)
        await files.delete(name)
        assert await files.size(name) is None
        assert await names(files) == []
        with pytest.raises(FileMissing):
            await read(files, name, 0, 1)


async def test_an_empty_place_has_no_files(place: str) -> None:
    async with opened(place) as files:
        assert await names(files) == []
        assert await files.size(new_name(1)) is None
        await files.delete(new_name(1))


@pytest.mark.parametrize("after", [0, 100_000, 6_000_000, 12_000_000])
async def test_content_that_fails_leaves_nothing(place: str, after: int) -> None:
    async def failing() -> AsyncIterator[bytes]:
        async for piece in pieces(bytes(after)):
            yield piece
        raise ValueError("the client has gone")

    async with opened(place) as files:
        with pytest.raises(ValueError, match="the client has gone"):
            await files.write(new_name(1), failing())
        assert await names(files) == []


async def test_a_cancelled_write_leaves_nothing(place: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield bytes(300_000)
        await asyncio.get_running_loop().create_future()

    async with opened(place) as files:
        task = asyncio.create_task(files.write(new_name(1), endless()))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await names(files) == []


async def test_many_files_at_once(place: str) -> None:
    async with opened(place) as files:
        contents = {new_name(number % 3 + 1): os.urandom(50_000) for number in range(100)}
        await asyncio.gather(*[files.write(name, pieces(content)) for name, content in contents.items()])
        assert await names(files) == sorted(contents)
        found = await asyncio.gather(*[read(files, name, 0, 50_000) for name in contents])
        assert found == list(contents.values())


@pytest.mark.parametrize(
    "name",
    ["", "1", "../1", "1/../../etc/passwd", "/etc/passwd", "1/a", f"../1/{NAME}", f"1/{NAME}/x", "1/\0"],
)
async def test_only_names_of_files_are_accepted(place: str, name: str) -> None:
    async with opened(place) as files:
        with pytest.raises(ValueError, match="is not the name of a file"):
            await files.write(name, pieces(b"x"))
        for call in (files.delete(name), files.size(name), read(files, name, 0, 1)):
            with pytest.raises(ValueError, match="is not the name of a file"):
                await call


async def test_a_bucket_that_does_not_exist(new_place: NewPlace) -> None:
    new_place("s3")
    async with opened("s3://no-such-bucket") as files:
        for call in (files.check_ready(), files.write(new_name(1), pieces(b"x")), read(files, new_name(1), 0, 1)):
            with pytest.raises(FilesNotReady, match="s3://no-such-bucket: there is no such bucket; create it"):
                await call


async def test_an_s3_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    async with opened("s3://bucket/files?endpoint=http://127.0.0.1:9&region=eu-1") as files:
        with pytest.raises(FilesNotReady) as caught:
            await files.check_ready()
    assert "very-secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "place",
    [
        "http://example.com",
        "s3://",
        "s3://key:secret@bucket",
        "s3://bucket?acl=public",
        "s3://bucket#x",
        "s3://bucket:80/x",
        "gs://bucket",
        "s3://[",
    ],
)
def test_places_that_are_not_valid(place: str) -> None:
    with pytest.raises(CommandError, match="it must be a folder, or s3://bucket/prefix") as caught:
        open_files(place, "sqlite:///unused.db")
    assert "secret" not in str(caught.value).replace("credentials", "")


async def test_the_folder_beside_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for database, folder in (
        (f"sqlite:///{tmp_path}/chats.db", "chats.db-attachments"),
        ("sqlite:///chats.db", "chats.db-attachments"),
        ("postgresql://user:password@host/name", "trunkline-attachments"),
    ):
        files = open_files("", database)
        name = new_name(1)
        await files.write(name, pieces(b"x"))
        file = tmp_path / folder / name
        assert file.read_bytes() == b"x"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        await files.close()


async def test_no_symbolic_link_is_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    folder = tmp_path / "attachments"
    (folder / "2").mkdir(parents=True)
    linked_file, linked_folder = new_name(2), new_name(1)
    (folder / linked_file).symlink_to(outside / "secret")
    (folder / "1").symlink_to(outside)
    files = Folder(folder)
    for call in (
        read(files, linked_file, 0, 6),
        read(files, f"1/{linked_folder[2:]}", 0, 6),
        files.write(linked_folder, pieces(b"evil")),
        files.write(linked_file, pieces(b"evil")),
    ):
        with pytest.raises(FilesNotReady):
            await call
    await files.delete(linked_file)
    await files.close()
    assert [each.name for each in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"


async def test_the_folder_itself_may_be_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "attachments").symlink_to(tmp_path / "disk")
    files = Folder(tmp_path / "attachments")
    await files.write(new_name(1), pieces(b"x"))
    assert len(await names(files)) == 1
    await files.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    files = Folder(tmp_path / "attachments")
    written = 0

    def full(_handle: int, piece: object) -> int:
        nonlocal written
        written += 1
        if written == 3:
            raise OSError(number, os.strerror(number))
        return len(memoryview(piece))  # pyright: ignore[reportArgumentType]

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(FilesFull, match=str(tmp_path)):
            await files.write(new_name(1), pieces(bytes(2_000_000)))
    assert await names(files) == []
    await files.close()


async def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file")
    files = Folder(tmp_path / "attachments")
    for call in (files.check_ready(), files.write(new_name(1), pieces(b"x"))):
        with pytest.raises(FilesNotReady, match="cannot use the folder of attachments"):
            await call
    await files.close()


async def test_a_file_that_was_cut(tmp_path: Path) -> None:
    files, name = Folder(tmp_path), new_name(1)
    await files.write(name, pieces(b"whole"))
    os.truncate(tmp_path / name, 2)
    with pytest.raises(FileMissing, match="shorter than 5 bytes"):
        await read(files, name, 0, 5)
    await files.close()
