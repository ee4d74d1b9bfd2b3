"""The line for a new person, and its vCard behind a signed link (docs/wire.md §4: ``GET /v3/available_number``)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.line_selection import best_line, rank_lines, select_line
from trunkline.actions.steps.lookup import check_recipients
from trunkline.domain import vcard
from trunkline.domain.errors import NoLineOfType, NotFound
from trunkline.domain.instant import DAY, Instant
from trunkline.storage import contact_cards, signed_token
from trunkline.storage.store import Store

LINE_TYPE = "iMessage"
"""The type of every line."""

LINK_LIFETIME: Instant = 7 * DAY
"""How long the link to a vCard works, in microseconds."""

MAX_BACKUPS = 4
"""How many other lines a vCard lists at most."""

_PURPOSE = b"trunkline vcard"


class AvailableNumber(msgspec.Struct, frozen=True):
    """A line, and the token of its vCard."""

    phone_number: str
    token: str


async def available_number(
    store: Store,
    partner_id: int,
    now: Instant,
    *,
    to: Sequence[str] = (),
    exclude: Sequence[str] = (),
    line_type: str = LINE_TYPE,
) -> AvailableNumber:
    """The line that a message to these recipients would be sent from; without recipients, the best one.

    Raises ``InvalidParameter`` if no line is left, ``NoLineOfType`` if no line is of this type.
    """
    if line_type != LINE_TYPE:
        raise NoLineOfType(f"you have no line of type {line_type}; every line is of type {LINE_TYPE}")
    numbers = [line.phone_number for line in await store.partners.lines(partner_id)]
    reader = store.reader(partner_id)
    ranked = await rank_lines(reader, numbers, store.thresholds)
    excluded = frozenset(exclude)
    number = best_line(ranked, excluded).number
    ranked = [line for line in ranked if line.number not in excluded]
    if to:
        number = (await select_line(reader, ranked, check_recipients(to, numbers), frozenset())).line
    backups = [line.number for line in ranked if not line.is_flagged and line.number != number]
    payload = msgspec.json.encode([partner_id, number, *backups[:MAX_BACKUPS]])
    return AvailableNumber(number, signed_token.encode(payload, now + LINK_LIFETIME, store.link_key, _PURPOSE))


async def render_vcard(store: Store, token: str, now: Instant) -> bytes:
    """The vCard of the line that a token names, with the card that the line has now. Raises ``NotFound``."""
    payload = signed_token.decode(token, store.link_key, _PURPOSE, now)
    if payload is None:
        raise NotFound("this link is not valid, or has expired; GET /v3/available_number returns a new one")
    partner_id, *numbers = msgspec.json.decode(payload)
    return vcard.render(numbers, await contact_cards.find(store.reader(partner_id), numbers[0]))
