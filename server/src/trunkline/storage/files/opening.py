"""Opening the file store that a setting names."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from trunkline.domain.errors import CommandError
from trunkline.storage.files.base import FileStore
from trunkline.storage.files.folder import Folder

FOLDER_SUFFIX = "-attachments"

_PARAMETERS = {"endpoint", "region"}


def open_files(place: str, database: str) -> FileStore:
    """The file store at a place: a folder, or ``s3://bucket/prefix``. Raises ``CommandError``.

    If the place is empty, it is the folder beside the database at that URL: ``trunkline.db-attachments``. A database on
    a server has no such folder; then it is ``trunkline-attachments`` in the working directory.
    """
    if not place:
        scheme, _, path = database.partition(":///")
        return Folder(Path((path if scheme == "sqlite" else "trunkline") + FOLDER_SUFFIX))
    if "://" not in place:
        return Folder(Path(place))
    try:
        url = urlsplit(place)
        query = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
        valid = url.scheme == "s3" and url.netloc == url.hostname and not url.fragment and query.keys() <= _PARAMETERS
    except ValueError:
        raise _not_valid() from None
    if not valid:
        raise _not_valid()
    # Only this kind of store needs the library.
    from trunkline.storage.files.s3 import S3  # noqa: PLC0415

    try:
        return S3(url.netloc, unquote(url.path).strip("/"), endpoint=query.get("endpoint"), region=query.get("region"))
    except Exception as error:
        raise CommandError(f"cannot use the place of the attachments: {str(error).partition(chr(10))[0]}") from None


def check_place(place: str, database: str) -> None:
    """Raises ``FilesNotReady`` if files cannot be stored at a place, or ``CommandError``.

    A bucket is checked in a process of its own: the library for it has threads, which do not survive a fork, and the
    server forks its workers.
    """
    if "://" not in place:
        _check_place(place, database)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(_check_place, place, database).result()


def _check_place(place: str, database: str) -> None:
    async def check() -> None:
        files = open_files(place, database)
        try:
            await files.check_ready()
        finally:
            await files.close()

    asyncio.run(check())


def _not_valid() -> CommandError:
    # Without its value, which may contain a secret.
    return CommandError(
        "cannot use the place of the attachments: it must be a folder, or s3://bucket/prefix with the parameters "
        "endpoint and region if any; credentials are read from the AWS_* variables"
    )
