"""The files of a backup: in the folder beside it, as those of a database."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from trunkline.storage import checks
from trunkline.storage.files.base import FileMissing, FileStore
from trunkline.storage.files.opening import FOLDER_SUFFIX
from trunkline.storage.ports import Database


class CopiedFiles(msgspec.Struct, frozen=True):
    """How many files of attachments are there now, and how many were there to copy, but have been deleted or lost."""

    present: int = 0
    missing: int = 0


def folder_beside(backup: Path) -> Path:
    """Where the files of a backup are, as those of a SQLite database with that name."""
    return backup.with_name(backup.name + FOLDER_SUFFIX)


async def copy_files(
    database: Database, source: FileStore, target: FileStore, progress: Callable[[int], None]
) -> CopiedFiles:
    """Copies the files of a database's attachments, except those that are there already: files never change."""
    present = missing = 0
    async for row in checks.attachments(database):
        if row.file is None:
            continue
        try:
            await _copy(row.file, row.size_bytes, source, target)
            present += 1
        except FileMissing:
            missing += 1
        progress(present + missing)
    return CopiedFiles(present, missing)


async def bytes_to_copy(database: Database, target: FileStore) -> int:
    """The bytes of those files of a database's attachments that ``copy_files`` would copy."""
    total = 0
    async for row in checks.attachments(database):
        if row.file is not None and await target.size(row.file) != row.size_bytes:
            total += row.size_bytes
    return total


async def _copy(file: str, size: int, source: FileStore, target: FileStore) -> None:
    found = await target.size(file)
    if found == size:
        return
    if await source.size(file) is None:
        raise FileMissing(f"the file {file} is missing")
    if found is not None:
        await target.delete(file)
    await target.write(file, source.read(file, 0, size))
