"""Backups of a PostgreSQL database with its own programs, ``pg_dump`` and ``pg_restore``."""

import asyncio
import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from trunkline.domain.errors import CommandError
from trunkline.storage.postgres_url import for_programs

_COPIED = re.compile(rb"^COPY \S*store \((.*)\) FROM stdin;\n(.*)$", re.MULTILINE)
_FORMAT = b"PGDMP"
_PAUSE = 1.0  # s between two looks at how much pg_dump has written


async def dump(url: str, target: Path, progress: Callable[[int], None]) -> None:
    """Writes the database at a URL to a file in the custom format. ``progress`` gets the bytes that it has.

    Raises ``CommandError``.
    """
    watching = asyncio.create_task(_watch(target, progress))
    try:
        with _address(url) as (public, secrets):
            options = ("--format=custom", "--no-owner", "--no-acl", f"--file={target}")
            await _run("pg_dump", *options, public, secrets=secrets)
    finally:
        watching.cancel()


async def _watch(target: Path, progress: Callable[[int], None]) -> None:
    while True:
        await asyncio.sleep(_PAUSE)
        progress(_size(target))


def _size(file: Path) -> int:
    return file.stat().st_size


async def restore(url: str, backup: Path) -> None:
    """Fills the empty database at a URL from a file in the custom format, or changes nothing.

    Raises ``CommandError``.
    """
    with _address(url) as (public, secrets):
        options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", f"--dbname={public}")
        await _run("pg_restore", *options, str(backup), secrets=secrets)


async def schema_version(backup: Path) -> int:
    """The schema version of a backup. Raises ``CommandError`` if it is not one of a Trunkline database."""
    with backup.open("rb") as file:
        if file.read(len(_FORMAT)) != _FORMAT:
            raise CommandError(f"{backup} is not a backup of a PostgreSQL database in the custom format of pg_dump")
    output = await _run("pg_restore", "--data-only", "--table=store", "--file=-", str(backup), secrets={})
    found = _COPIED.search(output)
    if found is None:
        raise CommandError(f"{backup} is not a backup of a Trunkline database: it has no table 'store'")
    columns, values = found[1].split(b", "), found[2].split(b"\t")
    return int(dict(zip(columns, values, strict=True))[b"schema_version"])


@contextmanager
def _address(url: str) -> Generator[tuple[str, dict[str, str]]]:
    """A URL for the programs of PostgreSQL, and their environment variables. Its secrets are in no argument."""
    public, variables, services = for_programs(url)
    if not services:
        yield public, variables
        return
    with NamedTemporaryFile("w", prefix="trunkline-", suffix=".conf") as file:  # only this user can read it
        file.write(services)
        file.flush()
        yield public, {**variables, "PGSERVICEFILE": file.name}


async def _run(program: str, *arguments: str, secrets: dict[str, str]) -> bytes:
    """The output of a program. Raises ``CommandError`` with what it complains about."""
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            env=os.environ | secrets,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise CommandError(
            f"{program} is not installed here: install the client programs of PostgreSQL, of the server's version or a "
            "newer one, or run them where they are, as docs/backup.md shows"
        ) from None
    try:
        output, complaints = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    if process.returncode:
        text = complaints.decode(errors="replace").strip()
        raise CommandError(text.partition("\n")[0] or f"{program} failed with status {process.returncode}")
    return output
