"""``client.contact_card``: the names and pictures that your lines share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions, Omit, omit

if TYPE_CHECKING:
    from linq.types import ContactCardRetrieveResponse, SetContactCard


def create(
    *,
    first_name: str,
    phone_number: str,
    image_url: str | Omit = omit,
    last_name: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[SetContactCard]:
    """Create the contact card of a line, or replace it (``POST /v3/contact_card``).

    :param phone_number: your line, in E.164
    :param image_url: the URL of a picture, ``https://…``
    """
    body: dict[str, object] = {
        "first_name": first_name,
        "phone_number": phone_number,
        "image_url": image_url,
        "last_name": last_name,
    }
    return request("POST", "/v3/contact_card", types.SetContactCard, options, body=body)


def retrieve(
    *, phone_number: str | Omit = omit, **options: Unpack[MethodOptions]
) -> Request[ContactCardRetrieveResponse]:
    """List the contact cards of your lines (``GET /v3/contact_card``).

    :param phone_number: only the card of this line, in E.164
    """
    query: dict[str, object] = {"phone_number": phone_number}
    return request("GET", "/v3/contact_card", types.ContactCardRetrieveResponse, options, query=query)


def update(
    *,
    phone_number: str,
    first_name: str | Omit = omit,
    image_url: str | Omit = omit,
    last_name: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[SetContactCard]:
    """Change some fields of a contact card (``PATCH /v3/contact_card``). An empty text removes one.

    :param phone_number: your line, in E.164
    :param image_url: the URL of a picture, ``https://…``
    """
    query: dict[str, object] = {"phone_number": phone_number}
    body: dict[str, object] = {"first_name": first_name, "image_url": image_url, "last_name": last_name}
    return request("PATCH", "/v3/contact_card", types.SetContactCard, options, query=query, body=body)
