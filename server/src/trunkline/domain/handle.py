"""Handles: a person's normalised address, an E.164 number or an e-mail address and nothing else (CONTRACT §1, §7)."""

import re

import msgspec
import phonenumbers

from trunkline.domain.errors import InvalidPhoneNumber
from trunkline.domain.instant import Instant

E164 = r"\+?[1-9][0-9]{1,14}"
EMAIL = r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f.]+(?:\.[^@\s\x00-\x1f\x7f.]+)+"
EMAIL_LIMIT = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets

_E164 = re.compile(E164)
_EMAIL = re.compile(EMAIL)
_SHORT_CODE = 6  # digits at most, in every country; no subscriber who writes messages has so short a number
_SHOWN = 60


class Blocked(msgspec.Struct, frozen=True):
    """A handle that a partner does not want to hear from, since when, and why if they said so."""

    handle: str
    reason: str | None
    blocked_at: Instant


def shown(value: str) -> str:
    """A caller's value as an error may quote it: printable, and cut where it is long."""
    return ascii(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")


def parse_number(text: str, name: str) -> str:
    """An E.164 number with its ``+``, from a value whose ``+`` may be missing or read as a space (seed, CONTRACT §1).

    ``name`` is the parameter's, for the error. Raises ``InvalidPhoneNumber``.
    """
    candidate = "+" + text[1:] if text.startswith(" ") else text
    if _E164.fullmatch(candidate) is None:
        raise InvalidPhoneNumber(
            f"'{name}' is {shown(text)}; it must be a phone number in E.164 format, such as +13343284472"
        )
    return candidate if candidate.startswith("+") else "+" + candidate


def parse_written_number(text: str, name: str) -> str:
    """An E.164 number as a person types it at a terminal: with its ``+``, and with spaces or hyphens as they like.

    Raises ``InvalidPhoneNumber``. A number without the ``+`` would silently become one of another country.
    """
    number = re.sub(r"[\s().-]", "", text)
    if not number.startswith("+") or _E164.fullmatch(number) is None:
        raise InvalidPhoneNumber(f"{name} is {shown(text)}; it must be a phone number with + and country code")
    return number


def parse_handle(text: str, name: str) -> str:
    """A handle in its normal form: E.164 with ``+``, or an e-mail address in lower case.

    ``name`` is the parameter's, for the error. Raises ``InvalidPhoneNumber``.
    """
    if "@" in text:
        email = normal_email(text)
        if email is not None:
            return email
    elif _E164.fullmatch("+" + text[1:] if text.startswith(" ") else text):
        return parse_number(text, name)
    raise InvalidPhoneNumber(
        f"'{name}' is {shown(text)}; it must be a phone number in E.164 format, such as +13343284472, "
        "or an e-mail address, such as user@example.com"
    )


def normal_email(text: str) -> str | None:
    """The address in lower case, or None when it is no e-mail address."""
    return text.lower() if len(text) <= EMAIL_LIMIT and _EMAIL.fullmatch(text) else None


def normalise(text: str, region: str | None = None) -> str | None:
    """The handle that a foreign archive means by ``text``, or None when it is neither a number nor an e-mail address.

    Numbers may be written as people write them; one without a country code is read as one of ``region`` (ISO 3166-1
    alpha-2, such as ``"US"``). Short codes, sender names and numbers that only mean something locally give None.
    """
    text = text.strip()
    if "@" in text:
        return normal_email(text)
    digits = sum(character.isdigit() for character in text)
    if any(character.isalpha() for character in text) or digits <= _SHORT_CODE:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
