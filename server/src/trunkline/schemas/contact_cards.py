"""Contact cards."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.contact_card import MAX_NAME, ContactCard
from trunkline.schemas.fields import HttpsUrlOrEmpty, PhoneNumber, Url

_NAME = {"maxLength": MAX_NAME, "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"}
_FIRST_NAME = {
    "maxLength": MAX_NAME,
    "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
}


class ContactCardSchema(msgspec.Struct):
    """The contact card of a line: what recipients see when the line shares it."""

    phone_number: Annotated[PhoneNumber, Meta(description="The line.")]
    first_name: Annotated[str, Meta(description="The first name.")]
    is_active: Annotated[bool, Meta(description="Always `true`: a card is in effect as soon as it is stored.")] = True
    last_name: Annotated[str | None, Meta(description="The last name.")] = None
    image_url: Annotated[Url | None, Meta(description="The picture.")] = None


class ContactCards(msgspec.Struct):
    """The contact cards of your lines."""

    contact_cards: Annotated[list[ContactCardSchema], Meta(description="The cards, ordered by number.")]


class ContactCardBody(msgspec.Struct):
    """The contact card of a line."""

    phone_number: Annotated[PhoneNumber, Meta(description="Your line.")]
    first_name: Annotated[
        str,
        Meta(description=f"The first name, 1 to {MAX_NAME} characters.", extra_json_schema=_FIRST_NAME),
    ]
    last_name: Annotated[
        str | None, Meta(description=f"The last name, at most {MAX_NAME} characters.", extra_json_schema=_NAME)
    ] = None
    image_url: Annotated[HttpsUrlOrEmpty | None, Meta(description="The URL of a picture, `https://…`.")] = None


class ContactCardUpdateBody(msgspec.Struct):
    """The fields of a contact card to change; at least one of them."""

    first_name: Annotated[
        str | UnsetType, Meta(description="The first name, which cannot be removed.", extra_json_schema=_FIRST_NAME)
    ] = UNSET
    last_name: Annotated[
        str | UnsetType | None,
        Meta(description="The last name; an empty one or `null` removes it.", extra_json_schema=_NAME),
    ] = UNSET
    image_url: Annotated[
        HttpsUrlOrEmpty | UnsetType | None,
        Meta(description="The URL of a picture, `https://…`; an empty one or `null` removes it."),
    ] = UNSET


class AvailableNumberSchema(msgspec.Struct):
    """A line for a new person."""

    phone_number: Annotated[PhoneNumber, Meta(description="The line to use as `from`.")]
    vcf_url: Annotated[Url, Meta(description="A link to the vCard of the line, which works for a week without a key.")]


def contact_card_schema(card: ContactCard) -> ContactCardSchema:
    """A contact card as JSON."""
    return ContactCardSchema(card.phone_number, card.first_name, last_name=card.last_name, image_url=card.image_url)
