"""Handles: normalised addresses, each an E.164 number or an email address (docs/wire.md §1, §7)."""

import re
from urllib.parse import unquote

import msgspec
import phonenumbers

from trunkline.domain.errors import InvalidPhoneNumber
from trunkline.domain.instant import Instant

E164 = r"\+?[1-9][0-9]{1,14}"
_SPECIALS = r'@\s\x00-\x1f\x7f()<>\[\],:;\\"'  # RFC 5322 §3.2.3, only possible in a quoted string
EMAIL = rf"[^{_SPECIALS}]+@[^{_SPECIALS}.]+(?:\.[^{_SPECIALS}.]+)+"
MAX_NUMBER = 16  # characters, with the +
EMAIL_LIMIT = 254  # characters; RFC 5321 §4.5.3.1.3, without the angle brackets
SHORT_CODE = r"[0-9]{3,8}"
SENDER_NAME = r"(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}"  # GSM 03.38: an alphanumeric sender has up to 11 characters
MAX_BLOCK_REASON = 500  # characters
MAX_BLOCKED = 5000
"""Handles that a partner can block."""
MAX_LINES = 1000
"""Lines that a list in a request can name."""

_E164 = re.compile(E164)
_EMAIL = re.compile(EMAIL)
_SHORT_CODE_DIGITS = 6  # the longest in any country; no phone that sends messages has so short a number
_BLOCKABLE_SENDER = re.compile(f"{SHORT_CODE}|{SENDER_NAME}")
_MAX_QUOTED = 60  # characters
_SEPARATORS = re.compile(r"[\s().-]")

# How archives write an address: `Ada <ada@example.com>`, `tel:+1-334-328-4472;ext=1`, `+13343284472/TYPE=PLMN`.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>\s*")
_SCHEME = re.compile(r"(?:tel|sms|smsto|mms|mmsto|mailto|sips?):/{0,2}([^;?]*)", re.IGNORECASE)  # RFC 3966, 5724, 3261
_MMS_TYPE = re.compile(r"/TYPE=\w+\Z", re.IGNORECASE)  # OMA MMS encapsulation §8
_SIP_NUMBER = re.compile(r"(\+[1-9][0-9]{1,14})@.*")
_BUSINESS = re.compile(r"urn:biz:.+|[^@]+@(?:(?:.+\.)?rbm\.goog|botplatform\..+|.+\.3gppnetwork\.org)", re.IGNORECASE)


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
    number = _SEPARATORS.sub("", text)
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
    as ``"US"``). Whatever ``parse_handle`` accepts with a ``+`` is the same handle here. Short codes, sender names,
    local numbers and business accounts give None.
    """
    text = _bare(text)
    if "@" in text:
        return None if is_business(text) else normal_email(text)
    compact = _SEPARATORS.sub("", text)
    international = compact if compact.startswith("+") and _E164.fullmatch(compact) else None
    if international == text:
        return international
    digits = sum(character.isdigit() for character in text)
    if any(character.isalpha() for character in text) or (digits <= _SHORT_CODE_DIGITS and international is None):
        return None
    return _possible_number(text, region) or international


def is_business(text: str) -> bool:
    """Whether an archive means a business by ``text``: an RCS agent (GSMA RCC.07) or Apple's Messages for Business."""
    return _BUSINESS.fullmatch(_bare(text)) is not None


def _possible_number(text: str, region: str | None) -> str | None:
    """The number in E.164; None if the numbering plan of its country has none of this length."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _bare(text: str) -> str:
    """An address without what programs write around it: brackets, a display name, the scheme of a URI."""
    text = _INVISIBLE.sub("", text).strip()
    in_brackets = _IN_BRACKETS.fullmatch(text)
    text = in_brackets[1].strip() if in_brackets else text
    uri = _SCHEME.match(text)
    text = unquote(uri[1]).strip() if uri else text
    number = _SIP_NUMBER.fullmatch(text) if uri else None
    return number[1] if number else _MMS_TYPE.sub("", text)
