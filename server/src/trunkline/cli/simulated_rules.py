"""``trunkline simulate rule``: how the loopback carrier treats what a partner's lines send."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import msgspec
import typer

from trunkline.actions import rules
from trunkline.actions.partners import only_partner
from trunkline.actions.rules import RuleOf
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import print_json, print_table
from trunkline.cli.running import with_store
from trunkline.domain.carrier_rules import Rule
from trunkline.domain.chat import Service
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_handle
from trunkline.storage.store import Store

rule_commands = typer.Typer(help="How messages of your own fare: late, lost, on which network.", no_args_is_help=True)

HandleArgument: TypeAlias = Annotated[str | None, typer.Argument(metavar="HANDLE", help="Whose rule.")]
PartnerOption: TypeAlias = Annotated[str | None, typer.Option("--partner", help="Whose, where there are several.")]


@rule_commands.command("set")
def set_rule(
    handle: Annotated[
        str | None,
        typer.Argument(metavar="HANDLE", help="For whom. [default: everybody without a rule of their own]"),
    ] = None,
    delay: Annotated[int, typer.Option("--delay", metavar="SECONDS", help="Messages wait before they go.")] = 0,
    away_attempts: Annotated[int, typer.Option("--away-attempts", help="So many attempts fail first.")] = 0,
    away: Annotated[int, typer.Option("--away", metavar="SECONDS", help="Attempts fail for so long.")] = 0,
    fail: Annotated[
        str | None, typer.Option("--fail", metavar="REASON", help="Messages fail, for this reason.")
    ] = None,
    services: Annotated[
        list[Service] | None, typer.Option("--service", help="Only this network reaches them; may be repeated.")
    ] = None,
    unreachable: Annotated[bool, typer.Option("--unreachable", help="No network reaches them.")] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="Messages stay sent until `simulate deliver`, `read` or `fail`.")
    ] = False,
    reads: Annotated[bool, typer.Option("--reads", help="They read every message at once.")] = False,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Set how messages to somebody, or to everybody, fare from now on; without options, as if there were no rule."""
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
        raise CommandError(f"this is no rule: {error}") from None
    whose = _handle(handle)
    _show(database, partner, lambda store, owner: rules.set_rule(store, owner, whose, rule), as_json=as_json)


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
    """Take the rule of a handle away, or without one, all rules."""
    whose = _handle(handle)
    _show(database, partner, lambda store, owner: rules.clear_rules(store, owner, whose), as_json=as_json)


def _handle(handle: str | None) -> str | None:
    return None if handle is None else parse_handle(handle, "HANDLE")


def _show(
    database: str, partner: str | None, work: Callable[[Store, int], Awaitable[list[RuleOf]]], *, as_json: bool
) -> None:
    async def run(store: Store) -> list[RuleOf]:
        return await work(store, (await only_partner(store, partner)).id)

    kept = with_store(database, run)
    if as_json:
        print_json({"rules": kept})
        return
    rows = [(each.handle or "everybody", msgspec.json.encode(each.rule).decode()) for each in kept]
    print_table(("WHO", "RULE"), rows, "No rule: every message is delivered at once.")
