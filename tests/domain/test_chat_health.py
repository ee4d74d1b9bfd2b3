"""Chat health, line reputation and opt-out keywords (docs/wire.md §3)."""

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Health, HealthStatus
from trunkline.domain.chat_health import (
    RecentMessage,
    SentMessage,
    Thresholds,
    health_since,
    reputation_of,
    status_after,
)
from trunkline.domain.opt_out import is_opt_out

THRESHOLDS = Thresholds()


@pytest.mark.parametrize("text", ["STOP", " STOP\n", "UNSUBSCRIBE", "OPTOUT", "CANCEL", "END", "QUIT"])
def test_an_exact_keyword_is_an_opt_out(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize("text", ["opt out", "Opt-Out", "optout", "OPT OUT", "oPtOuT"])
def test_opt_out_in_any_case_is_an_opt_out(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize("text", ["stop", "please STOP", "STOP.", "End", "opt  out", "opt_out", "", "   "])
def test_any_other_text_is_not_an_opt_out(text: str) -> None:
    assert not is_opt_out(text)


DELIVERED, FAILED = range(100, 200), range(300, 400)
"""When messages that were delivered, and messages that failed, were sent."""


@pytest.mark.parametrize(
    ("delivered", "failed", "status", "since"),
    [
        (0, 0, HealthStatus.HEALTHY, 7),
        (THRESHOLDS.at_risk_unanswered - 1, 0, HealthStatus.HEALTHY, 7),
        (THRESHOLDS.at_risk_unanswered, 0, HealthStatus.AT_RISK, DELIVERED[THRESHOLDS.at_risk_unanswered - 1]),
        (THRESHOLDS.critical_unanswered - 1, 0, HealthStatus.AT_RISK, DELIVERED[THRESHOLDS.at_risk_unanswered - 1]),
        (THRESHOLDS.critical_unanswered + 9, 0, HealthStatus.CRITICAL, DELIVERED[THRESHOLDS.critical_unanswered - 1]),
        (0, THRESHOLDS.at_risk_failed, HealthStatus.AT_RISK, FAILED[THRESHOLDS.at_risk_failed - 1]),
        (0, THRESHOLDS.critical_failed, HealthStatus.CRITICAL, FAILED[THRESHOLDS.critical_failed - 1]),
        (99, 99, HealthStatus.CRITICAL, DELIVERED[THRESHOLDS.critical_unanswered - 1]),
    ],
)
def test_a_status_dates_from_the_message_that_reached_its_threshold(
    delivered: int, failed: int, status: HealthStatus, since: int
) -> None:
    unanswered = [SentMessage(at, failed=False) for at in DELIVERED[:delivered]]
    unanswered += [SentMessage(at, failed=True) for at in FAILED[:failed]]
    assert health_since(unanswered, 7, THRESHOLDS) == Health(status, since)


def recent(*messages: str) -> list[RecentMessage]:
    """Messages, newest first: ``s`` was sent, ``f`` was sent and failed, ``r`` was received."""
    return [RecentMessage(each != "r", each == "f") for each in "".join(messages)]


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ("", HealthStatus.HEALTHY),
        ("r", HealthStatus.HEALTHY),
        ("ssss", HealthStatus.HEALTHY),
        ("sssss", HealthStatus.AT_RISK),
        ("s" * 14, HealthStatus.AT_RISK),
        ("s" * 15, HealthStatus.CRITICAL),
        ("s" * 99, HealthStatus.CRITICAL),
        ("r" + "s" * 99, HealthStatus.HEALTHY),
        ("ssssr" + "s" * 99, HealthStatus.HEALTHY),
        ("sssssr", HealthStatus.AT_RISK),
        ("f", HealthStatus.HEALTHY),
        ("fsf", HealthStatus.AT_RISK),
        ("frf", HealthStatus.HEALTHY),
        ("ffff", HealthStatus.AT_RISK),
        ("fffff", HealthStatus.CRITICAL),
    ],
)
def test_the_status_that_follows_from_the_latest_messages(messages: str, status: HealthStatus) -> None:
    assert status_after(recent(messages), THRESHOLDS) is status


thresholds = st.builds(Thresholds, *[st.integers(1, 6)] * 4)


@given(st.text("sfr", max_size=20), thresholds)
def test_messages_older_than_the_window_change_nothing(messages: str, limits: Thresholds) -> None:
    assert status_after(recent(messages[: limits.window]), limits) is status_after(recent(messages), limits)


@given(st.text("sfr", max_size=20), thresholds)
def test_an_import_of_the_same_messages_has_the_same_status(messages: str, limits: Thresholds) -> None:
    newest_first = takewhile(lambda message: message != "r", messages)
    unanswered = [SentMessage(at, each == "f") for at, each in enumerate(reversed(list(newest_first)))]
    assert status_after(recent(messages), limits) is health_since(unanswered, 0, limits).status


@given(st.text("sfr", max_size=20), st.sampled_from("sf"), thresholds)
def test_a_reply_makes_a_chat_healthy_and_sending_more_never_improves_it(
    messages: str, more: str, limits: Thresholds
) -> None:
    order = list(HealthStatus)
    assert status_after(recent("r", messages), limits) is HealthStatus.HEALTHY
    before, after = (status_after(recent(each), limits) for each in (messages, more + messages))
    assert order.index(after) >= order.index(before)


H, A, C, O = HealthStatus.HEALTHY, HealthStatus.AT_RISK, HealthStatus.CRITICAL, HealthStatus.OPTED_OUT  # noqa: E741


@pytest.mark.parametrize(
    ("chats", "reputation"),
    [
        ([], H),
        ([H] * 100, H),
        ([A, A], H),
        ([C, C], H),
        ([A, A, A], A),
        ([A, A, C], A),
        ([C, C, C], C),
        ([A] * 3 + [H] * 12, A),
        ([A] * 3 + [H] * 13, H),
        ([C] * 3 + [H] * 12, C),
        ([C] * 3 + [H] * 13, H),
        ([C] * 10 + [A] * 10 + [H] * 80, A),
        ([C] * 20 + [H] * 80, C),
        ([O] * 100, H),
        ([O] * 12 + [A] * 3, A),
    ],
    ids=str,
)
def test_the_reputation_of_a_line_with_these_chats(chats: list[HealthStatus], reputation: HealthStatus) -> None:
    assert reputation_of(chats, THRESHOLDS) is reputation


@given(st.lists(st.sampled_from(HealthStatus), max_size=30), st.integers(0, 29))
def test_a_worse_chat_never_improves_the_reputation_of_its_line(chats: list[HealthStatus], index: int) -> None:
    order = [HealthStatus.HEALTHY, HealthStatus.AT_RISK, HealthStatus.CRITICAL]
    before = reputation_of(chats, THRESHOLDS)
    assert before in order
    worse = [C if number == index else each for number, each in enumerate(chats)]
    assert order.index(reputation_of(worse, THRESHOLDS)) >= order.index(before)
    assert reputation_of(chats[::-1], THRESHOLDS) is before
