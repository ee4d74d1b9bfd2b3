"""``trunkline simulate poll | options | vote``: polls of a counterparty."""

from typing import Annotated, TypeAlias

import typer

from trunkline.actions.sandbox import polls
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.simulate_play import ChatOption, FromArgument, ToOption, play, selected
from trunkline.domain.context import RequestContext
from trunkline.schemas.sandbox import Simulated
from trunkline.storage.store import Store

OptionsArgument: TypeAlias = Annotated[list[str], typer.Argument(metavar="OPTION...", help="Texts of the options.")]
PollOption: TypeAlias = Annotated[
    str | None, typer.Option("--message", metavar="ID", help="Poll. [default: the last one of the chat]")
]


def poll(
    sender: FromArgument,
    options: OptionsArgument,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send a poll to a line."""
    counterparty = selected(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await polls.send_poll(store, ctx, counterparty, options)

    play(database, partner, counterparty, None, work, as_json=as_json)


def add_options(
    sender: FromArgument,
    options: OptionsArgument,
    message_id: PollOption = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Add options to a poll, by default the last one."""
    counterparty = selected(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await polls.add_options(store, ctx, counterparty, message_id, options)

    play(database, partner, counterparty, message_id, work, as_json=as_json)


def vote(
    sender: FromArgument,
    choice: Annotated[str, typer.Argument(metavar="OPTION", help="Text or id of an option.")],
    message_id: PollOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the vote.")] = False,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Vote in a poll, by default the last one."""
    counterparty = selected(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await polls.vote(store, ctx, counterparty, message_id, choice, added=not remove)

    play(database, partner, counterparty, message_id, work, as_json=as_json)
