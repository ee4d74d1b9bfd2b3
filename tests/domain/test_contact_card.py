"""The limits of a contact card."""

from typing import Any

import msgspec
import pytest

from trunkline.domain.contact_card import ContactCard, check
from trunkline.domain.errors import InvalidParameter

CARD = ContactCard("+12065550100", "Harbor", "Bakery", "https://example.com/logo.png")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"first_name": "x" * 255, "last_name": "y" * 255},
        {"first_name": "👩\u200d🍳 Ann", "last_name": None},
        {"image_url": None},
    ],
)
def test_valid(fields: dict[str, Any]) -> None:
    check(msgspec.structs.replace(CARD, **fields))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"first_name": ""}, "'first_name' is empty"),
        ({"first_name": " \u00a0"}, "'first_name' is empty"),
        ({"first_name": "x" * 256}, "'first_name' has 256 characters; it must have at most 255"),
        ({"last_name": "x" * 256}, "'last_name' has 256 characters; it must have at most 255"),
        ({"first_name": "A\nB"}, r"'first_name' is 'A\\nB'; it must not contain control characters"),
        ({"last_name": "\0"}, "'last_name' is .* control characters"),
        ({"last_name": "\ud800"}, "'last_name' is .* control characters"),
        ({"image_url": "http://example.com/logo.png"}, "'image_url' is .*; it must begin with https://"),
        ({"image_url": "https://example.com/" + "x" * 2048}, "'image_url' is "),
        ({"image_url": "https://example.com/a b"}, "'image_url' is "),
        ({"image_url": "https://example.com/ä.png"}, "'image_url' is .*; percent-encode other characters"),
        ({"image_url": "https://bücher.example/"}, "use the xn-- form of host names"),
        ({"image_url": "https://exa mple.com"}, "'image_url' is "),
        ({"image_url": "https://example.com:0/"}, "a valid host and port"),
    ],
)
def test_not_valid(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidParameter, match=problem):
        check(msgspec.structs.replace(CARD, **fields))
