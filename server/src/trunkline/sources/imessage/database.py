"""Opens an Apple Messages database for reading only.

Nothing is written to it, or to its folder:

* without a write-ahead log, the file is opened as immutable, so SQLite creates no lock and no log;
* with a log and its index, as in use on a Mac, it is opened read-only: both files exist already;
* with a log only, as in a copy, SQLite would have to create the index, so both files are copied first.
"""

import shutil
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import apsw

from trunkline.sources.base import DamagedSource

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_BUSY_MILLISECONDS = 5_000
_NAME = "chat.db"


class Connection(Protocol):
    """The part of ``apsw.Connection`` in use; apsw's type stubs use a type that Python 3.11 lacks."""

    def execute(self, statements: str, /) -> Iterator[tuple[Any, ...]]: ...
    def set_busy_timeout(self, milliseconds: int, /) -> None: ...
    def close(self, force: bool = False) -> None: ...


class ChatDatabase:
    """An open database. Raises SQLite's errors as ``DamagedSource``."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table; empty if it does not exist. Raises ``DamagedSource``."""
        return frozenset([row[1] for row in self.rows(table, f"PRAGMA table_info({table})")])

    def rows(self, table: str, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of ``sql``, one at a time. The error names ``table``. Raises ``DamagedSource``."""
        try:
            yield from self._connection.execute(sql)
        except (apsw.Error, UnicodeDecodeError) as error:
            what = " ".join(str(error).split())  # it may quote a multi-line statement
            raise DamagedSource(f"{self._path}: cannot read the table '{table}': {what}") from error

    def require(self, table: str, *columns: str) -> None:
        """Raises ``DamagedSource`` unless the table has these columns."""
        present = self.columns(table)
        if not present:
            raise DamagedSource(f"{self._path}: not a database of Apple Messages: it has no table '{table}'")
        missing = [column for column in columns if column not in present]
        if missing:
            raise DamagedSource(f"{self._path}: the table '{table}' has no column '{missing[0]}', which is needed")


def locate(path: Path) -> Path:
    """The database at ``path``, or the ``chat.db`` in it if it is a folder.

    Raises ``DamagedSource`` if it is missing, cannot be read, or is not a SQLite database.
    """
    try:
        database = path / _NAME if path.is_dir() else path
        with database.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as error:
        where = f"the folder has no {_NAME}" if path.is_dir() else "there is no such file"
        raise DamagedSource(f"{path}: {where}") from error
    except OSError as error:
        raise DamagedSource(f"{path}: cannot be read: {error.strerror}{_advice()}") from error
    if magic != _MAGIC:
        raise DamagedSource(f"{database}: not a SQLite database")
    return database


@contextmanager
def open_database(path: Path) -> Generator[ChatDatabase]:
    """Opens the database at ``path`` until the end of the block, in one snapshot. Raises ``DamagedSource``."""
    with ExitStack() as stack:
        try:
            connection = _connect(path, stack)
            connection.set_busy_timeout(_BUSY_MILLISECONDS)
            for statement in ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "BEGIN"):
                connection.execute(statement)
        except apsw.Error as error:
            raise DamagedSource(f"{path}: SQLite cannot open it: {error}") from error
        except OSError as error:
            raise DamagedSource(f"{path}: cannot be copied to be read: {error.strerror}") from error
        yield ChatDatabase(connection, path)


def _connect(path: Path, stack: ExitStack) -> Connection:
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        _refuse_truncated(path)
        return _open(path, "immutable=1", stack)
    if path.with_name(path.name + "-shm").exists():
        return _open(path, "mode=ro", stack)
    copy = Path(stack.enter_context(TemporaryDirectory(prefix="trunkline-"))) / _NAME
    shutil.copyfile(path, copy)
    shutil.copyfile(log, copy.with_name(_NAME + "-wal"))
    return _open(copy, "mode=ro", stack)


def _refuse_truncated(path: Path) -> None:
    """Raises ``DamagedSource`` if the file ends before its last page.

    SQLite pads a truncated page with zeros, so its rows would be missing without an error. By SQLite's file format
    §1.3, the header has the page size at 16, and the number of pages at 28 if the counters at 24 and 92 are equal.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES).ljust(_HEADER_BYTES, b"\x00")
    size = path.stat().st_size
    page = int.from_bytes(header[16:18], "big")
    page = 65_536 if page == 1 else max(page, 1)
    pages = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    if size < page * pages or size % page:
        raise DamagedSource(f"{path}: cut off after {size} bytes, of {page * max(pages, size // page + 1)}")


def _open(path: Path, mode: str, stack: ExitStack) -> Connection:
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection: Connection = apsw.Connection(f"{path.absolute().as_uri()}?{mode}", flags=flags)
    stack.callback(connection.close, force=True)
    return connection


def _advice() -> str:
    """What to do on a Mac, where the system protects the folder of Messages."""
    if sys.platform == "darwin":
        return "; give this terminal Full Disk Access in System Settings, Privacy & Security"
    return ""
