"""Handles: which texts are handles, their normal form, and how errors quote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.errors import InvalidPhoneNumber
from trunkline.domain.handle import is_business, normalise, parse_handle, parse_number, parse_written_number, quoted

NUMBERS = [
    ("+13343284472", "+13343284472"),
    ("13343284472", "+13343284472"),
    (" 13343284472", "+13343284472"),  # a plus that the client did not encode
    ("+12", "+12"),
    ("+123456789012345", "+123456789012345"),
]
NOT_NUMBERS = [
    "",
    "+",
    " ",
    "+1",
    "+1234567890123456",
    "+03343284472",
    "03343284472",
    "++13343284472",
    " +13343284472",
    "  13343284472",
    "+13343284472 ",
    "+1334328447a",
    "+1 334 328 4472",
    "+13343284472\n",
    "+1334328\x004472",
    "+١٣٣٤٣٢٨٤٤٧٢",
    "+１３３４３２８４４７２",
]
NOT_EMAILS = [
    "@",
    "user@",
    "@example.com",
    "user@example",
    "user@@example.com",
    "us er@example.com",
    "user@exam ple.com",
    "user@example..com",
    "user@.example.com",
    "user@example.com.",
    "user@example.com\n",
    "us\x00er@example.com",
    "+user@example.com\x7f",
    "a" * 243 + "@example.com",
    "<user@example.com>",
    "Ada <user@example.com>",
    "mailto:user@example.com",
    "sip:user@example.com;user=phone",
    "user@example.com,other@example",
    '"user"@example.com',
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_normalised_with_its_plus(text: str, number: str) -> None:
    assert parse_number(text, "from") == number
    assert parse_handle(text, "to") == number


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_an_invalid_number_is_rejected_with_the_name_of_the_field(text: str) -> None:
    for parse in (parse_number, parse_handle):
        with pytest.raises(InvalidPhoneNumber, match="'x' is "):
            parse(text, "x")


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("user@example.com", "user@example.com"),
        ("User.Name+tag@Example.COM", "user.name+tag@example.com"),
        ("ÜSER@exämple.com", "üser@exämple.com"),
        ("a" * 242 + "@example.com", "a" * 242 + "@example.com"),
    ],
)
def test_an_email_address_is_normalised_to_lower_case(text: str, email: str) -> None:
    assert parse_handle(text, "to") == email
    assert normalise(f" {text}\n") == email


@pytest.mark.parametrize("text", NOT_EMAILS)
def test_an_invalid_email_address_is_rejected(text: str) -> None:
    with pytest.raises(InvalidPhoneNumber, match="an email address"):
        parse_handle(text, "to")


@pytest.mark.parametrize(
    ("text", "region", "handle"),
    [
        ("+1 (334) 328-4472", None, "+13343284472"),
        ("(334) 328-4472", "US", "+13343284472"),
        ("(334) 328-4472", None, None),
        ("020 7183 8750", "GB", "+442071838750"),
        ("AMZN", "US", None),
        ("72645", "US", None),
        ("22333", "DE", None),
        ("5550111", "US", None),
        ("VERIFY1234567", "US", None),
        ("", "US", None),
        ("someone@", None, None),
        ("+12345", "US", "+12345"),  # as in the API
        ("+1 (23) 45", "US", "+12345"),
        ("12345", "US", None),
        ("+44 (0)20 7183 8750", None, "+442071838750"),
        ("tel:+1-334-328-4472;ext=7", None, "+13343284472"),
        ("tel:%2B13343284472", None, "+13343284472"),
        ("smsto:3343284472", "US", "+13343284472"),
        ("mailto:Ada@Example.com?subject=x", None, "ada@example.com"),
        ("sip:+13343284472@ims.example.com;user=phone", None, "+13343284472"),
        ("sip:ada@example.com", None, "ada@example.com"),
        ("<Ada@Example.com>", None, "ada@example.com"),
        ('"Ada L." <ada@example.com>', None, "ada@example.com"),
        ("+13343284472/TYPE=PLMN", None, "+13343284472"),
        ("\u202a+13343284472\u202c", None, "+13343284472"),
        ("bakery_agent@rbm.goog", None, None),
        ("sip:bakery@botplatform.rcs.example.com", None, None),
        ("urn:biz:0a1b", None, None),
    ],
)
def test_a_number_of_an_archive_is_normalised_with_its_region(
    text: str, region: str | None, handle: str | None
) -> None:
    assert normalise(text, region) == handle


@pytest.mark.parametrize(
    ("text", "business"),
    [
        ("urn:biz:0a1b", True),
        ("Bakery_Agent@RBM.goog", True),
        ("sip:bakery@botplatform.rcs.example.com;x=1", True),
        ("ada@example.com", False),
        ("AMZN", False),
        ("72645", False),
    ],
)
def test_a_business_account_is_recognised(text: str, business: bool) -> None:
    assert is_business(text) is business


@given(st.from_regex(r"\A\+[1-9][0-9]{1,14}\Z"))
def test_the_api_the_command_line_and_archives_agree_on_numbers(text: str) -> None:
    assert parse_handle(text, "to") == parse_written_number(text, "--line") == normalise(text, "US") == text


@given(st.text())
def test_normalising_a_handle_again_changes_nothing(text: str) -> None:
    try:
        handle = parse_handle(text, "to")
    except InvalidPhoneNumber:
        return
    assert parse_handle(handle, "to") == handle


@given(st.text(max_size=10_000))
def test_an_error_quotes_a_value_briefly_and_printably(text: str) -> None:
    assert quoted(text).isascii()
    assert quoted(text).isprintable()
    assert len(quoted("\U0001f600" * 10_000)) < 1_000
