"""The loopback carrier's rules: what becomes of a message, whoever it is for."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, CAROL, NOW
from trunkline.domain.carrier_rules import FALL, Away, Fate, Later, Refused, Rule, Taken, fate, reached_by, route, worst
from trunkline.domain.chat import Service
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import DeliveryStatus

PEOPLE = (ALICE, BOB, CAROL)

services = st.none() | st.lists(st.sampled_from(FALL), unique=True).map(tuple)
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
wishes = st.none() | st.sampled_from(FALL)
attempts = st.integers(0, 4)
moments = st.integers(NOW, NOW + 12 * SECOND)


def tried(
    people: dict[str, Rule],
    *,
    preferred: Service | None = None,
    current: Service | None = None,
    attempts: int = 0,
    now: Instant = NOW,
) -> Fate:
    """What becomes of a message that was written at ``NOW``."""
    return fate(people, preferred=preferred, current=current, written_at=NOW, attempts=attempts, now=now)


@pytest.mark.parametrize(
    ("rule", "became"),
    [
        (Rule(), Taken(Service.IMESSAGE, DeliveryStatus.DELIVERED)),
        (Rule(reads=True), Taken(Service.IMESSAGE, DeliveryStatus.READ)),
        (Rule(holds=True, reads=True), Taken(Service.IMESSAGE, DeliveryStatus.SENT)),
        (Rule(delay_seconds=3), Later(NOW + 3 * SECOND)),
        (Rule(away_attempts=1), Away()),
        (Rule(away_seconds=1), Away()),
        (Rule(fail="out of service"), Refused("out of service")),
        (Rule(services=(Service.RCS, Service.SMS)), Taken(Service.RCS, DeliveryStatus.DELIVERED)),
        (Rule(services=(Service.SMS,)), Taken(Service.SMS, DeliveryStatus.DELIVERED)),
        (Rule(services=()), Refused(f"no service reaches {ALICE}")),
    ],
)
def test_what_each_rule_does(rule: Rule, became: Fate) -> None:
    assert tried({ALICE: rule}) == became


@pytest.mark.parametrize(
    ("reached", "preferred", "current", "over"),
    [
        (FALL, None, None, Service.IMESSAGE),
        (FALL, None, Service.SMS, Service.SMS),
        (FALL, Service.RCS, Service.IMESSAGE, Service.RCS),
        ((Service.SMS,), Service.IMESSAGE, None, Service.SMS),
        ((Service.IMESSAGE,), Service.RCS, None, None),
        ((Service.IMESSAGE,), None, Service.SMS, Service.IMESSAGE),
        ((), None, None, None),
    ],
)
def test_the_way_that_a_message_falls(
    reached: Sequence[Service], preferred: Service | None, current: Service | None, over: Service | None
) -> None:
    assert route(frozenset(reached), preferred, current) is over


def test_a_refusal_says_what_was_tried() -> None:
    assert tried({CAROL: Rule()}, preferred=Service.SMS) == Refused(f"neither SMS nor what it falls to reaches {CAROL}")
    assert tried({ALICE: Rule(), CAROL: Rule(services=())}) == Refused("no service reaches everybody in the group")
    assert tried({}) == Refused("nobody is left in the chat")


@given(rule=rules)
def test_an_email_address_is_reached_by_imessage_alone(rule: Rule) -> None:
    assert reached_by(CAROL, rule) <= {Service.IMESSAGE}


@given(people=groups, preferred=wishes, current=wishes, before=attempts, now=moments)
def test_a_message_goes_over_what_reaches_everybody_and_never_up(
    people: dict[str, Rule], preferred: Service | None, current: Service | None, before: int, now: Instant
) -> None:
    found = tried(people, preferred=preferred, current=current, attempts=before, now=now)
    if isinstance(found, Taken):
        assert all(found.service in reached_by(handle, rule) for handle, rule in people.items())
        assert preferred is None or FALL.index(found.service) >= FALL.index(preferred)


@given(people=groups, preferred=wishes, before=attempts, now=moments)
def test_time_and_attempts_only_ever_help(
    people: dict[str, Rule], preferred: Service | None, before: int, now: Instant
) -> None:
    settled = tried(people, preferred=preferred, attempts=10, now=NOW + 20 * SECOND)
    assert isinstance(settled, Taken | Refused), "every message comes to an end"
    found = tried(people, preferred=preferred, attempts=before, now=now)
    assert found == settled or isinstance(found, Away | Later)
    if isinstance(found, Later):
        assert found.due_at > now
        assert not isinstance(tried(people, preferred=preferred, attempts=before, now=found.due_at), Later)


@given(people=groups, rule=rules, before=attempts, now=moments)
def test_one_more_person_never_makes_it_better(people: dict[str, Rule], rule: Rule, before: int, now: Instant) -> None:
    with_another = people | {"+13105550119": rule}
    found, other = (tried(each, attempts=before, now=now) for each in (people, with_another))
    if isinstance(other, Taken):
        assert isinstance(found, Taken)
        order = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
        assert order.index(other.status) <= order.index(found.status)
    if isinstance(found, Later):
        assert isinstance(other, Later)
        assert other.due_at >= found.due_at


@given(several=st.lists(rules, min_size=1))
def test_the_worst_of_the_same_is_the_same(several: list[Rule]) -> None:
    once = worst(several)
    assert worst([once]) == once
    assert worst([*several, once]) == once


@given(rule=rules)
def test_a_rule_is_written_and_read_again(rule: Rule) -> None:
    assert msgspec.json.decode(msgspec.json.encode(rule), type=Rule) == rule


@pytest.mark.parametrize(
    "written",
    [
        '{"delay": 3}',
        '{"delay_seconds": -1}',
        '{"delay_seconds": 604801}',
        '{"away_attempts": 1001}',
        '{"fail": ""}',
        '{"services": ["WhatsApp"]}',
    ],
)
def test_what_is_no_rule_is_refused(written: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(written, type=Rule)
