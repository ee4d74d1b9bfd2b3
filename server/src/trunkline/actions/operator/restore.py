"""Restore a backup, and what is true after any restore (docs/decisions/0026)."""

from itertools import count
from pathlib import Path

import msgspec

from trunkline.actions.operator.back_up import ProblemsFound
from trunkline.actions.operator.check_store import check_store
from trunkline.actions.operator.files import CopiedFiles, copy_files, folder_beside
from trunkline.actions.operator.progress import Progress
from trunkline.domain.errors import CommandError, NotReady, described
from trunkline.domain.instant import Instant, to_datetime
from trunkline.storage import checks, partial, postgres_backup, sqlite_backup
from trunkline.storage.files.folder import Folder
from trunkline.storage.files.opening import open_files
from trunkline.storage.ports import Database
from trunkline.storage.schema import migrations, upgrade
from trunkline.storage.store import connect, renew_cursor_key, require_unused, sqlite_file


class Restored(msgspec.Struct, frozen=True):
    """A backup that was restored. ``chats`` is None if it was not checked, ``files`` if it has no folder of files,
    ``replaced`` if there was no database."""

    chats: int | None
    files: CopiedFiles | None
    replaced: Path | None
    pending_commands: int
    pending_deliveries: int


async def restore(
    url: str, attachments: str, backup: Path, progress: Progress, now: Instant, *, check: bool = True
) -> Restored:
    """Makes the database at a URL what a backup has. Raises ``CommandError``, and then leaves the database as it is.

    A SQLite database is kept under another name. A PostgreSQL database must be empty.
    """
    file = sqlite_file(url)
    _check_paths(backup, file)
    if file is None:
        return await _restore_postgres(url, attachments, backup, progress, check=check)
    return await _restore_sqlite(file.resolve(), url, attachments, backup, progress, now, check=check)


async def after_restore(url: str) -> tuple[int, int]:
    """Invalidates cursors, sync tokens and ETags, after a restore by other means.

    Returns the numbers of pending commands and deliveries. Raises ``CommandError`` if a process has the database open.
    """
    await require_unused(url)
    database = await connect(url, must_exist=True)
    try:
        await _prepare(database)
        return await checks.pending(database)
    finally:
        await database.close()


async def _restore_sqlite(
    file: Path, url: str, attachments: str, backup: Path, progress: Progress, now: Instant, *, check: bool
) -> Restored:
    await require_unused(url)
    with partial.partial_folder(file) as folder:
        copy = folder / "database"
        with progress("Copying the backup, %", 100) as show:
            await sqlite_backup.copy(backup, copy, show, read_only=True)
        database = await connect(f"sqlite:///{copy}", must_exist=True)
        try:
            await _prepare(database)
            chats = None
            if check:
                chats, problems = await check_store(database, progress=progress)
                if problems:
                    raise ProblemsFound(
                        f"{backup} has problems, so it was not restored; --no-check restores it in spite of them",
                        problems,
                    )
            files = await _restore_files(database, backup, url, attachments, progress)
            pending = await checks.pending(database)
        except NotReady as error:
            raise CommandError(f"{backup} cannot be restored, as it is damaged: {described(error)}") from None
        finally:
            await database.close()
        sqlite_backup.seal(copy)
        kept = _unused(file.with_name(f"{file.name}.replaced-{_stamp(now)}"))
        try:
            was_there = sqlite_backup.replace(file, copy, kept)
        except FileExistsError:
            raise CommandError(f"{file} or {kept} was created in the meantime; try again") from None
    return Restored(chats, files, kept if was_there else None, *pending)


async def _restore_postgres(url: str, attachments: str, backup: Path, progress: Progress, *, check: bool) -> Restored:
    found, newest = await postgres_backup.schema_version(backup), migrations()[-1][0]
    if found > newest:
        raise CommandError(
            f"{backup} has schema {found}, which is newer than this version of Trunkline knows ({newest}); "
            "run the version that made it, or a newer one"
        )
    database = await connect(url)
    try:
        if await database.has_table("store"):
            raise CommandError(
                "the database is not empty, and nothing in it is replaced; create an empty database for the backup, "
                "and name it with --database"
            )
        with progress("Restoring the database", None):
            await postgres_backup.restore(url, backup)
        await _prepare(database)
        files = await _restore_files(database, backup, url, attachments, progress)
        chats = None
        if check:
            chats, problems = await check_store(database, progress=progress)
            if problems:
                raise ProblemsFound("the backup was restored, and has problems; do not serve this database", problems)
        return Restored(chats, files, None, *await checks.pending(database))
    finally:
        await database.close()


async def _prepare(database: Database) -> None:
    await upgrade(database)
    await _renew(database)


async def _renew(database: Database) -> None:
    async with database.transaction() as transaction:
        await renew_cursor_key(transaction)


async def _restore_files(
    database: Database, backup: Path, url: str, attachments: str, progress: Progress
) -> CopiedFiles | None:
    """Copies the files of a backup to the place of the database's files; None if the backup has none."""
    folder = folder_beside(backup)
    if not folder.is_dir():
        return None
    source, target = Folder(folder), open_files(attachments, url)
    try:
        with progress("Copying files", None) as show:
            return await copy_files(database, source, target, show)
    finally:
        await target.close()
        await source.close()


def _check_paths(backup: Path, file: Path | None) -> None:
    if not backup.is_file():
        raise CommandError(f"there is no file {backup}; it must be one that `trunkline database backup` made")
    if file is None:
        return
    if not file.parent.is_dir():
        raise CommandError(f"cannot write {file}: there is no folder {file.parent}")
    if file.exists() and file.samefile(backup):
        raise CommandError(f"{backup} is the database itself; name a backup of it")
    if file.exists() and not sqlite_backup.may_be_replaced(file):
        raise CommandError(f"{file} is not a Trunkline database, so nothing replaces it; move it away, or name another")


def _stamp(now: Instant) -> str:
    return to_datetime(now).strftime("%Y%m%dT%H%M%SZ")


def _unused(path: Path) -> Path:
    """The path, with a number if there is such a file."""
    names = (path if number == 1 else path.with_name(f"{path.name}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())
