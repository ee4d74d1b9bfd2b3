"""The commands. Exit codes: 0 success, 1 failure (one line on standard error), 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

import typer
from rich.text import Text

from linq._cli import output
from linq._cli.doctor import examine
from linq._cli.environment import check_connection
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
Format: TypeAlias = Literal["table", "json", "csv"]
Service: TypeAlias = Literal["iMessage", "SMS", "RCS"]

# A traceback that shows local variables would show keys.
app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="The Linq v3 chats API on the command line."
)
chats = typer.Typer(no_args_is_help=True, help="Chats.")
messages = typer.Typer(no_args_is_help=True, help="Messages.")
app.add_typer(chats, name="chats")
app.add_typer(messages, name="messages")

ProfileOption = Annotated[
    str | None, typer.Option(help="The login to use, instead of the environment's key or the default login.")
]
FromOption = Annotated[str | None, typer.Option("--from", help="Only chats of this line, in E.164.")]
ToOption = Annotated[str | None, typer.Option(help="Only chats with this participant: E.164 or email.")]
LimitOption = Annotated[
    int | None,
    typer.Option(help="Number of items, 1 to 100 (default: 20 chats or 50 messages); with --all, per request."),
]
CursorOption = Annotated[str | None, typer.Option(help="Start after the page that printed this cursor.")]
AllOption = Annotated[bool, typer.Option("--all", help="List everything, with as many requests as needed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON in the format of the API's responses.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV with a header row.")]
CONNECT_TIMEOUT = 10.0
"""Seconds for ``login`` and ``doctor``, because a person waits for them."""


def chat_id_of(value: str | None) -> str | None:
    """Return the id. Raises ``typer.BadParameter`` for one that cannot be part of a request's path."""
    if value is not None and not value.strip("."):
        raise typer.BadParameter(f"{value!r} is not an id; linq chats list prints the ids")
    return value


def run() -> int:
    """Run the command of this process and return its exit code."""
    output.fit_streams()
    try:
        try:
            app(prog_name="linq")
        finally:
            sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except LinqApiv3Error as error:
        err.print(Text.assemble(("Error: ", "bold red"), output.plain(error).removeprefix("Error code: ")))
        return 1
    except BrokenPipeError:
        output.discard()  # its reader has closed it
        return 1
    except OSError as error:
        if error.filename is not None:
            raise
        output.discard()
        err.print(Text.assemble(("Error: ", "bold red"), f"The output cannot be written: {error.strerror}"))
        return 1
    return 0


@app.callback(invoke_without_command=True)
def start(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Print the version, or run a command."""
    if version:
        print(f"linq {__version__}")
        raise typer.Exit


@chats.command("list")
def list_chats(
    from_: FromOption = None,
    to: ToOption = None,
    query: Annotated[
        str | None, typer.Option("--query", "-q", help="Only chats with this text in the name or in a handle.")
    ] = None,
    health: Annotated[
        str | None,
        typer.Option(help="Only chats with one of these: HEALTHY, AT_RISK, CRITICAL, OPTED_OUT; comma-separated."),
    ] = None,
    service: Annotated[Service | None, typer.Option(help="Only chats with this service.")] = None,
    is_group: Annotated[
        bool | None, typer.Option("--groups/--direct", help="Only groups, or only direct chats.", show_default=False)
    ] = None,
    sort: Annotated[
        Literal["updated", "created"] | None, typer.Option(help="The latest first; by default, the latest updated.")
    ] = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    every: AllOption = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    profile: ProfileOption = None,
) -> None:
    """List chats, most recently updated first.

    The options from --query to --sort work with Trunkline only, and may make a page shorter than --limit.
    """
    how = chosen(as_json=as_json, as_csv=as_csv)
    with client_of(profile) as client:
        size = page_size(limit, every)
        page = client.chats.list_chats(
            from_=from_,
            to=to,
            q=query,
            health=health,
            service=service,
            is_group=is_group,
            sort=sort,
            limit=size,
            cursor=cursor,
            prefetch=int(every),
        )
        show(page, CHATS, how, every=every)


@chats.command("follow")
def follow_chats(
    since: Annotated[str | None, typer.Option(help="Resume here: the token that an earlier run printed.")] = None,
    from_: FromOption = None,
    to: ToOption = None,
    include: Annotated[
        str | None, typer.Option(help="Add to each chat: last_message, unread_count, message_count; comma-separated.")
    ] = None,
    profile: ProfileOption = None,
) -> None:
    """Print all chats, then each chat as it changes, as JSON lines, until interrupted.

    At the end, print on standard error the token to resume with. Works with Trunkline only.
    """
    with client_of(profile) as client, client.chats.follow(since, from_=from_, to=to, include=include) as changes:
        try:
            for chat in changes:
                print(chat.to_json(indent=None), flush=True)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        finally:
            if changes.token and changes.token != since:
                err.print(f"Resume with: --since {output.plain(changes.token)}", markup=False)


@messages.command("list")
def list_messages(
    chat_id: Annotated[str, typer.Argument(help="The chat's id, as linq chats list prints it.", callback=chat_id_of)],
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
    text: Annotated[str, typer.Argument(help="The text; - reads it from standard input.")],
    to: Annotated[list[str] | None, typer.Option(help="A recipient: E.164 or email; repeat it for a group.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Your line to send from, in E.164; by default the service chooses.")
    ] = None,
    chat: Annotated[
        str | None, typer.Option(help="The id of the chat to send to, instead of --to and --from.", callback=chat_id_of)
    ] = None,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Send a message to these recipients, in their chat or in a new one, or to a chat by its id."""
    if chat is None and not to:
        raise typer.BadParameter(
            "name a recipient (--to with E.164 or an email address) or a chat (--chat with its id)"
        )
    if chat is not None and (to or from_):
        raise typer.BadParameter("a chat has its recipients and its line: pass --chat alone, or --to and --from")
    message: MessageContentParam = {"parts": [{"type": "text", "value": piped() if text == "-" else text}]}
    sent: Sent
    with client_of(profile) as client:
        if chat is not None:
            sent = client.chats.messages.send(chat, message=message)
        elif from_ is not None:
            sent = client.chats.create(from_=from_, to=to or [], message=message)
        else:
            sent = client.messages.create(to=to or [], message=message)
    if as_json:
        print(sent.to_json(indent=None))
    else:
        output.print_table([sent], SENT)


@app.command()
def login(
    profile: Annotated[str, typer.Option(help="The name to store the key under.")] = DEFAULT_PROFILE,
    base_url: Annotated[
        str, typer.Option(help="The base URL of the key's service.", envvar="LINQ_API_V3_BASE_URL")
    ] = DEFAULT_BASE_URL,
    check: Annotated[bool, typer.Option(help="Check the key with the service.")] = True,
) -> None:
    """Store a key in your config folder, readable by you alone. Prompts for it, or reads it from standard input."""
    key = (typer.prompt("API key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        raise LinqApiv3Error("No key was entered")
    check_connection(Profile(key, base_url))
    with LinqAPIV3(api_key=key, base_url=base_url, timeout=CONNECT_TIMEOUT) as client:
        if check:
            try:
                client.chats.list_chats(limit=1)
            except AuthenticationError as error:
                raise LinqApiv3Error(f"The service does not accept this key, so it was not stored. {error}") from error
    store = profile_store()
    store.save(profile, Profile(key, base_url))
    err.print(f"Stored as {profile!r} in {store.path}", markup=False)


@app.command()
def doctor(profile: ProfileOption = None) -> None:
    """Check the key, the base URL and the connection, and say how to fix a problem. Exit code 1 if there is one."""
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
    """The text on standard input, without its last line ending. Raises ``typer.BadParameter`` if there is none."""
    try:
        text = sys.stdin.buffer.read().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise typer.BadParameter("standard input is not UTF-8 text") from None
    if not text.strip():
        raise typer.BadParameter("standard input is empty; pipe in the text to send")
    return text


def profile_store() -> ProfileStore:
    """The store in the user's config folder: ``~/.config/linq`` on Linux, the system's own location elsewhere."""
    return ProfileStore(Path(typer.get_app_dir("linq")) / "profiles.json")


def client_of(profile: str | None) -> LinqAPIV3:
    """A client with the key for this command."""
    access = profile_store().access(profile)
    check_connection(access.profile)
    return LinqAPIV3(api_key=access.profile.api_key, base_url=access.profile.base_url)


def page_size(limit: int | None, every: bool) -> int | None:
    """The items per page; the most that a page can hold if every page is wanted."""
    return 100 if every and limit is None else limit


def chosen(*, as_json: bool, as_csv: bool) -> Format:
    """The output format. Raises ``typer.BadParameter`` for two formats."""
    if as_json and as_csv:
        raise typer.BadParameter("pass only one of --json and --csv")
    return "json" if as_json else "csv" if as_csv else "table"


def show(page: Page[ModelT], view: View[ModelT], how: Format, *, every: bool) -> None:
    """Print a page, and with ``every`` the pages after it too."""
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
        err.print(f"There are more: --cursor {output.plain(next_cursor)}, or --all", markup=False)
