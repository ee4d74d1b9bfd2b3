"""Health as it follows from messages, and opt-out keywords (CONTRACT §3)."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Health, HealthStatus
from trunkline.domain.health import Activity, Tally, Thresholds, health_of, is_opt_out

THRESHOLDS = Thresholds()

# A message: when, from the line or not, failed or not, its text.
MESSAGES = st.lists(
    st.tuples(st.integers(0, 50), st.booleans(), st.booleans(), st.sampled_from(["hello", "STOP", "opt-out"])),
    max_size=40,
    unique_by=lambda message: message[0],
)


@pytest.mark.parametrize("text", ["STOP", " STOP\n", "UNSUBSCRIBE", "OPTOUT", "CANCEL", "END", "QUIT"])
def test_keywords(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize("text", ["opt out", "Opt-Out", "optout", "OPT OUT", "oPtOuT"])
def test_opt_out_in_any_case(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize("text", ["stop", "please STOP", "STOP.", "End", "opt  out", "opt_out", "", None])
def test_what_is_no_keyword(text: str | None) -> None:
    assert not is_opt_out(text)


UNANSWERED, FAILED = range(100, 200), range(300, 400)


def health(unanswered: int, failed: int = 0, *, opted_out_at: int | None = None, is_group: bool = False) -> Health:
    activity = Activity(UNANSWERED[:unanswered], FAILED[:failed], opted_out_at)
    return health_of(activity, is_group=is_group, created_at=7, thresholds=THRESHOLDS)


@pytest.mark.parametrize(
    ("unanswered", "failed", "status", "since"),
    [
        (0, 0, HealthStatus.HEALTHY, 7),
        (THRESHOLDS.at_risk_unanswered - 1, 0, HealthStatus.HEALTHY, 7),
        (THRESHOLDS.at_risk_unanswered, 0, HealthStatus.AT_RISK, UNANSWERED[THRESHOLDS.at_risk_unanswered - 1]),
        (THRESHOLDS.critical_unanswered - 1, 0, HealthStatus.AT_RISK, UNANSWERED[THRESHOLDS.at_risk_unanswered - 1]),
        (THRESHOLDS.critical_unanswered + 9, 0, HealthStatus.CRITICAL, UNANSWERED[THRESHOLDS.critical_unanswered - 1]),
        (0, THRESHOLDS.at_risk_failed, HealthStatus.AT_RISK, FAILED[THRESHOLDS.at_risk_failed - 1]),
        (0, THRESHOLDS.critical_failed, HealthStatus.CRITICAL, FAILED[THRESHOLDS.critical_failed - 1]),
    ],
)
def test_a_status_dates_from_the_message_that_made_it_so(
    unanswered: int, failed: int, status: HealthStatus, since: int
) -> None:
    assert health(unanswered, failed) == Health(status, since)


def test_opting_out_outweighs_everything_but_not_in_a_group() -> None:
    assert health(99, 99, opted_out_at=42) == Health(HealthStatus.OPTED_OUT, 42)
    assert health(0, opted_out_at=42, is_group=True) == Health(HealthStatus.HEALTHY, 7)


@given(MESSAGES, st.randoms())
def test_the_order_in_which_messages_are_read_does_not_matter(
    messages: list[tuple[int, bool, bool, str]], random: Random
) -> None:
    shuffled = list(messages)
    random.shuffle(shuffled)
    assert _tally(shuffled) == _tally(sorted(messages))


@given(MESSAGES)
def test_a_reply_brings_a_chat_back(messages: list[tuple[int, bool, bool, str]]) -> None:
    activity = _tally([*messages, (99, False, False, "hello")])
    assert health_of(activity, is_group=False, created_at=0, thresholds=THRESHOLDS).status is HealthStatus.HEALTHY


def _tally(messages: list[tuple[int, bool, bool, str]]) -> Activity:
    tally = Tally()
    for at, is_mine, failed, text in messages:
        if is_mine:
            tally.sent(at, failed=failed)
        else:
            tally.received(at, text)
    return tally.activity
