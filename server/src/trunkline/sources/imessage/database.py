"""Opens an Apple Messages database for reading only.

Nothing is written to it, or to its folder:

* alone, the file is opened as immutable, so SQLite creates no lock and no log;
* with a write-ahead log and its index, as in use on a Mac, it is opened read-only: both files exist already;
* with a log only, as in a copy, SQLite would have to create the index, so both files are copied first;
* with a rollback journal, an interrupted transaction is rolled back in a copy of both files.
"""

import shutil
import sys
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import apsw
import msgspec

from trunkline.sources.base import DamagedSource
from trunkline.sources.imessage.phone_backup import MESSAGES, backup_path, is_encrypted

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_BUSY_MILLISECONDS = 5_000
_NAME = "chat.db"
_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""The first bytes of a journal that is needed: SQLite overwrites them when a transaction ends (file format §3)."""


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


class DatabaseFiles(msgspec.Struct, frozen=True):
    """A database and the files that SQLite writes next to it, which may not exist."""

    database: Path
    log: Path
    index: Path
    journal: Path


def locate(path: Path) -> DatabaseFiles:
    """The database at ``path``; in a folder, its ``chat.db`` or ``sms.db``, or that of the iPhone's backup.

    Raises ``DamagedSource`` if it is missing, cannot be read, or is not a SQLite database.
    """
    try:
        files = _in_folder(path) if path.is_dir() else _beside(path)
        with files.database.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as error:
        where = f"the folder has no {_NAME}, and is no backup of a phone" if path.is_dir() else "there is no such file"
        raise DamagedSource(f"{path}: {where}") from error
    except OSError as error:
        raise DamagedSource(f"{path}: cannot be read: {error.strerror}{_advice()}") from error
    if magic != _MAGIC and path.is_dir() and is_encrypted(path):
        raise DamagedSource(f"{path}: the backup is encrypted; make one without encryption, or decrypt it first")
    if magic != _MAGIC:
        raise DamagedSource(f"{files.database}: not a SQLite database")
    return files


def _in_folder(folder: Path) -> DatabaseFiles:
    for name in (_NAME, "sms.db", MESSAGES[1]):
        if (folder / name).is_file():
            return _beside(folder / name)
    domain, path = MESSAGES
    if backup_path(folder, domain, path).is_file():
        return DatabaseFiles(
            *[backup_path(folder, domain, path + suffix) for suffix in ("", "-wal", "-shm", "-journal")]
        )
    return _beside(folder / _NAME)


def _beside(database: Path) -> DatabaseFiles:
    """SQLite writes its files next to the database itself, not next to a symbolic link to it."""
    database = database.resolve() if database.is_symlink() else database
    return DatabaseFiles(
        database, *[database.with_name(database.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
    )


@contextmanager
def open_database(files: DatabaseFiles) -> Generator[ChatDatabase]:
    """Opens a database until the end of the block, in one snapshot. Raises ``DamagedSource``."""
    with ExitStack() as stack:
        try:
            connection = _connect(files, stack)
            connection.set_busy_timeout(_BUSY_MILLISECONDS)
            for statement in ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "BEGIN"):
                connection.execute(statement)
        except apsw.Error as error:
            raise DamagedSource(f"{files.database}: SQLite cannot open it: {error}") from error
        except OSError as error:
            raise DamagedSource(f"{files.database}: cannot be copied to be read: {error.strerror}") from error
        yield ChatDatabase(connection, files.database)


def _connect(files: DatabaseFiles, stack: ExitStack) -> Connection:
    if _is_hot(files.journal):
        copy = _copy(files, stack)
        connection = _open(copy.database, "mode=rw", stack)
        deque(connection.execute("SELECT 1 FROM sqlite_master"), maxlen=0)  # the first reading rolls back
        _refuse_truncated(copy.database, files.database)
        return connection
    if not files.log.exists():
        _refuse_truncated(files.database, files.database)
        return _open(files.database, "immutable=1", stack)
    if files.index.exists() and files.log == _beside(files.database).log:
        return _open(files.database, "mode=ro", stack)
    return _open(_copy(files, stack).database, "mode=ro", stack)


def _is_hot(journal: Path) -> bool:
    """Whether a rollback journal has pages of a transaction that did not end."""
    try:
        with journal.open("rb") as file:
            return file.read(len(_JOURNAL_MAGIC)) == _JOURNAL_MAGIC
    except FileNotFoundError:
        return False


def _copy(files: DatabaseFiles, stack: ExitStack) -> DatabaseFiles:
    copy = _beside(Path(stack.enter_context(TemporaryDirectory(prefix="trunkline-"))) / _NAME)
    shutil.copyfile(files.database, copy.database)
    for file, name in ((files.log, copy.log), (files.journal, copy.journal)):
        if file.exists():
            shutil.copyfile(file, name)
    return copy


def _refuse_truncated(path: Path, name: Path) -> None:
    """Raises ``DamagedSource``, with this name, if the file ends before its last page.

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
        raise DamagedSource(f"{name}: cut off after {size} bytes, of {page * max(pages, size // page + 1)}")


def _open(path: Path, mode: str, stack: ExitStack) -> Connection:
    access = apsw.SQLITE_OPEN_READWRITE if mode == "mode=rw" else apsw.SQLITE_OPEN_READONLY
    connection: Connection = apsw.Connection(f"{path.absolute().as_uri()}?{mode}", flags=access | apsw.SQLITE_OPEN_URI)
    stack.callback(connection.close, force=True)
    return connection


def _advice() -> str:
    """What to do on a Mac, where the system protects the folder of Messages."""
    if sys.platform == "darwin":
        return "; give this terminal Full Disk Access in System Settings, Privacy & Security"
    return ""
