"""What the commands of ``trunkline simulate`` have in common: who acts, in which chat, and what they print."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import typer

from trunkline.actions.sandbox.counterparty import Counterparty, find_owner
from trunkline.cli.output import print_json, say
from trunkline.cli.store import with_store
from trunkline.domain.context import RequestContext
from trunkline.domain.handle import parse_handle, parse_written_number
from trunkline.domain.ids import new_trace_id
from trunkline.schemas.sandbox import Simulated
from trunkline.storage.store import Store

FromArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="FROM", help="The counterparty that acts: a phone number or an email address.")
]
OptionalFromArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="FROM", help="Counterparty of the direct chat, unless a chat or message is given."),
]
ToOption: TypeAlias = Annotated[
    str | None, typer.Option("--to", metavar="+E164", help="Your line, if you have several.")
]
ChatOption: TypeAlias = Annotated[
    str | None, typer.Option("--chat", metavar="ID", help="Chat. [default: the direct chat of FROM and the line]")
]
MessageOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--message", metavar="ID", help="Message. [default: the last suitable one]"),
]


def selected(sender: str | None, to: str | None, chat: str | None) -> Counterparty:
    """The counterparty that the arguments select. Raises ``InvalidPhoneNumber``."""
    return Counterparty(
        None if sender is None else parse_handle(sender, "FROM"),
        chat,
        None if to is None else parse_written_number(to, "--to"),
    )


def play(
    database: str,
    partner: str | None,
    counterparty: Counterparty,
    message_id: str | None,
    work: Callable[[Store, RequestContext], Awaitable[Simulated]],
    *,
    as_json: bool,
) -> None:
    """Carries out ``work`` for the partner that has the line, chat or message, and prints what was done."""

    async def run(store: Store) -> Simulated:
        owner = await find_owner(store, counterparty, message_id, partner)
        return await work(store, RequestContext(owner.id, store.clock(), new_trace_id()))

    done = with_store(database, run)
    if as_json:
        print_json(
            {"says": done.says, "chat_id": done.chat_id, "message_id": done.message_id, "messages": done.messages}
        )
        return
    say(done.says)
    for name, value in (("chat", done.chat_id), ("message", done.message_id)):
        if value is not None:
            say(f"{name} {value}")
