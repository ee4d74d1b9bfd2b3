"""The transitions of a message (the diagram in domain/message), for every pair of statuses."""

import itertools

import pytest

from trunkline.domain.message import OUTBOUND_ORDER, DeliveryStatus, transitions

PENDING, QUEUED, SENT = DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT
DELIVERED, READ = DeliveryStatus.DELIVERED, DeliveryStatus.READ
RECEIVED, FAILED = DeliveryStatus.RECEIVED, DeliveryStatus.FAILED

# Every other pair changes nothing.
TRANSITIONS = {
    (PENDING, QUEUED): (QUEUED,),
    (PENDING, SENT): (QUEUED, SENT),
    (PENDING, DELIVERED): (QUEUED, SENT, DELIVERED),
    (PENDING, READ): (QUEUED, SENT, DELIVERED, READ),
    (QUEUED, SENT): (SENT,),
    (QUEUED, DELIVERED): (SENT, DELIVERED),
    (QUEUED, READ): (SENT, DELIVERED, READ),
    (SENT, DELIVERED): (DELIVERED,),
    (SENT, READ): (DELIVERED, READ),
    (DELIVERED, READ): (READ,),
    (PENDING, FAILED): (FAILED,),
    (QUEUED, FAILED): (FAILED,),
    (SENT, FAILED): (FAILED,),
    (FAILED, SENT): (SENT,),
    (FAILED, DELIVERED): (SENT, DELIVERED),
    (FAILED, READ): (SENT, DELIVERED, READ),
}


@pytest.mark.parametrize(("current", "reported"), list(itertools.product(DeliveryStatus, repeat=2)))
def test_every_pair_of_statuses(current: DeliveryStatus, reported: DeliveryStatus) -> None:
    assert transitions(current, reported) == TRANSITIONS.get((current, reported), ())


def test_receipts_in_any_order_lead_to_the_furthest_status() -> None:
    for order in itertools.permutations((QUEUED, SENT, DELIVERED, READ)):
        current, seen = PENDING, list[DeliveryStatus]()
        for reported in order:
            passed = transitions(current, reported)
            seen += passed
            current = passed[-1] if passed else current
        assert current is READ
        assert seen == list(OUTBOUND_ORDER[1:]), "each status once, in order"
