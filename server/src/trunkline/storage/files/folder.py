"""Files in a folder: ``<folder>/<partner>/<random name>``.

Below the folder, no symbolic link is followed.
"""

import errno
import os
import uuid
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
_PROBE = 4096  # bytes that must fit
_BATCH = 1000  # names that are listed at once


class Folder:
    """A folder, which is created when the first file is stored."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._device: int | None = None
        """The file system on which the folder was found first."""
        self._threads = Threads(THREADS)

    def is_at(self, path: Path) -> bool:
        """Whether this is the folder at a path."""
        return self._path.resolve() == path.resolve()

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

    probe = check_ready

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
        partner = name.partition("/")[0]
        root = self._open_root(create=True)
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
        root = self._open_root()
        try:
            folder = os.open(partner, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
        finally:
            os.close(root)
        try:
            yield folder, file
        finally:
            os.close(folder)

    def _open_root(self, *, create: bool = False) -> int:
        """The open folder, created if it was never there. Raises ``FilesNotReady`` if it was there, and is gone."""
        if create and self._device is None:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            if self._device is None:
                raise
            raise FilesNotReady(
                f"the folder of attachments {self._path} is gone; restore it, or restart the service to begin with an "
                "empty one",
                "the folder of the attachments is gone; the operator of the service must restore it",
            ) from None
        device = os.fstat(root).st_dev
        if self._device not in {None, device}:
            os.close(root)
            raise FilesNotReady(
                f"the folder of attachments {self._path} is on another file system than before; mount that one again, "
                "or restart the service to use this one",
                "the folder of the attachments is on another file system; the operator of the service must mount it",
            )
        self._device = device
        return root

    def _names(self) -> Generator[str]:
        with suppress(FileNotFoundError):
            for partner in sorted(self._path.iterdir()):
                with suppress(NotADirectoryError), os.scandir(partner) as entries:
                    yield from (f"{partner.name}/{entry.name}" for entry in entries)

    def _check(self) -> None:
        """Writes a file, which has no name any longer, so that nothing is left of it."""
        root = self._open_root(create=True)
        try:
            name = f".probe-{uuid.uuid4()}"
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=root)
            try:
                os.unlink(name, dir_fd=root)
                _write_all(handle, bytes(_PROBE))
            finally:
                os.close(handle)
        finally:
            os.close(root)


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
