"""A worker that does not run: it settles what is due by a clock that stands still."""

import logging

import pytest

from tests.support.chats import chat_id
from tests.support.delivering import NoCarrier, deliveries, subscribe, tell
from tests.support.partners import new_partner
from trunkline.delivery.worker import Attempted, Courier, Worker
from trunkline.domain.instant import SECOND, Instant
from trunkline.storage.outbox import Claim, Done, Failed, Item, Retry, State
from trunkline.storage.store import Store, open_store
from trunkline.testing.clock import Clock

AT_ONCE = 15  # chats, fewer than are attempted at the same time
MANY = 40  # and more


class Noting:
    """Notes what it is given, and lets it wait once until then, if there is a time."""

    def __init__(self, store: Store, clock: Clock, *, retry_at: Instant | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        """The partner and the event of each attempt."""
        self._store = store
        self._clock = clock
        self._retry_at = retry_at

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        self.seen.append((claimed.partner_id, item.number))
        if self._retry_at is not None and item.attempts == 0:
            return Attempted(Retry(self._retry_at))
        return Attempted(Done())


def worker(store: Store, courier: Courier, clock: Clock) -> Worker:
    return Worker(store, NoCarrier(), courier, clock)


async def test_everything_that_is_due_is_done_in_the_order_of_the_events(database_url: str) -> None:
    clock = Clock()
    async with open_store(database_url) as store:
        partner, other = await new_partner(store), await new_partner(store)
        for each in (partner, other):
            await subscribe(store, each.id, "https://example.com/hook", at=clock())
        courier = Noting(store, clock)
        for number in reversed(range(AT_ONCE)):
            await tell(store, partner.id, chat_id(number), number, at=clock())
        for number in range(MANY):
            await tell(store, other.id, chat_id(number % 20), number, at=clock())

        assert await worker(store, courier, clock).settle() is None

        told = {each.id: await deliveries(store, each.id) for each in (partner, other)}
        assert [each.state for each in told[partner.id]] == [State.DONE] * AT_ONCE
        assert [each.state for each in told[other.id]] == [State.DONE] * MANY
        assert [seen for seen in courier.seen if seen[0] == partner.id] == [
            (partner.id, each.number) for each in told[partner.id]
        ]
        assert len(courier.seen) == AT_ONCE + MANY


async def test_it_says_when_something_is_due_next(database_url: str) -> None:
    clock = Clock()
    later = clock() + 7 * SECOND
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
        courier = Noting(store, clock, retry_at=later)
        settling = worker(store, courier, clock)

        assert await settling.settle() == later
        assert await settling.settle() == later
        [first] = courier.seen
        clock.advance(seconds=7)
        assert await settling.settle() is None
        # The second event, which waited for the first, is put off to what is now.
        assert courier.seen[:2] == [first, first]
        assert courier.seen[2] == courier.seen[3] != first


async def test_what_follows_from_a_result_is_done_too(database_url: str) -> None:
    clock = Clock()

    class Answering(Noting):
        async def attempt(self, claimed: Claim, item: Item) -> Attempted:
            if len(self.seen) < 3:
                await tell(self._store, claimed.partner_id, chat_id(2), 9, at=self._clock())
            return await super().attempt(claimed, item)

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await tell(store, partner.id, chat_id(1), 1, at=clock())
        courier = Answering(store, clock)
        assert await worker(store, courier, clock).settle() is None
        assert len(courier.seen) == 4


async def test_a_courier_that_crashes_does_not_keep_it(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()

    class Crashing:
        async def attempt(self, claimed: Claim, item: Item) -> Attempted:
            raise RuntimeError("a mistake of ours")

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await tell(store, partner.id, chat_id(1), 1, at=clock())
        with caplog.at_level(logging.CRITICAL, logger="trunkline.delivery"):
            coming = await worker(store, Crashing(), clock).settle()
        assert coming is not None
        assert coming > clock()


async def test_what_fails_is_done_with(database_url: str) -> None:
    clock = Clock()

    class Refusing:
        async def attempt(self, claimed: Claim, item: Item) -> Attempted:
            return Attempted(Failed("no"))

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await tell(store, partner.id, chat_id(1), 1, at=clock())
        assert await worker(store, Refusing(), clock).settle() is None
        assert [each.state for each in await deliveries(store, partner.id)] == [State.FAILED]
