"""Play the counterparty of a line with contact cards: share one, and see those that the line has shared."""

from collections.abc import Sequence

from trunkline.actions.inbound.receive import receive_contact_card
from trunkline.actions.sandbox.counterparty import (
    DROPPED,
    Counterparty,
    find_chat_of,
    require_chat_of,
    require_handle,
)
from trunkline.domain.chat import Chat
from trunkline.domain.contact_card import ContactCardShare, ReceivedContactCard
from trunkline.domain.context import RequestContext
from trunkline.schemas.sandbox import Simulated
from trunkline.storage import contact_cards
from trunkline.storage.store import Store

MAX_SHARES = 100
"""How many shared contact cards are listed at most."""


async def share_contact_card(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    first_name: str,
    last_name: str | None = None,
    image_url: str | None = None,
) -> Simulated:
    """Shares the contact card of the counterparty with the line."""
    handle = require_handle(counterparty)
    line, chat = await find_chat_of(store, ctx, counterparty)
    card = ReceivedContactCard(line, handle, first_name, last_name or None, image_url or None)
    if not await receive_contact_card(store, ctx, card):
        return Simulated(DROPPED)
    return Simulated(f"{handle} shared a contact card with {line}.", None if chat is None else chat.id)


async def shared_cards(
    store: Store, ctx: RequestContext, counterparty: Counterparty
) -> tuple[Chat, Sequence[ContactCardShare]]:
    """The chat, and the contact cards that the line shared in it, the latest first."""
    chat = await require_chat_of(store, ctx, counterparty)
    return chat, await contact_cards.shares_of_chat(store.reader(ctx.partner_id), chat.id, MAX_SHARES)
