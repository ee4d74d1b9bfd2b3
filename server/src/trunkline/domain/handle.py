"""Handles: normalised addresses, each an E.164 number or an email address (docs/wire.md §1, §7)."""

import re

import msgspec
import phonenumbers

from trunkline.domain.errors import InvalidPhoneNumber
from trunkline.domain.instant import Instant

E164 = r"\+?[1-9][0-9]{1,14}"
EMAIL = r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f.]+(?:\.[^@\s\x00-\x1f\x7f.]+)+"
EMAIL_LIMIT = 254  # characters; RFC 5321 §4.5.3.1.3, without the angle brackets
SHORT_CODE = r"[0-9]{3,8}"
SENDER_NAME = r"(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}"  # GSM 03.38: an alphanumeric sender has up to 11 characters
MAX_BLOCK_REASON = 500  # characters

_E164 = re.compile(E164)
_EMAIL = re.compile(EMAIL)
_SHORT_CODE_DIGITS = 6  # the longest in any country; no phone that sends messages has so short a number
_BLOCKABLE_SENDER = re.compile(f"{SHORT_CODE}|{SENDER_NAME}")
_MAX_QUOTED = 60  # characters


class BlockedHandle(msgspec.Struct, frozen=True):
    """A handle whose messages a partner rejects, when it was blocked, and the reason, if one was given."""

    handle: str
    reason: str | None
    blocked_at: Instant


def quoted(value: str) -> str:
    """A caller's value as an error quotes it: printable, and truncated if it is long."""
    return ascii(value if len(value) <= _MAX_QUOTED else value[:_MAX_QUOTED] + "…")


def parse_number(text: str, name: str) -> str:
    """An E.164 number with its ``+``, which may be missing or decoded as a space in the text (docs/wire.md §1).

    The error names the parameter ``name``. Raises ``InvalidPhoneNumber``.
    """
    candidate = "+" + text[1:] if text.startswith(" ") else text
    if _E164.fullmatch(candidate) is None:
        raise InvalidPhoneNumber(
            f"'{name}' is {quoted(text)}; it must be a phone number in E.164 format, such as +13343284472"
        )
    return candidate if candidate.startswith("+") else "+" + candidate


def parse_written_number(text: str, name: str) -> str:
    """An E.164 number as a person types it at a terminal: with its ``+``, and with spaces or hyphens.

    Raises ``InvalidPhoneNumber``, also if the ``+`` is missing: the number could silently change its country.
    """
    number = re.sub(r"[\s().-]", "", text)
    if not number.startswith("+") or _E164.fullmatch(number) is None:
        raise InvalidPhoneNumber(f"{name} is {quoted(text)}; it must be a phone number with + and country code")
    return number


def parse_handle(text: str, name: str) -> str:
    """A normalised handle: E.164 with ``+``, or an email address in lower case.

    The error names the parameter ``name``. Raises ``InvalidPhoneNumber``.
    """
    if "@" in text:
        email = normal_email(text)
        if email is not None:
            return email
    elif _E164.fullmatch("+" + text[1:] if text.startswith(" ") else text):
        return parse_number(text, name)
    raise InvalidPhoneNumber(
        f"'{name}' is {quoted(text)}; it must be a phone number in E.164 format, such as +13343284472, "
        "or an email address, such as user@example.com"
    )


def parse_blockable(text: str, name: str) -> str:
    """A normalised handle, a short code or a sender name: each can be blocked. Raises ``InvalidPhoneNumber``."""
    if _BLOCKABLE_SENDER.fullmatch(text):
        return text
    try:
        return parse_handle(text, name)
    except InvalidPhoneNumber:
        raise InvalidPhoneNumber(
            f"'{name}' is {quoted(text)}; it must be a phone number in E.164 format, an email address, a short code of "
            "3 to 8 digits or a sender name"
        ) from None


def normal_email(text: str) -> str | None:
    """The address in lower case; None if it is not an email address."""
    return text.lower() if len(text) <= EMAIL_LIMIT and _EMAIL.fullmatch(text) else None


def normalise(text: str, region: str | None = None) -> str | None:
    """The handle that an archive means by ``text``; None if it is neither a phone number nor an email address.

    A number may have any common notation; one without a country code belongs to ``region`` (ISO 3166-1 alpha-2, such
    as ``"US"``). Short codes, sender names and local numbers give None.
    """
    text = text.strip()
    if "@" in text:
        return normal_email(text)
    digits = sum(character.isdigit() for character in text)
    if any(character.isalpha() for character in text) or digits <= _SHORT_CODE_DIGITS:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
