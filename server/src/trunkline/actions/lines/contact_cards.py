"""The contact cards of lines: create, change, read and share them (docs/wire.md §4)."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from trunkline.actions.steps.lookup import require_line, require_present_chat
from trunkline.domain import contact_card
from trunkline.domain.chat import Chat
from trunkline.domain.contact_card import ContactCard, ContactCardShare
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import HandleBlocked, MissingField, NoContactCard, OptedOut
from trunkline.domain.ids import time_ordered_id
from trunkline.storage import contact_cards, opt_outs
from trunkline.storage.change import Change
from trunkline.storage.outbox import Command
from trunkline.storage.store import Store


class CardUpdate(msgspec.Struct, frozen=True):
    """The fields of a card to change: UNSET keeps one; None or an empty text removes an optional one."""

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType | None = UNSET
    image_url: str | UnsetType | None = UNSET


async def list_cards(store: Store, partner_id: int, line: str | None) -> Sequence[ContactCard]:
    """The card of a line, or by default every card of the partner. Raises ``NotYourLine``."""
    reader = store.reader(partner_id)
    if line is None:
        return await contact_cards.all_cards(reader)
    await require_line(store, partner_id, line, "phone_number")
    card = await contact_cards.find(reader, line)
    return [] if card is None else [card]


async def set_card(store: Store, ctx: RequestContext, card: ContactCard) -> ContactCard:
    """Stores the card of a line, replacing the one it had. Raises ``InvalidParameter``, ``NotYourLine``."""
    card = _without_empty(card)
    contact_card.check(card)
    await require_line(store, ctx.partner_id, card.phone_number, "phone_number")
    async with store.change(ctx) as change:
        change.check_line(card.phone_number)
        await contact_cards.save(change, card)
    return card


async def update_card(store: Store, ctx: RequestContext, line: str, update: CardUpdate) -> ContactCard:
    """Changes some fields of a card, and returns it.

    Raises ``MissingField``, ``InvalidParameter``, ``NotYourLine``, or ``NoContactCard`` if the line has no card.
    """
    given = {name: value for name, value in msgspec.structs.asdict(update).items() if value is not UNSET}
    if not given:
        raise MissingField("'first_name', 'last_name' or 'image_url' is missing; give at least one of them")
    await require_line(store, ctx.partner_id, line, "phone_number")
    async with store.change(ctx) as change:
        change.check_line(line)
        before = await _require_card(change, line)
        card = _without_empty(msgspec.structs.replace(before, **given))
        contact_card.check(card, before)
        await contact_cards.save(change, card)
    return card


async def share_card(store: Store, ctx: RequestContext, chat_id: str) -> None:
    """Has the carrier show the card of the line in a chat, as it is now, after everything that was sent before.

    Raises ``NotFound``, ``ChatLeft``, ``NoContactCard``, ``OptedOut`` or ``HandleBlocked``; then nothing is shared.
    """
    async with store.change(ctx) as change:
        chat = await require_present_chat(change, chat_id)
        card = await _require_card(change, chat.line)
        await _check_consent(change, chat)
        share = ContactCardShare(time_ordered_id(change.now), chat_id, card, change.now)
        await contact_cards.add_share(change, share)
        change.command(Command.SHARE_CONTACT_CARD, chat, share.id)


async def _require_card(change: Change, line: str) -> ContactCard:
    card = await contact_cards.find(change, line)
    if card is None:
        raise NoContactCard(f"the line {line} has no contact card; create it with POST /v3/contact_card")
    return card


async def _check_consent(change: Change, chat: Chat) -> None:
    """A card reaches a person like a message does, so the same restrictions hold (docs/wire.md §3, §4)."""
    if chat.is_group:
        return
    (handle,) = chat.recipients
    blocked, opted_out = await opt_outs.send_restrictions(change, handle)
    if blocked:
        raise HandleBlocked(f"{handle} is blocked; unblock it before you share a contact card")
    if opted_out:
        raise OptedOut(
            f"{handle} has opted out of your messages; their next message that is not an opt-out keyword ends the "
            "opt-out"
        )


def _without_empty(card: ContactCard) -> ContactCard:
    """The card; an empty last name or image is none."""
    return msgspec.structs.replace(card, last_name=card.last_name or None, image_url=card.image_url or None)
