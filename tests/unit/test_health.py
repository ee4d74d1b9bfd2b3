"""Health as it follows from messages, and opt-out keywords (CONTRACT §3)."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import HealthStatus
from trunkline.domain.health import Activity, Tally, Thresholds, health_of, is_opt_out, status_of

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


@pytest.mark.parametrize(
    ("activity", "status"),
    [
        (Activity(), HealthStatus.HEALTHY),
        (Activity(unanswered=THRESHOLDS.at_risk_unanswered - 1), HealthStatus.HEALTHY),
        (Activity(unanswered=THRESHOLDS.at_risk_unanswered), HealthStatus.AT_RISK),
        (Activity(unanswered=THRESHOLDS.critical_unanswered - 1), HealthStatus.AT_RISK),
        (Activity(unanswered=THRESHOLDS.critical_unanswered), HealthStatus.CRITICAL),
        (Activity(failed=THRESHOLDS.at_risk_failed), HealthStatus.AT_RISK),
        (Activity(failed=THRESHOLDS.critical_failed), HealthStatus.CRITICAL),
        (Activity(failed=THRESHOLDS.critical_failed, opted_out=True), HealthStatus.OPTED_OUT),
    ],
)
def test_statuses(activity: Activity, status: HealthStatus) -> None:
    assert status_of(activity, is_group=False, thresholds=THRESHOLDS) is status


def test_a_group_is_never_opted_out() -> None:
    assert status_of(Activity(opted_out=True), is_group=True, thresholds=THRESHOLDS) is HealthStatus.HEALTHY


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
