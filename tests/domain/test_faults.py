"""Which requests have a fault."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.faults import Effect, Fault, matches_request, occurs

PATH = "/v3/chats/1f/messages"


@pytest.mark.parametrize(
    ("pattern", "query", "expected"),
    [
        (PATH, "", True),
        (PATH, "limit=1", True),
        ("/v3/chats/*/messages", "", True),
        ("*", "", True),
        ("*/messages", "", True),
        ("/v3/chats", "", False),
        ("/v3/chats/1f/mess*sages", "", False),
        ("/v3/chats/*/messages*", "", True),
        ("*/chats*/chats*", "", False),
        ("*" + "/*" * 200 + "x", "/" * 60_000, False),
        ("/v3/chats/.f/messages", "", False),
        ("/v3/chats/*?*cursor=*", "limit=1&cursor=x", True),
        ("/v3/chats/*?*cursor=*", "limit=1", False),
        ("/v3/chats/*?*cursor=*", "", False),
    ],
)
def test_a_pattern_of_a_path(pattern: str, query: str, expected: bool) -> None:
    assert matches_request(Fault(effect=Effect.ERROR, path=pattern), "GET", PATH, query) is expected


@given(st.lists(st.text("/v3*.[]+chats", max_size=5), min_size=1, max_size=4), st.text("/v3.[]+chats", max_size=5))
def test_only_a_star_has_a_meaning_and_it_stands_for_any_text(pieces: list[str], between: str) -> None:
    plain = [piece.replace("*", "") for piece in pieces]
    fault = Fault(effect=Effect.ERROR, path="*".join(plain))
    assert matches_request(fault, "GET", between.join(plain), "")
    if len(plain) == 1 and between:
        assert not matches_request(fault, "GET", plain[0] + between, "")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v3/chats", True),
        ("POST", PATH, True),
        ("POST", "/v3/messages", True),
        ("POST", "/v3/chats/1f/polls", True),
        ("POST", "/v3/chats/1f/voicememo", True),
        ("GET", "/v3/chats", False),
        ("POST", "/v3/chats/1f/read", False),
    ],
)
def test_only_a_send_can_be_a_first_message(method: str, path: str, expected: bool) -> None:
    assert matches_request(Fault(effect=Effect.FIRST_MESSAGE), method, path, "") is expected


def test_a_share_follows_the_random_source() -> None:
    fault = Fault(effect=Effect.ERROR, share=0.2)
    draw = random.Random(7).random  # noqa: S311
    assert 150 < sum(occurs(fault, draw) for _ in range(1000)) < 250
    assert occurs(fault, lambda: 0.19)
    assert not occurs(fault, lambda: 0.2)
    assert occurs(Fault(effect=Effect.ERROR), lambda: 1.0)
