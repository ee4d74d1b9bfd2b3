"""vCards, read back by a reader written from RFC 2426 and RFC 6350 alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.contact_card import ContactCard
from trunkline.domain.vcard import render

LINE, BACKUP = "+12065550100", "+12065550101"
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=255)
IMAGE = "https://cdn.example.com/" + "a" * 200 + ".jpg?size=1,2;x=3"


def unfolded(card: bytes) -> list[str]:
    """The logical lines; every physical one must have at most 75 octets and be valid UTF-8."""
    assert card.endswith(b"\r\n")
    physical = card.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, physical)) <= 75
    assert not any(b"\r" in each or b"\n" in each for each in physical)
    for each in physical:
        each.decode()
    return card.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def text(escaped: str) -> str:
    """The text of an escaped value."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], escaped)


def values(card: bytes) -> dict[str, list[str]]:
    """The raw values of each property, in order."""
    found: dict[str, list[str]] = {}
    for line in unfolded(card):
        name, _, value = line.partition(":" if not line.startswith("PHOTO") else "uri:")
        found.setdefault(name.partition(";")[0], []).append(value)
    return found


def test_a_card_with_everything() -> None:
    card = ContactCard(LINE, "Harbor", "Bakery", "https://example.com/logo.png")
    assert unfolded(render([LINE, BACKUP], card)) == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "FN:Harbor Bakery",
        "N:Bakery;Harbor;;;",
        f"TEL;TYPE=CELL,VOICE,PREF:{LINE}",
        f"TEL;TYPE=CELL,VOICE:{BACKUP}",
        "PHOTO;VALUE=uri:https://example.com/logo.png",
        "END:VCARD",
    ]


def test_a_line_without_a_card_has_its_number_only() -> None:
    found = values(render([LINE], None))
    assert (found["FN"], found["N"], found["TEL"]) == ([LINE], [";;;;"], [LINE])
    assert "PHOTO" not in found


@given(NAMES, st.none() | NAMES)
def test_any_name_comes_back(first: str, last: str | None) -> None:
    found = values(render([LINE], ContactCard(LINE, first, last, IMAGE)))
    assert text(found["FN"][0]) == (first if last is None else f"{first} {last}")
    family, given_name, *rest = _masked(found["N"][0]).split(";")
    assert [text(_unmasked(each)) for each in (family, given_name, *rest)] == [last or "", first, "", "", ""]
    assert found["PHOTO"] == [IMAGE]


def _masked(value: str) -> str:
    """The value with its escaped characters replaced, so that it can be split."""
    return re.sub(r"\\(.)", lambda found: f"\x01{ord(found[1]):x}\x02", value)


def _unmasked(value: str) -> str:
    return re.sub("\x01([0-9a-f]+)\x02", lambda found: "\\" + chr(int(found[1], 16)), value)


@pytest.mark.parametrize("name", ["Müller; Söhne, Co\\KG", "🍞" * 60, "BEGIN:VCARD"])
def test_a_name_does_not_break_the_card(name: str) -> None:
    lines = unfolded(render([LINE], ContactCard(LINE, name)))
    assert (lines[0], lines[-1]) == ("BEGIN:VCARD", "END:VCARD")
    assert lines.count("BEGIN:VCARD") == 1
