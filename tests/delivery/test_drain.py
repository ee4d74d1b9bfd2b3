"""A worker that does not run: it drains what is due, on a clock that stands still."""

import logging

import pytest

from tests.support.chats import chat_id
from tests.support.partners import new_partner
from tests.support.webhook_worker import NoCarrier, deliveries, emit, subscribe
from trunkline.delivery.worker import AttemptResult, Dispatcher, Worker
from trunkline.domain.delivery import EntryState
from trunkline.domain.instant import SECOND, Instant
from trunkline.storage.outbox import Claim, Done, Entry, Failed, Retry
from trunkline.storage.store import Store, open_store
from trunkline.testing.clock import Clock

FEW = 15  # chats, fewer than MAX_ENTRIES: all are attempted concurrently
MANY = 40  # events of 20 chats, more than MAX_ENTRIES


class RecordingDispatcher:
    """Records its attempts. With ``retry_at``, the first attempt of each entry fails and is retried then."""

    def __init__(self, store: Store, clock: Clock, *, retry_at: Instant | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        """The partner and the event of each attempt."""
        self._store = store
        self._clock = clock
        self._retry_at = retry_at

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        self.seen.append((claim.partner_id, entry.sequence))
        if self._retry_at is not None and entry.attempts == 0:
            return AttemptResult(Retry(self._retry_at))
        return AttemptResult(Done())


def worker(store: Store, dispatcher: Dispatcher, clock: Clock) -> Worker:
    return Worker(store, NoCarrier(), dispatcher, clock)


async def test_everything_due_is_delivered_in_the_order_of_the_events(database_url: str) -> None:
    clock = Clock()
    async with open_store(database_url) as store:
        partner, other = await new_partner(store), await new_partner(store)
        for each in (partner, other):
            await subscribe(store, each.id, "https://example.com/hook", at=clock())
        dispatcher = RecordingDispatcher(store, clock)
        for number in reversed(range(FEW)):
            await emit(store, partner.id, chat_id(number), number, at=clock())
        for number in range(MANY):
            await emit(store, other.id, chat_id(number % 20), number, at=clock())

        assert await worker(store, dispatcher, clock).drain() is None

        records = {each.id: await deliveries(store, each.id) for each in (partner, other)}
        assert [each.state for each in records[partner.id]] == [EntryState.DONE] * FEW
        assert [each.state for each in records[other.id]] == [EntryState.DONE] * MANY
        assert [seen for seen in dispatcher.seen if seen[0] == partner.id] == [
            (partner.id, each.sequence) for each in records[partner.id]
        ]
        assert len(dispatcher.seen) == FEW + MANY


async def test_drain_returns_when_the_next_entry_is_due(database_url: str) -> None:
    clock = Clock()
    later = clock() + 7 * SECOND
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
        dispatcher = RecordingDispatcher(store, clock, retry_at=later)
        draining = worker(store, dispatcher, clock)

        assert await draining.drain() == later
        assert await draining.drain() == later
        [first] = dispatcher.seen
        clock.advance(seconds=7)
        assert await draining.drain() is None
        # The second event, which waited for the first, is retried at a time that is already past.
        assert dispatcher.seen[:2] == [first, first]
        assert dispatcher.seen[2] == dispatcher.seen[3] != first


async def test_what_becomes_due_during_a_drain_is_delivered_too(database_url: str) -> None:
    clock = Clock()

    class Emitting(RecordingDispatcher):
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            if len(self.seen) < 3:
                await emit(self._store, claim.partner_id, chat_id(2), 9, at=self._clock())
            return await super().attempt(claim, entry)

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await emit(store, partner.id, chat_id(1), 1, at=clock())
        dispatcher = Emitting(store, clock)
        assert await worker(store, dispatcher, clock).drain() is None
        assert len(dispatcher.seen) == 4


async def test_a_dispatcher_that_crashes_does_not_block_a_drain(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()

    class Crashing:
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            raise RuntimeError("a bug of ours")

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await emit(store, partner.id, chat_id(1), 1, at=clock())
        with caplog.at_level(logging.CRITICAL, logger="trunkline.delivery"):
            next_due = await worker(store, Crashing(), clock).drain()
        assert next_due is not None
        assert next_due > clock()


async def test_a_delivery_that_fails_is_finished(database_url: str) -> None:
    clock = Clock()

    class Rejecting:
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            return AttemptResult(Failed("no"))

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://example.com/hook", at=clock())
        await emit(store, partner.id, chat_id(1), 1, at=clock())
        assert await worker(store, Rejecting(), clock).drain() is None
        assert [each.state for each in await deliveries(store, partner.id)] == [EntryState.FAILED]
