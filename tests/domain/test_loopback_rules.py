"""Loopback rules: the outcome of an attempt, for any recipients."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, CAROL, NOW
from trunkline.domain.chat import Service
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.loopback_rules import (
    FALLBACK_ORDER,
    Accepted,
    Deferred,
    Outcome,
    Rejected,
    Rule,
    Unavailable,
    most_restrictive,
    outcome_of,
    reached_by,
    route,
)
from trunkline.domain.message import DeliveryStatus

PEOPLE = (ALICE, BOB, CAROL)

services = st.none() | st.lists(st.sampled_from(FALLBACK_ORDER), unique=True).map(tuple)
rules = st.builds(
    Rule,
    delay_seconds=st.integers(0, 5),
    away_attempts=st.integers(0, 3),
    away_seconds=st.integers(0, 5),
    fail=st.none() | st.sampled_from(["out of service", "refused"]),
    services=services,
    holds=st.booleans(),
    reads=st.booleans(),
)
groups = st.dictionaries(st.sampled_from(PEOPLE), rules, min_size=1)
preferences = st.none() | st.sampled_from(FALLBACK_ORDER)
attempts = st.integers(0, 4)
times = st.integers(NOW, NOW + 12 * SECOND)


def attempted(
    people: dict[str, Rule],
    *,
    preferred: Service | None = None,
    current: Service | None = None,
    attempts: int = 0,
    now: Instant = NOW,
    only: Service | None = None,
) -> Outcome:
    """The outcome for a message that was created at ``NOW``."""
    return outcome_of(
        people, preferred=preferred, current=current, created_at=NOW, attempts=attempts, now=now, only=only
    )


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        (Rule(), Accepted(Service.IMESSAGE, DeliveryStatus.DELIVERED)),
        (Rule(reads=True), Accepted(Service.IMESSAGE, DeliveryStatus.READ)),
        (Rule(holds=True, reads=True), Accepted(Service.IMESSAGE, DeliveryStatus.SENT)),
        (Rule(delay_seconds=3), Deferred(NOW + 3 * SECOND)),
        (Rule(away_attempts=1), Unavailable()),
        (Rule(away_seconds=1), Unavailable()),
        (Rule(fail="out of service"), Rejected("out of service")),
        (Rule(services=(Service.RCS, Service.SMS)), Accepted(Service.RCS, DeliveryStatus.DELIVERED)),
        (Rule(services=(Service.SMS,)), Accepted(Service.SMS, DeliveryStatus.DELIVERED)),
        (Rule(services=()), Rejected(f"no service reaches {ALICE}")),
    ],
)
def test_what_each_rule_does(rule: Rule, outcome: Outcome) -> None:
    assert attempted({ALICE: rule}) == outcome


@pytest.mark.parametrize(
    ("reached", "preferred", "current", "expected"),
    [
        (FALLBACK_ORDER, None, None, Service.IMESSAGE),
        (FALLBACK_ORDER, None, Service.SMS, Service.SMS),
        (FALLBACK_ORDER, Service.RCS, Service.IMESSAGE, Service.RCS),
        ((Service.SMS,), Service.IMESSAGE, None, Service.SMS),
        ((Service.IMESSAGE,), Service.RCS, None, None),
        ((Service.IMESSAGE,), None, Service.SMS, Service.IMESSAGE),
        ((), None, None, None),
    ],
)
def test_the_service_that_carries_a_message(
    reached: Sequence[Service], preferred: Service | None, current: Service | None, expected: Service | None
) -> None:
    assert route(frozenset(reached), preferred, current) is expected


def test_a_rejection_says_which_services_were_tried() -> None:
    assert attempted({CAROL: Rule()}, preferred=Service.SMS) == Rejected(f"neither SMS nor a fallback reaches {CAROL}")
    assert attempted({ALICE: Rule(), CAROL: Rule(services=())}) == Rejected("no service reaches everyone in the group")
    assert attempted({}) == Rejected("no recipient is left in the chat")


@pytest.mark.parametrize("current", [None, *Service])
def test_a_message_that_only_one_service_can_carry(current: Service | None) -> None:
    imessage, sms = Rule(services=(Service.IMESSAGE,)), Rule(services=(Service.SMS,))
    accepted = Accepted(Service.IMESSAGE, DeliveryStatus.DELIVERED)
    assert attempted({ALICE: imessage, CAROL: Rule()}, current=current, only=Service.IMESSAGE) == accepted
    alone = attempted({ALICE: sms}, current=current, only=Service.IMESSAGE)
    assert alone == Rejected(f"only iMessage can carry it, and does not reach {ALICE}")
    group = attempted({ALICE: sms, CAROL: Rule()}, current=current, only=Service.IMESSAGE)
    assert group == Rejected("only iMessage can carry it, and does not reach everyone in the group")


@given(rule=rules)
def test_only_imessage_reaches_an_email_address(rule: Rule) -> None:
    assert reached_by(CAROL, rule) <= {Service.IMESSAGE}


@given(people=groups, preferred=preferences, current=preferences, before=attempts, now=times)
def test_a_message_goes_over_a_service_that_reaches_everyone_and_never_above_the_preferred_one(
    people: dict[str, Rule], preferred: Service | None, current: Service | None, before: int, now: Instant
) -> None:
    found = attempted(people, preferred=preferred, current=current, attempts=before, now=now)
    if isinstance(found, Accepted):
        assert all(found.service in reached_by(handle, rule) for handle, rule in people.items())
        assert preferred is None or FALLBACK_ORDER.index(found.service) >= FALLBACK_ORDER.index(preferred)


@given(people=groups, preferred=preferences, before=attempts, now=times)
def test_time_and_attempts_never_make_the_outcome_worse(
    people: dict[str, Rule], preferred: Service | None, before: int, now: Instant
) -> None:
    final = attempted(people, preferred=preferred, attempts=10, now=NOW + 20 * SECOND)
    assert isinstance(final, Accepted | Rejected), "every message has a final outcome"
    found = attempted(people, preferred=preferred, attempts=before, now=now)
    assert found == final or isinstance(found, Unavailable | Deferred)
    if isinstance(found, Deferred):
        assert found.due_at > now
        assert not isinstance(attempted(people, preferred=preferred, attempts=before, now=found.due_at), Deferred)


@given(people=groups, rule=rules, before=attempts, now=times)
def test_another_recipient_never_improves_the_outcome(
    people: dict[str, Rule], rule: Rule, before: int, now: Instant
) -> None:
    with_another = people | {"+13105550119": rule}
    found, other = (attempted(each, attempts=before, now=now) for each in (people, with_another))
    if isinstance(other, Accepted):
        assert isinstance(found, Accepted)
        order = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
        assert order.index(other.status) <= order.index(found.status)
    if isinstance(found, Deferred):
        assert isinstance(other, Deferred)
        assert other.due_at >= found.due_at


@given(several=st.lists(rules, min_size=1))
def test_the_most_restrictive_rule_of_equal_rules_is_the_same_rule(several: list[Rule]) -> None:
    once = most_restrictive(several)
    assert most_restrictive([once]) == once
    assert most_restrictive([*several, once]) == once


@given(rule=rules)
def test_a_rule_survives_encoding(rule: Rule) -> None:
    assert msgspec.json.decode(msgspec.json.encode(rule), type=Rule) == rule


@pytest.mark.parametrize(
    "document",
    [
        '{"delay": 3}',
        '{"delay_seconds": -1}',
        '{"delay_seconds": 604801}',
        '{"away_attempts": 1001}',
        '{"fail": ""}',
        '{"services": ["WhatsApp"]}',
    ],
)
def test_an_invalid_rule_is_rejected(document: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(document, type=Rule)
