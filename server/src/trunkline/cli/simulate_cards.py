"""``trunkline simulate share-contact-card | contact-cards``: contact cards of a counterparty, and of the line."""

from collections.abc import Sequence
from typing import Annotated

import typer

from trunkline.actions.sandbox import contact_cards
from trunkline.actions.sandbox.counterparty import find_owner
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.output import moment, print_json, print_table
from trunkline.cli.simulate_play import ChatOption, FromArgument, OptionalFromArgument, ToOption, play, selected
from trunkline.cli.store import with_store
from trunkline.domain.chat import Chat
from trunkline.domain.contact_card import ContactCardShare
from trunkline.domain.context import RequestContext
from trunkline.domain.ids import new_trace_id
from trunkline.schemas.sandbox import Simulated, shared_contact_card
from trunkline.storage.store import Store


def share_contact_card(
    sender: FromArgument,
    first_name: Annotated[str, typer.Argument(metavar="FIRST_NAME", help="First name.")],
    last_name: Annotated[str | None, typer.Argument(metavar="LAST_NAME", help="Last name.")] = None,
    image_url: Annotated[str | None, typer.Option("--image", metavar="URL", help="URL of a picture.")] = None,
    to: ToOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Share a contact card with a line."""
    counterparty = selected(sender, to, None)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await contact_cards.share_contact_card(store, ctx, counterparty, first_name, last_name, image_url)

    play(database, partner, counterparty, None, work, as_json=as_json)


def list_contact_cards(
    sender: OptionalFromArgument = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """List the contact cards that the line has shared in a chat, the latest first."""
    counterparty = selected(sender, to, chat)

    async def run(store: Store) -> tuple[Chat, Sequence[ContactCardShare]]:
        owner = await find_owner(store, counterparty, None, partner)
        return await contact_cards.shared_cards(
            store, RequestContext(owner.id, store.clock(), new_trace_id()), counterparty
        )

    found, shares = with_store(database, run)
    if as_json:
        print_json({"chat_id": found.id, "contact_cards": [shared_contact_card(each) for each in shares]})
        return
    rows = [(each.card.name, each.card.image_url, moment(each.shared_at), moment(each.shown_at)) for each in shares]
    print_table(
        ("NAME", "IMAGE", "SHARED", "SHOWN"), rows, f"{found.line} has not shared its contact card in this chat."
    )
