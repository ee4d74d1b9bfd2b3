"""``trunkline simulate rule``: what the loopback carrier does with the messages of a partner."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import msgspec
import typer

from trunkline.actions.operator.partners import only_partner
from trunkline.actions.sandbox import rules
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.output import print_json, print_table
from trunkline.cli.store import with_store
from trunkline.domain.chat import Service
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_handle
from trunkline.domain.loopback_rules import Rule
from trunkline.schemas.sandbox import RuleOf
from trunkline.storage.store import Store

rule_commands = typer.Typer(help="Decide what happens to messages from your lines.", no_args_is_help=True)

HandleArgument: TypeAlias = Annotated[str | None, typer.Argument(metavar="HANDLE", help="Handle of the rule.")]


@rule_commands.command("set")
def set_rule(
    handle: Annotated[
        str | None,
        typer.Argument(metavar="HANDLE", help="Handle of the rule. [default: every handle without a rule]"),
    ] = None,
    delay: Annotated[int, typer.Option("--delay", metavar="SECONDS", help="Delay before the first attempt.")] = 0,
    away_attempts: Annotated[
        int, typer.Option("--away-attempts", help="Number of attempts that fail before one succeeds.")
    ] = 0,
    away: Annotated[int, typer.Option("--away", metavar="SECONDS", help="How long every attempt fails.")] = 0,
    fail: Annotated[
        str | None, typer.Option("--fail", metavar="REASON", help="Messages fail with this reason.")
    ] = None,
    services: Annotated[
        list[Service] | None, typer.Option("--service", help="Only this service reaches the handle; may be repeated.")
    ] = None,
    unreachable: Annotated[bool, typer.Option("--unreachable", help="No service reaches the handle.")] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="Messages stay `sent` until `simulate deliver`, `read` or `fail`.")
    ] = False,
    reads: Annotated[bool, typer.Option("--reads", help="Every message is read at once.")] = False,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Set what happens to messages sent to a handle from now on. Without options, they are delivered at once."""
    given = {
        "delay_seconds": delay,
        "away_attempts": away_attempts,
        "away_seconds": away,
        "fail": fail,
        "services": [] if unreachable else services or None,
        "holds": hold,
        "reads": reads,
    }
    try:
        rule = msgspec.convert(given, Rule)
    except msgspec.ValidationError as error:
        raise CommandError(f"the rule is not valid: {error}") from None
    of = _handle(handle)
    _show(database, partner, lambda store, owner: rules.set_rule(store, owner, of, rule), as_json=as_json)


@rule_commands.command("list")
def list_rules(
    partner: PartnerOption = None, database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False
) -> None:
    """List the rules."""
    _show(database, partner, rules.list_rules, as_json=as_json)


@rule_commands.command("clear")
def clear_rules(
    handle: HandleArgument = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Remove the rule of a handle, by default every rule."""
    of = _handle(handle)
    _show(database, partner, lambda store, owner: rules.clear_rules(store, owner, of), as_json=as_json)


def _handle(handle: str | None) -> str | None:
    return None if handle is None else parse_handle(handle, "HANDLE")


def _show(
    database: str, partner: str | None, work: Callable[[Store, int], Awaitable[list[RuleOf]]], *, as_json: bool
) -> None:
    async def run(store: Store) -> list[RuleOf]:
        return await work(store, (await only_partner(store, partner)).id)

    found = with_store(database, run)
    if as_json:
        print_json({"rules": found})
        return
    rows = [(each.handle or "everyone", msgspec.json.encode(each.rule).decode()) for each in found]
    print_table(("HANDLE", "RULE"), rows, "There are no rules: every message is delivered at once.")
