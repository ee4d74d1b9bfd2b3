"""Files in a folder: ``<folder>/<partner>/<random name>``.

Below the folder, no symbolic link is followed.
"""

import errno
import os
from collections.abc import AsyncGenerator, AsyncIterable, Generator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from trunkline.domain.errors import FilesFull, FilesNotReady
from trunkline.storage.files.base import FileMissing, check_name
from trunkline.storage.files.threads import Threads

THREADS = 4
PIECE = 256 * 1024  # bytes that are read or written at once

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BATCH = 1000  # names that are listed at once


class Folder:
    """A folder, which is created when the first file is stored."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = Threads(THREADS)

    async def write(self, name: str, content: AsyncIterable[bytes]) -> None:
        with self._storing():
            handle = await self._threads.run(self._create, name)
        try:
            try:
                async for piece in _pieces(content):
                    with self._storing():
                        await self._threads.run(_write_all, handle, piece)
                with self._storing():
                    await self._threads.run(os.fsync, handle)
            finally:
                await self._threads.run(os.close, handle)
        except BaseException:
            with suppress(FilesNotReady):
                await self.delete(name)
            raise

    async def read(self, name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        try:
            with self._storing():
                handle = await self._threads.run(self._open, name, os.O_RDONLY)
        except FileNotFoundError:
            raise FileMissing(f"the file {name} is not in {self._path}") from None
        try:
            while start < stop:
                with self._storing():
                    piece = await self._threads.run(os.pread, handle, min(PIECE, stop - start), start)
                if not piece:
                    raise FileMissing(f"the file {name} in {self._path} is shorter than {stop} bytes")
                yield piece
                start += len(piece)
        finally:
            await self._threads.run(os.close, handle)

    async def delete(self, name: str) -> None:
        with self._storing(), suppress(FileNotFoundError):
            await self._threads.run(self._remove, name)

    async def delete_place(self, partner_id: int) -> None:
        with self._storing(), suppress(FileNotFoundError):
            await self._threads.run(os.rmdir, self._path / str(partner_id))

    async def size(self, name: str) -> int | None:
        try:
            with self._storing():
                return await self._threads.run(self._size, name)
        except FileNotFoundError:
            return None

    async def names(self) -> AsyncGenerator[str]:
        found = self._names()
        with self._storing():
            while batch := await self._threads.run(lambda: list(islice(found, _BATCH))):
                for name in batch:
                    yield name

    async def check_ready(self) -> None:
        with self._storing():
            await self._threads.run(self._check)

    async def close(self) -> None:
        await self._threads.close()

    @contextmanager
    def _storing(self) -> Generator[None]:
        """Turns an error of the system into one of the service, except that a file does not exist."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            kind = FilesFull if error.errno in _NO_ROOM else FilesNotReady
            raise kind(f"cannot use the folder of attachments {self._path}: {error.strerror or error}") from error

    def _create(self, name: str) -> int:
        check_name(name)
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        partner = name.partition("/")[0]
        root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(FileExistsError):
                os.mkdir(partner, 0o700, dir_fd=root)
        finally:
            os.close(root)
        return self._open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)

    def _open(self, name: str, flags: int) -> int:
        with self._partner_folder(name) as (folder, file):
            return os.open(file, flags | os.O_NOFOLLOW, 0o600, dir_fd=folder)

    def _remove(self, name: str) -> None:
        with self._partner_folder(name) as (folder, file):
            os.unlink(file, dir_fd=folder)

    def _size(self, name: str) -> int:
        with self._partner_folder(name) as (folder, file):
            return os.stat(file, dir_fd=folder, follow_symlinks=False).st_size

    @contextmanager
    def _partner_folder(self, name: str) -> Generator[tuple[int, str]]:
        """The open folder of a file's partner, and the name of the file in it. Raises ``ValueError``."""
        check_name(name)
        partner, _, file = name.partition("/")
        root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            folder = os.open(partner, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
        finally:
            os.close(root)
        try:
            yield folder, file
        finally:
            os.close(folder)

    def _names(self) -> Generator[str]:
        with suppress(FileNotFoundError):
            for partner in sorted(self._path.iterdir()):
                with suppress(NotADirectoryError), os.scandir(partner) as entries:
                    yield from (f"{partner.name}/{entry.name}" for entry in entries)

    def _check(self) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self._path, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


async def _pieces(content: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """The same bytes in pieces of a size that is worth a thread switch."""
    waiting = bytearray()
    async for chunk in content:
        waiting += chunk
        if len(waiting) >= PIECE:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _write_all(handle: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(handle, view) :]
