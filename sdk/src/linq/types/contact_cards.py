"""The contact cards of lines, and the line for a new person."""

from linq._models import BaseModel


class SetContactCard(BaseModel):
    """The contact card of a line."""

    first_name: str

    is_active: bool
    """Whether the card is in effect."""

    phone_number: str
    """The line, in E.164."""

    image_url: str | None = None

    last_name: str | None = None


class ContactCardRetrieveResponse(BaseModel):
    """The result of ``contact_card.retrieve``."""

    contact_cards: list[SetContactCard]


class AvailableNumberRetrieveResponse(BaseModel):
    """The result of ``available_number.retrieve``."""

    phone_number: str
    """The line to send from, in E.164."""

    vcf_url: str
    """A link to the vCard of the line, which works for a while without a key."""
