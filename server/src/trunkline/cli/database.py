"""``trunkline database``: upgrade the schema, check the store."""

import asyncio

import typer

from trunkline.actions.operator.check_store import check_store
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import complain, counted, print_json, progress, say
from trunkline.cli.store import configured_attachments
from trunkline.domain.errors import CommandError
from trunkline.storage.files.opening import open_files
from trunkline.storage.store import connect, upgrade

database_commands = typer.Typer(help="Upgrade and check the database.", no_args_is_help=True)


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


@database_commands.command("check")
def check_database(database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False) -> None:
    """Read everything, files included, and report inconsistencies, without changing anything."""

    async def run() -> tuple[int, list[str]]:
        opened = await connect(database, must_exist=True)
        files = open_files(configured_attachments(), database)
        try:
            with progress("Checking chats", None) as show:
                return await check_store(opened, show, files)
        finally:
            await files.close()
            await opened.close()

    chats, problems = asyncio.run(run())
    if as_json:
        print_json({"chats": chats, "problems": problems})
    else:
        for problem in problems:
            complain(problem)
    if problems:
        raise CommandError(f"the database has {counted(len(problems), 'problem')}")
    if not as_json:
        say(f"{counted(chats, 'chat')} checked; no problems found.")
