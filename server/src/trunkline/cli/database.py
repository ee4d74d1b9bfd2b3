"""``trunkline database``: upgrade the schema, distribute it, check the store, back it up and restore it."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from trunkline.actions.operator.back_up import Backup, ProblemsFound, back_up
from trunkline.actions.operator.check_store import check_store
from trunkline.actions.operator.distribute import distribute
from trunkline.actions.operator.files import CopiedFiles, folder_beside
from trunkline.actions.operator.restore import Restored, after_restore, restore
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import complain, counted, print_json, progress, say
from trunkline.cli.store import configured_attachments, interruptible
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import now
from trunkline.storage.files.opening import open_files
from trunkline.storage.schema import upgrade
from trunkline.storage.store import connect, sqlite_file

T = TypeVar("T")

BACKUP_NICENESS = 10  # how much lower its priority is than that of the service (nice(2))

database_commands = typer.Typer(
    help="Upgrade, distribute, check, back up and restore the database.", no_args_is_help=True
)


@database_commands.command("upgrade")
def upgrade_database(database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False) -> None:
    """Create the database, or upgrade its schema."""

    async def run() -> tuple[int, int]:
        opened = await connect(database)
        try:
            return await upgrade(opened)
        finally:
            await opened.close()

    before, after = asyncio.run(run())
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        say(f"The schema is up to date: {after}.")
    else:
        say(f"The schema was upgraded from {before} to {after}.")


@database_commands.command("distribute")
def distribute_database(database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False) -> None:
    """Spread the tables of a PostgreSQL database over the nodes of Citus; stop the service first."""
    placed = interruptible(lambda: distribute(database), "the tables are where they were")
    if as_json:
        print_json({"reference": list(placed.everywhere), "distributed": list(placed.distributed)})
        return
    if placed.distributed:
        say(f"Distributed by partner: {', '.join(placed.distributed)}.")
    if placed.everywhere:
        say(f"Copied to every node: {', '.join(placed.everywhere)}.")
    if not placed.distributed and not placed.everywhere:
        say("Every table was distributed already.")
    say("Every node has the settings of the planner.")


@database_commands.command("check")
def check_database(database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False) -> None:
    """Read everything, files included, and report inconsistencies, without changing anything."""

    async def run() -> tuple[int, list[str]]:
        opened = await connect(database, must_exist=True)
        files = open_files(configured_attachments(), database)
        try:
            return await check_store(opened, files, progress)
        finally:
            await files.close()
            await opened.close()

    chats, problems = interruptible(run, "the check is not complete; it changes nothing")
    if as_json:
        print_json({"chats": chats, "problems": problems})
    else:
        for problem in problems:
            complain(problem)
    if problems:
        raise CommandError(f"the database has {counted(len(problems), 'problem')}")
    if not as_json:
        say(f"{counted(chats, 'chat')} checked; no problems found.")


@database_commands.command("backup")
def backup_database(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace an older backup.")] = False,
    attachments: Annotated[
        bool,
        typer.Option("--attachments/--no-attachments", help="Copy the files, too, to the folder PATH-attachments."),
    ] = True,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Check the copy before it becomes a backup.")
    ] = True,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Back up the database and its files, while the service runs. PostgreSQL needs pg_dump."""

    async def run() -> Backup:
        os.nice(BACKUP_NICENESS)
        return await back_up(
            database, configured_attachments(), path, progress, replace=force, check=check, with_files=attachments
        )

    made = _show_problems(lambda: interruptible(run, "no backup was made"))
    folder = folder_beside(path)
    if as_json:
        print_json(
            {
                "path": str(path),
                "size": made.size,
                "chats": made.chats,
                "attachments": None if made.files is None else str(folder),
                "files": made.files,
            }
        )
        return
    chats = "not checked" if made.chats is None else f"checked, with {counted(made.chats, 'chat')}"
    say(f"Backed up to {path}: {made.size:,} bytes, {chats}.")
    if made.files is not None and made.files.present:
        say(f"{counted(made.files.present, 'file')} in {folder}.")
    _warn_of_missing(made.files)


@database_commands.command("restore")
def restore_database(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file that `backup` wrote.")],
    check: Annotated[bool, typer.Option("--check/--no-check", help="Check the backup before it is used.")] = True,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup. The replaced database is kept; stop the service first. PostgreSQL needs pg_restore."""

    async def run() -> Restored:
        return await restore(database, configured_attachments(), path, progress, now(), check=check)

    undone = "drop the new database" if sqlite_file(database) is None else "the database is as it was"
    restored = _show_problems(lambda: interruptible(run, undone))
    if as_json:
        print_json(
            {
                "chats": restored.chats,
                "files": restored.files,
                "replaced": None if restored.replaced is None else str(restored.replaced),
                "pending_commands": restored.pending_commands,
                "pending_deliveries": restored.pending_deliveries,
            }
        )
        return
    chats = "not checked" if restored.chats is None else f"checked, with {counted(restored.chats, 'chat')}"
    say(f"Restored from {path}: {chats}.")
    if restored.files is not None:
        say(f"{counted(restored.files.present, 'file')} of attachments.")
    _warn_of_missing(restored.files)
    if restored.replaced is not None:
        say(f"The former database is {restored.replaced}.")
    _say_what_follows(restored.pending_commands, restored.pending_deliveries)


@database_commands.command("restored")
def database_restored(database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False) -> None:
    """Invalidate cursors, sync tokens and ETags, after you restored the database by other means."""

    async def run() -> tuple[int, int]:
        return await after_restore(database)

    commands, deliveries = interruptible(run, "nothing was changed")
    if as_json:
        print_json({"pending_commands": commands, "pending_deliveries": deliveries})
        return
    _say_what_follows(commands, deliveries)


def _say_what_follows(commands: int, deliveries: int) -> None:
    if commands or deliveries:
        say(
            f"{counted(commands, 'command')} for the carrier and {counted(deliveries, 'webhook')} were pending. They "
            "are sent when the service starts, also those that were sent after the backup."
        )
    say("Clients must list their chats again: their cursors, sync tokens and ETags are no longer valid.")


def _show_problems(work: Callable[[], T]) -> T:
    """Does the work. If it finds problems, prints them, before ``main`` prints what they prevent."""
    try:
        return work()
    except ProblemsFound as error:
        for problem in error.problems:
            complain(problem)
        raise


def _warn_of_missing(files: CopiedFiles | None) -> None:
    if files is not None and files.missing:
        complain(
            f"{counted(files.missing, 'file')} could not be copied: deleted in the meantime, or lost; "
            "`trunkline database check` names those that are missing"
        )
