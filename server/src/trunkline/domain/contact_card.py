"""Contact cards: the name and picture of a line, as recipients see them (docs/wire.md §4)."""

from unicodedata import category

import msgspec

from trunkline.domain import urls
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import quoted
from trunkline.domain.instant import Instant

MAX_NAME = 255  # characters


class ContactCard(msgspec.Struct, frozen=True):
    """The contact card of a line."""

    phone_number: str
    """The number of the line."""
    first_name: str
    last_name: str | None = None
    image_url: str | None = None

    @property
    def name(self) -> str:
        """The whole name."""
        return self.first_name if self.last_name is None else f"{self.first_name} {self.last_name}"


class ContactCardShare(msgspec.Struct, frozen=True):
    """A contact card that a line shared in a chat, as the card was then."""

    id: str
    chat_id: str
    card: ContactCard
    shared_at: Instant
    shown_at: Instant | None = None
    """When the carrier showed it to the recipients; None if it has not."""


class ReceivedContactCard(msgspec.Struct, frozen=True):
    """The contact card of a counterparty, who shared it with a line."""

    line: str
    sender: str
    first_name: str
    last_name: str | None = None
    image_url: str | None = None


def check(card: ContactCard | ReceivedContactCard, before: ContactCard | None = None) -> None:
    """Raises ``InvalidParameter`` if a field of a card is not valid.

    A URL that the card had ``before`` is valid: it may be older than what a URL must be today.
    """
    _check_name("first_name", card.first_name)
    if not card.first_name.strip():
        raise InvalidParameter("'first_name' is empty; it must have at least one character")
    if card.last_name is not None:
        _check_name("last_name", card.last_name)
    if card.image_url is not None and (before is None or card.image_url != before.image_url):
        urls.check("image_url", card.image_url, InvalidParameter)


def _check_name(field: str, name: str) -> None:
    if len(name) > MAX_NAME:
        raise InvalidParameter(f"'{field}' has {len(name)} characters; it must have at most {MAX_NAME}")
    # A lone surrogate cannot be stored. Other invisible characters, such as the joiners of emoji, belong to a name.
    if any(category(character) in {"Cc", "Cs"} for character in name):
        raise InvalidParameter(f"'{field}' is {quoted(name)}; it must not contain control characters")
