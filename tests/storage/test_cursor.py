"""Cursors and sync tokens: the encoded value is decoded again, and every other token is refused."""

import string

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.instant import SECOND
from trunkline.domain.paging import MAX_SKIP
from trunkline.storage.cursor import Cursor, SortKey, decode, decode_sync, encode, encode_sync

KEY = b"k" * 32
SCOPE = b"1\n\n"

revisions = st.integers(0, 2**62)
cursors = st.builds(
    Cursor,
    st.builds(SortKey, st.integers(-(2**62), 2**62), revisions),
    revisions,
    st.integers(0, 2**40 - 1).map(lambda seconds: seconds * SECOND),
    st.one_of(st.just(0), st.integers(0, MAX_SKIP)),
)


@given(cursors)
def test_a_cursor_is_decoded_as_it_was_encoded(cursor: Cursor) -> None:
    assert decode(encode(cursor, KEY, SCOPE), KEY, SCOPE) == cursor


@given(cursors)
def test_a_cursor_needs_no_escaping_in_a_url(cursor: Cursor) -> None:
    assert set(encode(cursor, KEY, SCOPE)) <= set(string.ascii_letters + string.digits + "-_")


@given(cursors, st.integers(0, 59), st.sampled_from(string.printable + "é\x00"))
def test_no_character_can_be_replaced(cursor: Cursor, index: int, character: str) -> None:
    token = encode(cursor, KEY, SCOPE)
    edited = token[:index] + character + token[index + 1 :]
    assert edited == token or decode(edited, KEY, SCOPE) is None


def test_every_edit_of_one_character_is_refused() -> None:
    # This token contains "-" and "_", the two characters that plain base64 does not have.
    token = next(
        token
        for token in (encode(Cursor(SortKey(0, number), 0, 0), KEY, SCOPE) for number in range(100))
        if "-" in token and "_" in token
    )
    for index, original in enumerate(token):
        for character in map(chr, range(256)):
            edited = token[:index] + character + token[index + 1 :]
            assert character == original or decode(edited, KEY, SCOPE) is None, (index, character)


@given(cursors, st.integers(0, 59))
def test_every_cut_is_refused(cursor: Cursor, length: int) -> None:
    token = encode(cursor, KEY, SCOPE)
    assert decode(token[:length], KEY, SCOPE) is None
    assert decode(token[length + 1 :], KEY, SCOPE) is None
    assert decode(token[:length] + token[length + 1 :], KEY, SCOPE) is None


@given(cursors, st.one_of(st.sampled_from(["=", "==", "====", "\n", " ", "A", "AAAA", "\x00"]), st.text(min_size=1)))
def test_every_addition_is_refused(cursor: Cursor, addition: str) -> None:
    token = encode(cursor, KEY, SCOPE)
    assert decode(token + addition, KEY, SCOPE) is None
    assert decode(addition + token, KEY, SCOPE) is None


@given(cursors, st.binary(max_size=80), st.binary(max_size=80))
def test_another_scope_is_refused(cursor: Cursor, scope: bytes, other: bytes) -> None:
    assert scope == other or decode(encode(cursor, KEY, scope), KEY, other) is None


@given(cursors)
def test_another_key_is_refused(cursor: Cursor) -> None:
    assert decode(encode(cursor, KEY, SCOPE), b"l" * 32, SCOPE) is None


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    assert decode(text, KEY, SCOPE) is None


@given(revisions, st.integers(1, 2**62))
def test_a_sync_token_is_valid_only_for_its_partner(revision: int, partner_id: int) -> None:
    token = encode_sync(revision, KEY, partner_id)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert decode_sync(token, KEY, partner_id) == revision
    assert decode_sync(token, KEY, partner_id + 1) is None
    assert decode_sync(token, b"another key" * 2, partner_id) is None


def test_every_edit_and_every_cut_of_a_sync_token_is_refused() -> None:
    token = encode_sync(42, KEY, 1)
    for index, original in enumerate(token):
        assert decode_sync(token[:index], KEY, 1) is None
        assert decode_sync(token[:index] + token[index + 1 :], KEY, 1) is None
        for character in map(chr, range(256)):
            edited = token[:index] + character + token[index + 1 :]
            assert character == original or decode_sync(edited, KEY, 1) is None, (index, character)


@given(cursors)
def test_neither_token_is_valid_as_the_other(cursor: Cursor) -> None:
    assert decode_sync(encode(cursor, KEY, b"1"), KEY, 1) is None
    assert decode(encode_sync(cursor.snapshot, KEY, 1), KEY, b"1") is None
