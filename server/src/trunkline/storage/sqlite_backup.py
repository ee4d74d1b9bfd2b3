"""Copies of a SQLite database, and putting one in the place of a database.

A copy is made from one read transaction. Writers continue, and nothing that they write can make the copy begin again;
only the write-ahead log cannot start over until the copy is complete, so it grows.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import apsw

from trunkline.domain.errors import CommandError
from trunkline.storage import partial

# apsw's type stubs use a type that Python 3.11 lacks.
Connection: TypeAlias = Any

LOG_SUFFIX = "-wal"
_LOGS = (LOG_SUFFIX, "-journal")
_BUSY_TIMEOUT = 1_000  # ms
_STEP = 256  # pages that are copied at once: 2 MB
_SYNCED = 64  # MiB that are copied before they must be on the disk

# The bytes that every connection locks while it has a database open (https://sqlite.org/fileformat.html, §1.3).
_LOCK_BYTES = (0x40000000, 512)


async def copy(source: Path, target: Path, progress: Callable[[int], None], *, read_only: bool = False) -> None:
    """Copies a database as it is at this moment to a new file, which needs no other one beside it.

    The copy is synced piece by piece: at its end, a sync of everything would keep the disk from others for long.
    ``progress`` gets the percentage. ``read_only`` leaves a source as it is that no process has open. Raises
    ``CommandError``, and leaves an incomplete file, if that fails.
    """
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    with partial.writing(target):
        partial.create_private(target)
    try:
        with (
            _syncing(target) as sync,
            closing(_open(source, flags)) as original,
            closing(_open(target, apsw.SQLITE_OPEN_READWRITE)) as duplicate,
        ):
            duplicate.pragma("journal_mode", "off")
            duplicate.pragma("synchronous", "off")
            original.execute("begin")
            _require_store(original, source)
            partial.require_room(target.parent, original.pragma("page_count") * original.pragma("page_size"))
            with duplicate.backup("main", original, "main") as backup:
                while not backup.done:
                    backup.step(_STEP)
                    sync()
                    progress(100 - 100 * backup.remaining // max(1, backup.page_count))
                    await asyncio.sleep(0)  # an interrupted command ends here
        seal(target)
    except apsw.FullError:
        raise CommandError(f"cannot write {target}: the disk is full") from None
    except apsw.NotADBError:
        raise CommandError(f"{source} is not a SQLite file, so it is not a Trunkline database") from None
    except apsw.Error as error:
        raise CommandError(f"cannot copy {source}: {error}") from None


def seal(path: Path) -> None:
    """Makes a database that nobody has open one file again. Raises ``apsw.Error``."""
    with closing(_open(path, apsw.SQLITE_OPEN_READWRITE)) as connection:
        connection.pragma("journal_mode", "delete")


def companions(path: Path) -> set[Path]:
    """The files that SQLite keeps beside a database."""
    target = path.resolve()
    return {target.with_name(target.name + suffix) for suffix in (*_LOGS, "-shm")}


def may_be_replaced(path: Path) -> bool:
    """Whether a file is a Trunkline database, or may be a damaged one: not if it is of another program."""
    if not path.is_file():
        return False
    address = f"{path.resolve().as_uri()}?immutable=1"  # nothing is created beside it
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    with suppress(apsw.Error):
        connection: Connection = apsw.Connection(address, flags=flags)
        with closing(connection):
            tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
            return not tables or "store" in tables
    return True


def is_open(path: Path) -> bool:
    """Whether a process has the database open. One that was killed has not."""
    if not path.exists():
        return False
    with partial.writing(path):
        try:
            with _locked(path):
                return False
        except BlockingIOError:
            return True


def replace(path: Path, prepared: Path, kept: Path) -> bool:
    """Puts a prepared copy in the place of a database, and keeps that one, with its log if it has one, as ``kept``.

    Returns whether there was a database. Raises ``CommandError``, and changes nothing, if a process has it open. If
    this process is killed, one of the two is there, whole.
    """
    with partial.writing(path):
        if not path.exists():
            partial.move(prepared, path, replace=False)
            return False
        logs = _keep_logs(path, kept)
        try:
            seal(path)
            _remove(logs)
        except apsw.BusyError:
            _remove(logs)
            raise _in_use(path) from None
        except apsw.Error:
            pass  # a damaged database is replaced as it is
        try:
            with _locked(path):
                partial.take_after(path, prepared)
                partial.set_aside(path, kept)
                try:
                    # A log must not meet another database.
                    _remove([Path(f"{path}{suffix}") for suffix in (*_LOGS, "-shm")])
                    partial.move(prepared, path, replace=True)
                finally:
                    if not path.exists():
                        kept.rename(path)
        except BlockingIOError:
            raise _in_use(path) from None
    return True


def _keep_logs(path: Path, kept: Path) -> list[Path]:
    """Second names for the logs of a database, which SQLite deletes also if it cannot use them."""
    logs: list[Path] = []
    for suffix in _LOGS:
        with suppress(FileNotFoundError):
            partial.keep(Path(f"{path}{suffix}"), Path(f"{kept}{suffix}"))
            logs.append(Path(f"{kept}{suffix}"))
    return logs


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _in_use(path: Path) -> CommandError:
    return CommandError(f"a process has {path} open; stop the service and every command that uses it")


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Keeps every other process from opening a database. Raises ``BlockingIOError`` if one has it open."""
    start, length = _LOCK_BYTES
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        yield
    finally:
        os.close(handle)


@contextmanager
def _syncing(path: Path) -> Generator[Callable[[], None]]:
    """A file that grows: yields what puts it on the disk where enough has been added."""
    handle = os.open(path, os.O_RDONLY)
    synced = 0

    def sync() -> None:
        nonlocal synced
        grown = os.fstat(handle).st_size
        if grown >= synced + _SYNCED * 1024 * 1024:
            os.fsync(handle)
            synced = grown

    try:
        yield sync
    finally:
        os.close(handle)


def _open(path: Path, flags: int) -> Connection:
    connection: Connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(_BUSY_TIMEOUT)
    return connection


def _require_store(connection: Connection, path: Path) -> None:
    found = connection.execute("select name from sqlite_master where type = 'table' and name = 'store'").fetchall()
    if not found:
        raise CommandError(f"{path} is not a Trunkline database: it has no table 'store'")
