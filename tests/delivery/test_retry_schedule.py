"""When a webhook is retried."""

import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.delivery.retry_schedule import (
    MAX_AGE,
    delay_after,
    is_retried,
    is_success,
    may_retry,
    retry_after,
)
from trunkline.domain.delivery import MAX_ATTEMPTS
from trunkline.domain.instant import MINUTE, SECOND, from_datetime, to_datetime

NOW = 1_780_000_000 * SECOND
TIMEOUT = 10 * SECOND


def test_at_least_ten_attempts_take_about_25_minutes() -> None:
    delays = [delay_after(number) for number in range(MAX_ATTEMPTS - 1)]
    assert MAX_ATTEMPTS >= 10
    assert delays == sorted(delays)
    assert 20 * MINUTE < sum(delays) < 26 * MINUTE


@given(
    st.lists(st.integers(min_value=0, max_value=10_000), min_size=MAX_ATTEMPTS, max_size=MAX_ATTEMPTS),
    st.floats(min_value=0, max_value=1),
)
def test_all_attempts_end_within_half_an_hour_whatever_a_receiver_requests(requested: list[int], jitter: float) -> None:
    delays = [delay_after(number, requested[number] * SECOND, jitter) for number in range(MAX_ATTEMPTS - 1)]
    assert sum(delays) + MAX_ATTEMPTS * TIMEOUT <= 30 * MINUTE
    assert all(delay >= delay_after(number) for number, delay in enumerate(delays))


def test_a_receiver_may_request_a_delay_of_at_most_a_minute() -> None:
    assert delay_after(0, 30 * SECOND) == 30 * SECOND
    assert delay_after(0, 1 * SECOND) == delay_after(0)
    assert delay_after(0, 3600 * SECOND) == 60 * SECOND


def test_the_number_of_attempts_and_the_age_of_the_event_limit_the_retries() -> None:
    assert may_retry(MAX_ATTEMPTS - 1, 0)
    assert not may_retry(MAX_ATTEMPTS, 0)
    assert may_retry(1, MAX_AGE - 1)
    assert not may_retry(1, MAX_AGE)


@pytest.mark.parametrize(
    ("status", "success", "retried"),
    [
        (200, True, False),
        (201, True, False),
        (204, True, False),
        (299, True, False),
        (301, False, False),
        (302, False, False),
        (400, False, False),
        (401, False, False),
        (404, False, False),
        (408, False, True),
        (410, False, False),
        (429, False, True),
        (500, False, True),
        (503, False, True),
        (599, False, True),
    ],
)
def test_what_a_status_means(status: int, success: bool, retried: bool) -> None:
    assert is_success(status) is success
    assert (not success and is_retried(status)) is retried


def test_retry_after_is_seconds_or_a_date() -> None:
    date = email.utils.format_datetime(to_datetime(NOW + 90 * SECOND), usegmt=True)
    assert retry_after("120", NOW) == 120 * SECOND
    assert retry_after(date, NOW) == 90 * SECOND
    assert retry_after(date, NOW + 100 * SECOND) == 0
    assert from_datetime(email.utils.parsedate_to_datetime(date)) == NOW + 90 * SECOND


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1e3", "٣", "9" * 400, "Fri, 99 Foo 2026 00:00:00 GMT"])
def test_an_absent_or_invalid_retry_after_is_none(value: str | None) -> None:
    assert retry_after(value, NOW) is None


@given(st.text())
def test_every_header_value_gives_none_or_a_delay(value: str) -> None:
    requested = retry_after(value, NOW)
    assert requested is None or requested >= 0
