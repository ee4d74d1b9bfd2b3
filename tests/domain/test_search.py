"""Searches: what is found whatever its case, its accents and the way in which a number is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.search import fold, parse_search

NUMBER = "+14155550123"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("zoe", "Zoë"),
        ("ZOË", "zoe"),
        ("strasse", "Hauptstraße"),
        ("STRAẞE", "strasse"),
        ("istanbul", "İSTANBUL"),
        ("angstrom", "Ångström"),
        ("Å", "\N{ANGSTROM SIGN}"),
        ("ｗｉｄｅ", "wide"),
        ("office", "o\N{LATIN SMALL LIGATURE FFI}ce"),
        ("σοφος", "ΣΟΦΌΣ"),
        ("محمد", "مُحَمَّد"),
        ("احمد", "أحمد"),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "میخواهم"),
        ("❤\N{VARIATION SELECTOR-16}", "I ❤ you"),
        ("👩‍👩‍👧", "us 👩‍👩‍👧"),
        ("하", "한국"),
        ("a b", "A\N{NO-BREAK SPACE}B"),
        ("  ada ", "Ada Lovelace"),
        ("4th", "Room 4ᵗʰ"),
        ("\N{LEFT-TO-RIGHT EMBEDDING}ada\N{POP DIRECTIONAL FORMATTING}", "Ada"),
    ],
)
def test_a_name_is_found(text: str, name: str) -> None:
    assert parse_search(text, "q").finds(name, [])


@pytest.mark.parametrize(
    ("text", "name"), [("zoey", "Zoë"), ("ø", "o"), ("o", "ø"), ("कि", "कु"), ("👩", "👨"), ("a  b", "a b"), ("ı", "i")]
)
def test_another_name_is_not_found(text: str, name: str) -> None:
    assert not parse_search(text, "q").finds(name, [])


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "14155550123",
        "+1 (415) 555-0123",
        " 1 415 555 0123",
        "415.555.0123",
        "555‑0123",
        "555–01",
        "(415) 555",
        "\N{LEFT-TO-RIGHT EMBEDDING}+1 415\N{POP DIRECTIONAL FORMATTING}",
        "٤١٥ ٥٥٥",
        "５５５",
        "0123",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert parse_search(text, "q").finds("Ada", ["zoe@example.com", NUMBER])


@pytest.mark.parametrize("text", ["+415", "415 556", "+1 x 415", "1+415", "4155550123 9", "ext 0123"])
def test_another_number_is_not_found(text: str) -> None:
    assert not parse_search(text, "q").finds("Ada", [NUMBER])


def test_a_handle_is_found_in_any_case() -> None:
    assert parse_search("ZOE@", "q").finds(None, ["zoe@example.com"])
    assert not parse_search("zoe@x", "q").finds(None, ["zoe@example.com"])


@pytest.mark.parametrize("text", [" ", "\N{COMBINING ACUTE ACCENT}", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}"])
def test_a_text_with_nothing_to_search_for_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match=r"'q' is .*; it must be a part of a name or of a handle"):
        parse_search(text, "q")


@given(st.text(), st.text())
def test_a_part_of_a_text_is_a_part_of_it_when_folded(before: str, after: str) -> None:
    assert fold(before + after) == fold(before) + fold(after)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.lower()) == fold(text)
