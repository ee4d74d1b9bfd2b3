"""Token buckets: exact, whatever the order and the times of the requests."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import NOW
from trunkline.domain.instant import HOUR, MINUTE, SECOND, Instant
from trunkline.domain.rate_limit import Buckets, RateLimit


@pytest.mark.parametrize(
    ("text", "requests", "period", "burst"),
    [
        ("100/s", 100, SECOND, 100),
        ("600/minute", 600, MINUTE, 600),
        ("7/min", 7, MINUTE, 7),
        ("1000/hour:10", 1000, HOUR, 10),
        ("1/second:50", 1, SECOND, 50),
    ],
)
def test_what_a_limit_says(text: str, requests: int, period: Instant, burst: int) -> None:
    limit = RateLimit.parse(text)
    assert (limit.requests, limit.period, limit.burst, limit.text) == (requests, period, burst, text)


@pytest.mark.parametrize(
    "text", ["100", "0/s", "100/day", "-1/s", "1.5/s", "100/s:0", "100/s:", " 100/s", "100/s\n", "x"]
)
def test_what_is_not_a_limit(text: str) -> None:
    with pytest.raises(ValueError, match="it must be requests/unit"):
        RateLimit.parse(text)


@given(
    requests=st.integers(1, 7),
    burst=st.integers(1, 5),
    pauses=st.lists(st.integers(0, 2 * SECOND), max_size=40),
)
def test_a_bucket_is_exact(requests: int, burst: int, pauses: list[Instant]) -> None:
    """A request passes exactly if the bucket, filled continuously, holds a whole one."""
    buckets = Buckets(RateLimit(requests, SECOND, burst, ""))
    at, tokens = NOW, Fraction(burst)
    for pause in pauses:
        at += pause
        tokens = min(Fraction(burst), tokens + Fraction(pause * requests, SECOND))
        left = buckets.take("key", at)
        if tokens >= 1:
            assert left == 0
            tokens -= 1
        else:
            assert left > 0
            wait = Fraction((1 - tokens) * SECOND, requests)
            assert left - 1 < wait <= left, "the wait that is asked for is the shortest that suffices"


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(RateLimit.parse("1/s"))
    assert buckets.take("one", NOW) == 0
    assert buckets.take("one", NOW) == SECOND
    assert buckets.take("two", NOW) == 0


def test_a_clock_that_is_put_back_locks_nobody_out() -> None:
    buckets = Buckets(RateLimit.parse("1/s"))
    assert buckets.take("key", NOW) == 0
    assert buckets.take("key", NOW - HOUR) == 0
    assert buckets.take("key", NOW - HOUR) == SECOND


def test_a_process_with_very_many_busy_keys_still_counts_each_exactly() -> None:
    buckets = Buckets(RateLimit.parse("1/hour"))
    keys = [f"key {number}" for number in range(25_000)]
    assert not any(buckets.take(key, NOW) for key in keys)
    assert all(buckets.take(key, NOW) for key in keys)
    assert not any(buckets.take(key, NOW + HOUR) for key in keys)
