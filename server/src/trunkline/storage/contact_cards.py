"""Contact cards of lines, and each time that one was shared, as rows."""

from collections.abc import Sequence

from trunkline.domain.contact_card import ContactCard, ContactCardShare
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Row, Value, load

_QUERIES = load("contact_cards")


async def find(reader: Reader, phone_number: str) -> ContactCard | None:
    """The contact card of a line."""
    found = await reader.fetch(_QUERIES["card"], (reader.partner_id, phone_number))
    return ContactCard(*found[0]) if found else None


async def all_cards(reader: Reader) -> Sequence[ContactCard]:
    """Every contact card of the partner, ordered by number."""
    return [ContactCard(*row) for row in await reader.fetch(_QUERIES["cards"], (reader.partner_id,))]


async def save(change: Change, card: ContactCard) -> None:
    """Stores the contact card of a line, replacing the one it had."""
    query = _QUERIES["save_card"]
    await change.fetch(query, query.values(partner=change.partner_id, **_columns(card)))


async def add_share(change: Change, share: ContactCardShare) -> None:
    """Stores that a line shared its card."""
    query = _QUERIES["add_share"]
    values = query.values(
        partner=change.partner_id, id=share.id, chat_id=share.chat_id, now=share.shared_at, **_columns(share.card)
    )
    await change.fetch(query, values)


async def find_share(reader: Reader, share_id: str) -> ContactCardShare | None:
    """The share with this id."""
    found = await reader.fetch(_QUERIES["share"], (reader.partner_id, share_id))
    return _share(found[0]) if found else None


async def shares_of_chat(reader: Reader, chat_id: str, limit: int) -> Sequence[ContactCardShare]:
    """The cards that were shared in a chat, the latest first."""
    return [_share(row) for row in await reader.fetch(_QUERIES["shares_of_chat"], (reader.partner_id, chat_id, limit))]


async def record_shown(change: Change, share_id: str) -> None:
    """Records that the carrier shows a shared card now, unless it did before."""
    query = _QUERIES["record_shown"]
    await change.fetch(query, query.values(partner=change.partner_id, id=share_id, now=change.now))


def _columns(card: ContactCard) -> dict[str, Value]:
    return {
        "phone_number": card.phone_number,
        "first_name": card.first_name,
        "last_name": card.last_name,
        "image_url": card.image_url,
    }


def _share(row: Row) -> ContactCardShare:
    share_id, chat_id, *card, shared_at, shown_at = row
    return ContactCardShare(share_id, chat_id, ContactCard(*card), shared_at, shown_at)
