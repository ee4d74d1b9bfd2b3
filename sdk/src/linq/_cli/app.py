"""The commands. Exit codes: 0 done, 1 it failed (one line on standard error), 2 called wrongly, 130 interrupted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

import typer
from rich.text import Text

from linq._cli import output
from linq._cli.doctor import examine
from linq._cli.output import View, err
from linq._cli.profiles import DEFAULT_PROFILE, Profile, ProfileStore
from linq._cli.views import CHATS, MESSAGES, SENT
from linq._errors import AuthenticationError, LinqApiv3Error
from linq._settings import DEFAULT_BASE_URL
from linq._sync.client import LinqAPIV3
from linq._version import __version__

if TYPE_CHECKING:
    from linq import BaseModel
    from linq._cli.views import Sent
    from linq._sync.pages import Page
    from linq.types import MessageContentParam

ModelT = TypeVar("ModelT", bound="BaseModel")
How: TypeAlias = Literal["table", "json", "csv"]

# A traceback that shows local variables would show keys.
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The Linq v3 chats API at the terminal.")
chats = typer.Typer(no_args_is_help=True, help="Chats.")
messages = typer.Typer(no_args_is_help=True, help="Messages.")
app.add_typer(chats, name="chats")
app.add_typer(messages, name="messages")

ProfileOption = Annotated[
    str | None, typer.Option(help="Use this login instead of the environment's key or the default login.")
]
LimitOption = Annotated[
    int | None, typer.Option(help="How many, 1 to 100 (default 20); with --all, how many per request.")
]
CursorOption = Annotated[str | None, typer.Option(help="Go on from here.")]
AllOption = Annotated[bool, typer.Option("--all", help="All of them, however many requests it takes.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON, of the shape that the API answers with.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="CSV with a heading.")]
CONNECT_TIMEOUT = 10.0
"""Seconds for ``login`` and ``doctor``: a person is waiting."""


def chat_id_of(value: str | None) -> str | None:
    """The id itself. Raises ``typer.BadParameter`` for one that the path of a request cannot hold."""
    if value is not None and not value.strip("."):
        raise typer.BadParameter(f"{value!r} is no id; linq chats list shows them")
    return value


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
    limit: LimitOption = None,
    cursor: CursorOption = None,
    every: AllOption = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    profile: ProfileOption = None,
) -> None:
    """List chats, most recently updated first."""
    how = chosen(as_json=as_json, as_csv=as_csv)
    with client_of(profile) as client:
        size = page_size(limit, every)
        page = client.chats.list_chats(from_=from_, to=to, limit=size, cursor=cursor, prefetch=int(every))
        show(page, CHATS, how, every=every)


@messages.command("list")
def list_messages(
    chat_id: Annotated[str, typer.Argument(help="The chat's id, as linq chats list shows it.", callback=chat_id_of)],
    limit: LimitOption = None,
    cursor: CursorOption = None,
    every: AllOption = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    profile: ProfileOption = None,
) -> None:
    """List the messages of a chat, newest first."""
    how = chosen(as_json=as_json, as_csv=as_csv)
    with client_of(profile) as client:
        size = page_size(limit, every)
        page = client.chats.messages.list(chat_id, limit=size, cursor=cursor, prefetch=int(every))
        show(page, MESSAGES, how, every=every)


@app.command()
def send(
    text: Annotated[str, typer.Argument(help="What to say; - for what is piped in.")],
    to: Annotated[list[str] | None, typer.Option(help="To whom: +E164 or e-mail; several times for a group.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="From this line of yours, +E164; else the service chooses one.")
    ] = None,
    chat: Annotated[
        str | None, typer.Option(help="Into the chat with this id, instead of --to and --from.", callback=chat_id_of)
    ] = None,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Send a message: into the chat with these people, which begins if there is none, or into a chat by its id."""
    if chat is None and not to:
        raise typer.BadParameter("say to whom: --to +E164 or an e-mail address, or --chat with a chat's id")
    if chat is not None and (to or from_):
        raise typer.BadParameter("a chat has its people and its line: give --chat alone, or --to and --from")
    message: MessageContentParam = {"parts": [{"type": "text", "value": piped() if text == "-" else text}]}
    answer: Sent
    with client_of(profile) as client:
        if chat is not None:
            answer = client.chats.messages.send(chat, message=message)
        elif from_ is not None:
            answer = client.chats.create(from_=from_, to=to or [], message=message)
        else:
            answer = client.messages.create(to=to or [], message=message)
    if as_json:
        print(answer.to_json(indent=None))
    else:
        output.print_table([answer], SENT)


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


def piped() -> str:
    """What standard input holds, without the end of its last line. Raises ``typer.BadParameter`` for nothing to say."""
    try:
        text = sys.stdin.buffer.read().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise typer.BadParameter("what is piped in is not UTF-8 text") from None
    if not text.strip():
        raise typer.BadParameter("nothing is piped in; it must be the text to send")
    return text


def profile_store() -> ProfileStore:
    """The store in the user's config folder: ``~/.config/linq`` on Linux, the system's own place elsewhere."""
    return ProfileStore(Path(typer.get_app_dir("linq")) / "profiles.json")


def client_of(profile: str | None) -> LinqAPIV3:
    """A client with the key that this command is to use."""
    access = profile_store().access(profile)
    return LinqAPIV3(api_key=access.profile.api_key, base_url=access.profile.base_url)


def page_size(limit: int | None, every: bool) -> int | None:
    """How many to ask for at once: for all of them, as many as a page can hold."""
    return 100 if every and limit is None else limit


def chosen(*, as_json: bool, as_csv: bool) -> How:
    """The way that these options ask for. Raises ``typer.BadParameter`` for two."""
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv")
    return "json" if as_json else "csv" if as_csv else "table"


def show(page: Page[ModelT], view: View[ModelT], how: How, *, every: bool) -> None:
    """Print a page, or ``every`` page that follows as well."""
    quiet = output.out.is_terminal and how != "table"
    items = output.with_progress(page, view, quiet=quiet) if every else page.page_items() or ()
    next_cursor = None if every else page.next_cursor
    if how == "json":
        output.print_json(items, view, next_cursor)
        return
    if how == "csv":
        output.print_csv(items, view.csv)
    else:
        output.print_table(items, view.table)
    if next_cursor:
        err.print(f"More follow: --cursor {output.plain(next_cursor)}, or --all", markup=False)
