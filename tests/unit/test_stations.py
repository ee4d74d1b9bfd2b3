"""What a message passes on its way (the drawing in domain/message), for every pair of statuses."""

import itertools

import pytest

from trunkline.domain.message import PROGRESS, DeliveryStatus, stations

PENDING, QUEUED, SENT = DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT
DELIVERED, READ = DeliveryStatus.DELIVERED, DeliveryStatus.READ
RECEIVED, FAILED = DeliveryStatus.RECEIVED, DeliveryStatus.FAILED

# Every pair that is not here changes nothing.
PASSED = {
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


@pytest.mark.parametrize(("now", "then"), list(itertools.product(DeliveryStatus, repeat=2)))
def test_every_pair(now: DeliveryStatus, then: DeliveryStatus) -> None:
    assert stations(now, then) == PASSED.get((now, then), ())


def test_receipts_in_any_order_end_where_the_furthest_of_them_is() -> None:
    for order in itertools.permutations((QUEUED, SENT, DELIVERED, READ)):
        now, seen = PENDING, list[DeliveryStatus]()
        for then in order:
            passed = stations(now, then)
            seen += passed
            now = passed[-1] if passed else now
        assert now is READ
        assert seen == list(PROGRESS[1:]), "each station once, in its order"
