"""Back up a database with its files, while the service runs (docs/decisions/0026)."""

from pathlib import Path

import msgspec

from trunkline.actions.operator.check_store import check_store
from trunkline.actions.operator.files import CopiedFiles, bytes_to_copy, copy_files, folder_beside
from trunkline.actions.operator.progress import Progress
from trunkline.domain.errors import CommandError, NoDatabase
from trunkline.storage import partial, postgres_backup, sqlite_backup
from trunkline.storage.files.folder import Folder
from trunkline.storage.files.opening import open_files
from trunkline.storage.ports import Database
from trunkline.storage.store import connect, sqlite_file


class ProblemsFound(CommandError):
    """A database or a backup has the ``problems`` that ``check_store`` finds."""

    def __init__(self, message: str, problems: list[str]) -> None:
        super().__init__(message)
        self.problems = problems


class Backup(msgspec.Struct, frozen=True):
    """A backup that was made; ``chats`` is None if it was not checked, ``files`` if they were left out."""

    size: int
    chats: int | None
    files: CopiedFiles | None


async def back_up(
    url: str,
    attachments: str,
    target: Path,
    progress: Progress,
    *,
    replace: bool = False,
    check: bool = True,
    with_files: bool = True,
) -> Backup:
    """Writes the database at a URL to a file, and its files to the folder beside it.

    The file appears when it is complete, checked and on the disk. Raises ``CommandError``, and leaves an existing file
    as it is, unless it may be replaced.
    """
    file = sqlite_file(url)
    _check_target(target, file, replace=replace)
    if with_files:
        await _check_folder(target, url, attachments)
    with partial.partial_folder(target) as folder:
        copy = folder / "database"
        if file is None:
            database = await connect(url)
        else:
            _require_file(file)
            with progress("Copying the database, %", 100) as show:
                await sqlite_backup.copy(file, copy, show)
            database = await connect(f"sqlite:///{copy}", must_exist=True)
        try:
            if with_files:
                await _require_room_for_files(database, target, folder)
            chats = await _checked(database, progress) if check else None
            if file is None:
                with partial.writing(target):
                    partial.create_private(copy)
                with progress("Copying the database, bytes", None) as show:
                    await postgres_backup.dump(url, copy, show)
            files = await _copy_files(database, url, attachments, target, progress) if with_files else None
        finally:
            await database.close()
        if file is not None:
            sqlite_backup.seal(copy)
        size = copy.stat().st_size
        try:
            with partial.writing(target):
                partial.move(copy, target, replace=replace)
        except FileExistsError:
            raise _exists(target) from None
    return Backup(size, chats, files)


async def _checked(database: Database, progress: Progress) -> int:
    chats, problems = await check_store(database, progress=progress)
    if problems:
        raise ProblemsFound(
            "the database has problems, so no backup was made; --no-check makes one in spite of them", problems
        )
    return chats


async def _require_room_for_files(database: Database, target: Path, folder: Path) -> None:
    files = Folder(folder_beside(target))
    try:
        partial.require_room(folder, await bytes_to_copy(database, files))
    finally:
        await files.close()


async def _copy_files(database: Database, url: str, attachments: str, target: Path, progress: Progress) -> CopiedFiles:
    source, folder = open_files(attachments, url), Folder(folder_beside(target))
    try:
        with progress("Copying files", None) as show:
            return await copy_files(database, source, folder, show)
    finally:
        await folder.close()
        await source.close()


def _check_target(target: Path, file: Path | None, *, replace: bool) -> None:
    if not target.parent.is_dir():
        raise CommandError(f"cannot write {target}: there is no folder {target.parent}")
    if file is not None and target.resolve() in sqlite_backup.companions(file):
        raise CommandError(f"{target} is a part of the database; name another file for the backup")
    if not target.exists():
        return
    if not target.is_file():
        raise CommandError(f"cannot write {target}: it is not a file; name the file of the backup")
    if file is not None and file.exists() and target.samefile(file):
        raise CommandError(f"{target} is the database itself; name another file for the backup")
    if not replace:
        raise _exists(target)
    if target.with_name(target.name + sqlite_backup.LOG_SUFFIX).exists():
        raise CommandError(f"{target} is a database that is in use, not a backup; name another file")


async def _check_folder(target: Path, url: str, attachments: str) -> None:
    folder, files = folder_beside(target), open_files(attachments, url)
    await files.close()
    if isinstance(files, Folder) and files.is_at(folder):
        raise CommandError(
            f"{folder} has the files of the database, and a backup {target} would have its own there; "
            "name another file for the backup"
        )


def _require_file(file: Path) -> None:
    if not file.exists():
        raise NoDatabase(f"there is no database {file}")


def _exists(target: Path) -> CommandError:
    return CommandError(f"{target} exists already; name another file, or replace it with --force")
