"""``trunkline faults``: make a partner's requests fail, directly on the database."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
import typer

from trunkline.actions.operator.partners import only_partner
from trunkline.actions.sandbox import faults
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.output import print_json, print_table, say
from trunkline.cli.store import with_store
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError, NotFound
from trunkline.domain.faults import MAX_DELAY, MAX_RETRY_AFTER, MAX_TIMES, Effect, Fault, Method, StoredFault
from trunkline.domain.handle import parse_handle, parse_written_number
from trunkline.domain.ids import new_trace_id
from trunkline.storage.store import Store

T = TypeVar("T")

fault_commands = typer.Typer(help="Make the requests of a partner fail.", no_args_is_help=True)


@fault_commands.command("add")
def add(
    effect: Annotated[Effect, typer.Argument(metavar="EFFECT", help="What the client gets.")],
    times: Annotated[
        int | None,
        typer.Option("--times", min=1, max=MAX_TIMES, help="For how many requests; by default 1, or all with --share."),
    ] = None,
    always: Annotated[bool, typer.Option("--always", help="For all requests until you remove the fault.")] = False,
    share: Annotated[
        float | None, typer.Option("--share", min=0, max=1, help="Share of the matching requests, such as 0.2.")
    ] = None,
    method: Annotated[
        Method | None, typer.Option("--method", metavar="METHOD", help="Only requests with this method, such as POST.")
    ] = None,
    path: Annotated[
        str | None,
        typer.Option("--path", help="Only requests to this path; * stands for any text."),
    ] = None,
    line: Annotated[
        str | None, typer.Option("--line", metavar="+E164", help="Only requests that name this line.")
    ] = None,
    handle: Annotated[
        str | None, typer.Option("--handle", metavar="HANDLE", help="Only requests that name this handle.")
    ] = None,
    retry_after: Annotated[
        int | None,
        typer.Option("--retry-after", min=0, max=MAX_RETRY_AFTER, metavar="SECONDS", help="Value of Retry-After."),
    ] = None,
    delay_seconds: Annotated[
        float | None,
        typer.Option("--delay-seconds", min=0, max=MAX_DELAY, metavar="SECONDS", help="Length of a delay."),
    ] = None,
    carried_out: Annotated[
        bool, typer.Option("--carried-out", help="Cut the connection after the request was carried out.")
    ] = False,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Make requests fail, from the next one on. The service must run with the sandbox: `serve --sandbox`."""
    if always and times is not None:
        raise CommandError("--always and --times are both given; give one of them")
    if share == 0:
        raise CommandError("--share is 0; it must be more than 0 and at most 1")
    given = {
        "share": share,
        "method": method,
        "path": path,
        "line": None if line is None else parse_written_number(line, "--line"),
        "handle": None if handle is None else parse_handle(handle, "--handle"),
        "retry_after": retry_after,
        "delay_seconds": delay_seconds,
    }
    fields: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if always or times is not None:
        fields["times"] = times
    try:
        fault = msgspec.convert({"effect": effect, "carried_out": carried_out, **fields}, Fault)
    except msgspec.ValidationError as error:
        raise CommandError(f"the fault is not valid: {error}") from None

    async def work(store: Store, owner: int) -> StoredFault:
        return await faults.add_fault(store, RequestContext(owner, store.clock(), new_trace_id()), fault)

    added = _run(database, partner, work)
    if as_json:
        print_json(added)
    else:
        say(f"Fault {added.id} applies to {_extent(added)}, if the service runs with --sandbox.")


@fault_commands.command("list")
def list_all(
    partner: PartnerOption = None, database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False
) -> None:
    """List the faults, the oldest first."""
    found: Sequence[StoredFault] = _run(database, partner, faults.list_faults)
    if as_json:
        print_json({"faults": found})
        return
    rows = [
        (each.id, "all" if each.remaining is None else each.remaining, each.applied, _details(each.fault))
        for each in found
    ]
    print_table(("ID", "REMAINING", "APPLIED", "FAULT"), rows, "There are no faults.")


@fault_commands.command("remove")
def remove(
    fault_id: Annotated[str, typer.Argument(metavar="ID", help="Fault, as in `list`.")],
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Remove a fault."""

    async def work(store: Store, owner: int) -> None:
        try:
            await faults.remove_fault(store, owner, fault_id)
        except NotFound as error:
            raise CommandError(f"{error}; `trunkline faults list` shows them all") from None

    _run(database, partner, work)
    _show_removed(1, as_json=as_json)


@fault_commands.command("clear")
def clear(
    partner: PartnerOption = None, database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False
) -> None:
    """Remove every fault."""
    _show_removed(_run(database, partner, faults.clear_faults), as_json=as_json)


def _run(database: str, partner: str | None, work: Callable[[Store, int], Awaitable[T]]) -> T:
    async def run(store: Store) -> T:
        return await work(store, (await only_partner(store, partner)).id)

    return with_store(database, run)


def _show_removed(count: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"removed": count})
    else:
        say("1 fault is removed." if count == 1 else f"{count} faults are removed.")


def _extent(stored: StoredFault) -> str:
    if stored.remaining is None:
        return "all matching requests until you remove it"
    return "the next matching request" if stored.remaining == 1 else f"the next {stored.remaining} matching requests"


def _details(fault: Fault) -> str:
    """The fault as JSON, without the field that a column of its own shows."""
    shown = msgspec.to_builtins(fault)
    shown.pop("times", None)
    return msgspec.json.encode(shown).decode()
