"""``trunkline requests``: the journal of a partner's requests, directly on the database."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from trunkline.actions.operator.partners import only_partner
from trunkline.actions.requests.journal import RequestQuery, list_requests, request_filters, show_request
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.output import is_terminal, print_json, print_table, say, show_line
from trunkline.cli.store import with_store
from trunkline.domain import instant
from trunkline.domain.errors import CommandError, InvalidParameter, NotFound
from trunkline.domain.journal import FIRST_ERROR, MAX_REQUESTS
from trunkline.schemas.request_journal import JournaledRequest, JournaledRequestDetails, Omitted, Transfer
from trunkline.storage.store import Store

T = TypeVar("T")

_OMITTED = {
    Omitted.FILE: "not recorded, because it is not JSON",
    Omitted.DELETED_MESSAGE: "deleted, with a message that it may have contained",
}

request_commands = typer.Typer(help="Show the latest requests of a partner.", no_args_is_help=True)


@request_commands.command("list")
def list_all(
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="Only this status, such as 404 or 4xx.")
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="METHOD", help="Only this method, such as POST.")] = "",
    path: Annotated[str, typer.Option("--path", help="Only paths that contain this; * stands for any text.")] = "",
    errors: Annotated[bool, typer.Option("--errors", help="Only statuses from 400 on.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MAX_REQUESTS, help="Maximum number of requests.")] = 20,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """List the latest requests, the last answered first. The service must run with the journal."""
    try:
        filters = request_filters(status, method.upper(), path, errors=errors)
    except InvalidParameter as error:
        raise CommandError(str(error).replace("'status'", "--status", 1)) from None

    async def work(store: Store, owner: int) -> list[JournaledRequest]:
        found = await list_requests(store, owner, RequestQuery(limit, None, filters), store.clock(), is_recording=True)
        return found.requests

    found = _run(database, partner, work)
    if as_json:
        print_json({"requests": found})
        return
    if found and is_terminal():
        for each in found:
            style = "red" if each.status >= FIRST_ERROR else ""
            show_line(f"{_time(each)[11:19]} {each.status} {each.method} {_target(each)}", style=style)
            show_line(f"  {each.trace_id} {each.duration_ms:.0f} ms")
        return
    rows = [
        (each.trace_id, _time(each), each.method, _target(each), each.status, each.error_code, each.duration_ms)
        for each in found
    ]
    columns = ("TRACE ID", "RECEIVED", "METHOD", "PATH", "STATUS", "ERROR", "MILLISECONDS")
    print_table(columns, rows, "No matching requests. They are kept if TRUNKLINE_REQUEST_JOURNAL is on.")


@request_commands.command("show")
def show(
    trace_id: Annotated[str, typer.Argument(metavar="TRACE_ID", help="Trace id, as in `list` and in every error.")],
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Show a request with its headers and bodies."""

    async def work(store: Store, owner: int) -> JournaledRequestDetails:
        try:
            return await show_request(store, owner, trace_id)
        except NotFound as error:
            raise CommandError(f"{error}; `trunkline requests list` shows those that it has") from None

    found = _run(database, partner, work)
    if as_json:
        print_json(found)
        return
    say(f"{found.method} {_target(found)}")
    _show_transfer(found.request)
    say(f"\n{found.status} after {found.duration_ms:.1f} ms, received at {_time(found)}")
    _show_transfer(found.response)


def _show_transfer(transfer: Transfer) -> None:
    for name, value in transfer.headers.items():
        say(_printable(f"{name}: {value}"))
    if transfer.omitted is not None:
        say(f"\n(The body was {_OMITTED[transfer.omitted]}.)")
    elif transfer.body is not None:
        say("\n" + _printable(transfer.body.text))
        if transfer.body.is_cut:
            say(f"(The beginning of {transfer.body.size_bytes} bytes.)")


def _target(request: JournaledRequest) -> str:
    return _printable(f"{request.path}?{request.query}" if request.query else request.path)


def _printable(text: str) -> str:
    """A client's text without what controls a terminal."""
    return "".join([each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text])


def _time(request: JournaledRequest) -> str:
    received_at = instant.from_datetime(request.received_at)
    return instant.render(received_at - received_at % 1_000)


def _run(database: str, partner: str | None, work: Callable[[Store, int], Awaitable[T]]) -> T:
    async def run(store: Store) -> T:
        return await work(store, (await only_partner(store, partner)).id)

    return with_store(database, run)
