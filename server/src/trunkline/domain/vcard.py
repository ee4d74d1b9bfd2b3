r"""vCards, version 3.0 (RFC 2426), which every address book imports.

A line ends with CRLF and has at most 75 octets; a longer one is folded between two characters (RFC 2425 §5.8.1, like
RFC 6350 §3.2). In a text, ``\``, ``;``, ``,`` and line breaks are escaped (RFC 2426 §4).
"""

from collections.abc import Iterable, Sequence

from trunkline.domain.contact_card import ContactCard

MEDIA_TYPE = "text/vcard"
_MAX_LINE = 75  # octets
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


def render(numbers: Sequence[str], card: ContactCard | None) -> bytes:
    """The vCard of a line: its name and picture if it has a card, and the numbers, the preferred one first."""
    name = numbers[0] if card is None else card.name
    first, last = ("", "") if card is None else (card.first_name, card.last_name or "")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_text(name)}", f"N:{_text(last)};{_text(first)};;;"]
    lines += [f"TEL;TYPE=CELL,VOICE{',PREF' if index == 0 else ''}:{number}" for index, number in enumerate(numbers)]
    if card is not None and card.image_url is not None:
        lines.append(f"PHOTO;VALUE=uri:{card.image_url}")
    lines.append("END:VCARD")
    return b"".join([folded + b"\r\n" for line in lines for folded in _fold(line)])


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _fold(line: str) -> Iterable[bytes]:
    """The physical lines of a logical line, without their ends; each after the first begins with a space."""
    part = b""
    for character in line:
        encoded = character.encode()
        if len(part) + len(encoded) > _MAX_LINE:
            yield part
            part = b" "
        part += encoded
    yield part
