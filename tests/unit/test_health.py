"""Health as it follows from messages, and opt-out keywords (CONTRACT §3)."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Health, HealthStatus
from trunkline.domain.health import (
    Activity,
    Seen,
    Tally,
    Thresholds,
    health_of,
    is_opt_out,
    reputation_of,
    status_after,
)

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


# What decides over the wire: the last messages, newest first.


def seen(*messages: str) -> list[Seen]:
    """Messages, newest first: ``s`` was sent, ``f`` too, and failed, ``r`` was received."""
    return [Seen(each != "r", each == "f") for each in "".join(messages)]


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
def test_the_status_that_the_last_messages_stand_for(messages: str, status: HealthStatus) -> None:
    assert status_after(seen(messages), THRESHOLDS) is status


thresholds = st.builds(Thresholds, *[st.integers(1, 6)] * 4)


@given(st.text("sfr", max_size=20), thresholds)
def test_older_messages_than_the_window_decide_nothing(messages: str, limits: Thresholds) -> None:
    assert status_after(seen(messages[: limits.window]), limits) is status_after(seen(messages), limits)


@given(st.text("sfr", max_size=20), thresholds)
def test_it_is_what_an_archive_of_the_same_messages_gets(messages: str, limits: Thresholds) -> None:
    tally = Tally()
    for at, each in enumerate(reversed(messages)):
        if each == "r":
            tally.received(at, "hello")
        else:
            tally.sent(at, failed=each == "f")
    archived = health_of(tally.activity, is_group=False, created_at=0, thresholds=limits)
    assert status_after(seen(messages), limits) is archived.status


@given(st.text("sfr", max_size=20), st.sampled_from("sf"), thresholds)
def test_a_reply_heals_and_sending_more_never_does(messages: str, more: str, limits: Thresholds) -> None:
    order = list(HealthStatus)
    assert status_after(seen("r", messages), limits) is HealthStatus.HEALTHY
    before, after = (status_after(seen(each), limits) for each in (messages, more + messages))
    assert order.index(after) >= order.index(before)


# A line, by its chats.

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
def test_the_reputation_of_a_line(chats: list[HealthStatus], reputation: HealthStatus) -> None:
    assert reputation_of(chats, THRESHOLDS) is reputation


@given(st.lists(st.sampled_from(HealthStatus), max_size=30), st.integers(0, 29))
def test_a_line_is_not_judged_better_for_a_chat_that_is_worse(chats: list[HealthStatus], place: int) -> None:
    order = [HealthStatus.HEALTHY, HealthStatus.AT_RISK, HealthStatus.CRITICAL]
    before = reputation_of(chats, THRESHOLDS)
    assert before in order
    worse = [C if number == place else each for number, each in enumerate(chats)]
    assert order.index(reputation_of(worse, THRESHOLDS)) >= order.index(before)
    assert reputation_of(chats[::-1], THRESHOLDS) is before
