"""Tokens of links that work without a key."""

from base64 import urlsafe_b64decode

from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import NOW
from trunkline.domain.instant import SECOND
from trunkline.storage.signed_token import decode, encode

KEY, PURPOSE = b"k" * 32, b"test"
EXPIRES = NOW + 60 * SECOND


@given(st.binary(max_size=200))
def test_a_token_gives_its_payload_until_it_expires(payload: bytes) -> None:
    token = encode(payload, EXPIRES, KEY, PURPOSE)
    assert decode(token, KEY, PURPOSE, NOW) == payload
    assert decode(token, KEY, PURPOSE, EXPIRES - 1) == payload
    assert decode(token, KEY, PURPOSE, EXPIRES) is None
    assert decode(token, b"x" * 32, PURPOSE, NOW) is None
    assert decode(token, KEY, b"other", NOW) is None


@given(st.data(), st.binary(max_size=50))
def test_an_altered_token_gives_nothing(data: st.DataObject, payload: bytes) -> None:
    token = encode(payload, EXPIRES, KEY, PURPOSE)
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from("ABCxyz019-_"))
    altered = token[:position] + character + token[position + 1 :]
    if _raw(altered) != _raw(token):
        assert decode(altered, KEY, PURPOSE, NOW) is None
    assert decode(token[:position], KEY, PURPOSE, NOW) is None


@given(st.text(max_size=80))
def test_any_text_is_accepted_as_invalid(text: str) -> None:
    assert decode(text, KEY, PURPOSE, NOW) is None


def _raw(token: str) -> bytes:
    return urlsafe_b64decode(token + "=" * (-len(token) % 4))
