"""``trunkline simulate``: play the counterparty of a line, directly on the database."""

from typing import Annotated

import typer

from trunkline.actions.sandbox.counterparty import require_loopback
from trunkline.cli import simulate_cards, simulate_chats, simulate_polls
from trunkline.cli.options import DEFAULTS, option
from trunkline.cli.simulate_rules import rule_commands

simulate_commands = typer.Typer(help="Play the counterparty of a line: send, react, read, leave.", no_args_is_help=True)
simulate_commands.add_typer(rule_commands, name="rule")
simulate_commands.command("message")(simulate_chats.message)
simulate_commands.command("reaction")(simulate_chats.reaction)
simulate_commands.command("poll")(simulate_polls.poll)
simulate_commands.command("options")(simulate_polls.add_options)
simulate_commands.command("vote")(simulate_polls.vote)
simulate_commands.command("read")(simulate_chats.read)
simulate_commands.command("typing")(simulate_chats.typing)
simulate_commands.command("leave")(simulate_chats.leave)
simulate_commands.command("join")(simulate_chats.join)
simulate_commands.command("edit")(simulate_chats.edit)
simulate_commands.command("fail")(simulate_chats.fail)
simulate_commands.command("deliver")(simulate_chats.deliver)
simulate_commands.command("share-contact-card")(simulate_cards.share_contact_card)
simulate_commands.command("contact-cards")(simulate_cards.list_contact_cards)


@simulate_commands.callback()
def counterparty(
    carrier: Annotated[str, option("carrier")] = DEFAULTS.carrier,
) -> None:
    """Play the counterparty of a line. A running service on the same database sends the webhooks."""
    require_loopback(carrier)
