"""What a soak reports, of samples and records in which something is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.receivers import Arrival
from bench.soak import rules, verify
from bench.soak.clients import Accepted
from bench.soak.rules import CARRIER, FAILING, HEALTHY, Backlog, Sample
from bench.soak.verify import StoredEvent, Target
from tests.acceptance.ledger_carrier import Offer

Change: TypeAlias = Callable[[int], Mapping[str, Any]]
"""What is different in the sample of a second."""

RATE = 100.0
WORKER = 17
EMPTY = {CARRIER: Backlog(), HEALTHY: Backlog(), FAILING: Backlog()}
SENT, DELIVERED = verify.EVENTS
TARGET = Target("subscription", 1, "ok/0", is_healthy=True)
BAD = Target("bad subscription", 1, "hang/0", is_healthy=False)


def sample(at: float, **changes: Any) -> Sample:
    """A sample of a healthy service, with some changes."""
    healthy = Sample(at, {WORKER: 70.0}, {WORKER: 40}, log_lines=2, log_bytes=200, backlog=EMPTY, wal=30.0)
    return msgspec.structs.replace(healthy, **changes)


def samples(change: Change = lambda _: {}) -> list[Sample]:
    """Ten minutes of samples; ``change`` returns what is different at a time."""
    return [sample(float(at), **change(at)) for at in range(0, 600, 5)]


def check(taken: Sequence[Sample], *, has_bounded_log: bool = True) -> list[str]:
    return rules.check(taken, RATE, has_bounded_log=has_bounded_log)


def waiting(kind: str, entries: int, oldest: float = 0.0) -> Mapping[str, Any]:
    return {"backlog": EMPTY | {kind: Backlog(entries, oldest)}}


def test_a_healthy_service_breaks_no_rule() -> None:
    assert check(samples()) == []


def test_a_slow_leak_is_reported_with_its_size() -> None:
    leaking = samples(lambda at: {"memory": {WORKER: 70 + at / 10}})
    [sentence] = check(leaking)
    assert sentence.startswith("the memory of worker 1 (MB) grows by 39.5 in 395 s, at a level of 109.")


FAULTS: list[tuple[Change, str]] = [
    (lambda at: {"files": {WORKER: 40 + at}}, "the number of open files of worker 1 grows"),
    (lambda at: {"wal": 30.0 + at}, "the write-ahead log (MB) grows"),
    (lambda at: waiting(CARRIER, at * 10), "the backlog of the carrier grows"),
    (lambda at: waiting(HEALTHY, at * 10), "the backlog of the healthy receivers grows"),
    (lambda at: waiting(HEALTHY, 1, oldest=31.0 if at == 500 else 0), "an entry for the healthy receivers waited"),
    (lambda at: {"log_lines": at * 2}, "the service logged 120 lines a minute; the most is 60"),
    (lambda at: {"memory": {WORKER + at // 500: 70.0}, "files": {WORKER + at // 500: 40}}, "a worker died"),
]


@pytest.mark.parametrize(("change", "start"), FAULTS)
def test_each_fault_is_reported(change: Change, start: str) -> None:
    [sentence] = check(samples(change))
    assert sentence.startswith(start)


def test_what_happens_in_the_first_third_does_not_count() -> None:
    assert check(samples(lambda at: {"memory": {WORKER: 70 - max(0, 200 - at) / 4}, "log_lines": min(at, 200)})) == []


def test_the_backlog_of_failing_receivers_may_grow() -> None:
    assert check(samples(lambda at: waiting(FAILING, at * 100, oldest=float(at)))) == []


def test_a_log_that_the_database_keeps_by_itself_may_grow() -> None:
    assert check(samples(lambda at: {"wal": float(at)}), has_bounded_log=False) == []


@given(st.floats(-50, 50), st.floats(0, 1000), st.lists(st.integers(2, 60), max_size=5, unique=True))
def test_growth_is_that_of_the_line_whatever_a_few_outliers(slope: float, level: float, outliers: list[int]) -> None:
    series = [(float(at), level + slope * at + (1e6 if at in outliers else 0)) for at in range(64)]
    assert rules.growth(series) == pytest.approx(slope * 63, abs=1e-3)


def accepted(message_id: str, text: str = "") -> Accepted:
    return Accepted(1, "chat", message_id, text or f"text of {message_id}")


def offer(message_id: str, text: str = "") -> Offer:
    return Offer(message_id, "chat", text or f"text of {message_id}")


def test_messages_that_the_carrier_got_once_are_well() -> None:
    assert verify.carrier([accepted("a"), accepted("b")], [offer("b"), offer("a"), offer("c", "lost")], {"lost"}) == []


@pytest.mark.parametrize(
    ("journal", "offers", "sentence"),
    [
        (["a", "b"], ["a"], "1 accepted messages did not reach the carrier, such as b"),
        (["a"], ["a", "a"], "1 messages reached the carrier more than once, such as a"),
        (["a"], ["a", "b"], "1 messages reached the carrier that nobody sent, such as b"),
        (["a", "a"], ["a"], "1 accepted messages have an id that another one has, such as a"),
    ],
)
def test_a_message_that_is_lost_or_doubled_is_reported(journal: list[str], offers: list[str], sentence: str) -> None:
    assert verify.carrier([accepted(each) for each in journal], [offer(each) for each in offers], ()) == [sentence]


def arrival(event: str, kind: str = SENT, message: str = "a") -> Arrival:
    return Arrival("ok/0", event, kind, "chat", message)


STORED = [StoredEvent(1, 5, "first"), StoredEvent(1, 6, "second")]
BOTH = [arrival("first"), arrival("second", DELIVERED)]


@pytest.mark.parametrize(
    ("arrivals", "sentences"),
    [
        (BOTH, []),
        ([BOTH[0], *BOTH], []),  # a repetition
        (BOTH[:1], ["1 events are missing at ok/0, such as message.delivered of a"]),
        (BOTH[::-1], ["1 events came out of order at ok/0, such as first"]),
        (
            [*BOTH, arrival("third", DELIVERED)],
            ["1 events came under several ids at ok/0, such as message.delivered of a"],
        ),
    ],
)
def test_events_that_are_lost_doubled_or_reordered_are_reported(
    arrivals: Sequence[Arrival], sentences: Sequence[str]
) -> None:
    stored = [*STORED, StoredEvent(1, 7, "third")]
    assert verify.webhooks([accepted("a")], [TARGET, BAD], arrivals, stored) == sentences


@pytest.mark.parametrize(
    ("states", "sentences"),
    [
        ({(BAD.id, "waiting"): 3, (BAD.id, "failed"): 1}, []),
        ({}, []),  # it is no longer active
        ({(BAD.id, "waiting"): 3}, ["hang/0 has 3 events, of 4"]),
        (
            {(BAD.id, "waiting"): 3, (BAD.id, "done"): 1},
            ["1 events count as delivered to hang/0, which accepts nothing", "hang/0 has 3 events, of 4"],
        ),
    ],
)
def test_events_of_failing_receivers_are_kept(states: dict[tuple[str, str], int], sentences: list[str]) -> None:
    assert verify.failing([TARGET, BAD], states, {1: 4}) == sentences
