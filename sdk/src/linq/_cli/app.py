"""The commands. Exit codes: 0 done, 1 it failed (one line on standard error), 2 called wrongly, 130 interrupted."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from linq._cli import output
from linq._cli.doctor import examine
from linq._cli.output import err
from linq._cli.profiles import DEFAULT_PROFILE, Profile, ProfileStore
from linq._errors import AuthenticationError, LinqApiv3Error
from linq._settings import DEFAULT_BASE_URL
from linq._sync.client import LinqAPIV3
from linq._version import __version__

if TYPE_CHECKING:
    from linq.types import Chat

# A traceback that shows local variables would show keys.
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The Linq v3 chats API at the terminal.")
chats = typer.Typer(no_args_is_help=True, help="Chats.")
app.add_typer(chats, name="chats")

ProfileOption = Annotated[
    str | None, typer.Option(help="Use this login instead of the environment's key or the default login.")
]
CONNECT_TIMEOUT = 10.0
"""Seconds for ``login`` and ``doctor``: a person is waiting."""


def run() -> int:
    """Run the command of this process and give its exit code."""
    try:
        app(prog_name="linq")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except LinqApiv3Error as error:
        err.print(Text.assemble(("Error: ", "bold red"), output.plain(error)))
        return 1
    return 0


@app.callback(invoke_without_command=True)
def start(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Nothing but the version: the commands do the rest."""
    if version:
        print(f"linq {__version__}")
        raise typer.Exit


@chats.command("list")
def list_chats(
    from_: Annotated[str | None, typer.Option("--from", help="Only chats of this line of yours, +E164.")] = None,
    to: Annotated[str | None, typer.Option(help="Only chats with this participant: +E164 or e-mail.")] = None,
    limit: Annotated[
        int | None, typer.Option(help="How many, 1 to 100 (default 20); with --all, how many per request.")
    ] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, however many requests it takes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, of the shape that the API answers with.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a heading.")] = False,
    profile: ProfileOption = None,
) -> None:
    """List chats, most recently updated first."""
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv")
    access = profile_store().access(profile)
    with LinqAPIV3(api_key=access.profile.api_key, base_url=access.profile.base_url) as client:
        page = client.chats.list_chats(
            from_=from_,
            to=to,
            limit=100 if every and limit is None else limit,
            cursor=cursor,
            prefetch=int(every),
        )
        lines_to_terminal = output.out.is_terminal and (as_json or as_csv)
        found: Iterable[Chat] = output.with_progress(page, quiet=lines_to_terminal) if every else page.chats
        next_cursor = None if every else page.next_cursor
        if as_json:
            output.print_json(found, next_cursor)
        elif as_csv:
            output.print_csv(found)
        else:
            output.print_table(found)
    if next_cursor and not as_json:
        err.print(f"More follow: --cursor {output.plain(next_cursor)}, or --all", markup=False)


@app.command()
def login(
    profile: Annotated[str, typer.Option(help="The name to keep it under.")] = DEFAULT_PROFILE,
    base_url: Annotated[
        str, typer.Option(help="The service that the key is for.", envvar="LINQ_API_V3_BASE_URL")
    ] = DEFAULT_BASE_URL,
    check: Annotated[bool, typer.Option(help="Ask the service whether it knows the key.")] = True,
) -> None:
    """Keep a key in your config folder, for your eyes only. Asks for it, or reads it from a pipe."""
    key = (typer.prompt("API key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        raise LinqApiv3Error("No key was given")
    with LinqAPIV3(api_key=key, base_url=base_url, timeout=CONNECT_TIMEOUT) as client:
        if check:
            try:
                client.chats.list_chats(limit=1)
            except AuthenticationError as error:
                raise LinqApiv3Error(f"The service does not know this key, so it was not kept. {error}") from error
    store = profile_store()
    store.save(profile, Profile(key, base_url))
    err.print(f"Kept as {profile!r} in {store.path}", markup=False)


@app.command()
def doctor(profile: ProfileOption = None) -> None:
    """Say what is wrong with the key, the base URL and the connection, and what to do. Exit code 1 if anything is."""
    good = True
    for finding in examine(profile_store(), profile, CONNECT_TIMEOUT):
        good = good and finding.good
        mark = Text("✓ ", "green") if finding.good else Text("✗ ", "bold red")
        output.out.print(mark.append(Text(output.plain(finding.what), "")), soft_wrap=True)
        if finding.remedy:
            output.out.print(Text(f"  → {finding.remedy}"), soft_wrap=True)
    if not good:
        raise typer.Exit(1)


def profile_store() -> ProfileStore:
    """The store in the user's config folder: ``~/.config/linq`` on Linux, the system's own place elsewhere."""
    return ProfileStore(Path(typer.get_app_dir("linq")) / "profiles.json")
