"""A clock that is set forward and back: what waits does not wait until the clock is there again."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.support.carrier_worker import Desk
from tests.support.chats import ALICE, NOW, chat_id, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import context, new_partner, save
from tests.support.receiver import Reply, accept, receiving
from tests.support.webhook_worker import (
    DOC_BASE,
    TIMEOUT,
    FastClock,
    deliveries,
    emit,
    recorded,
    subscribe,
    until,
    working,
)
from trunkline.actions.attachments.attachments import create_attachment
from trunkline.actions.attachments.sweep import UNUSED_FOR, sweep
from trunkline.actions.sandbox.rules import set_rule
from trunkline.actions.webhooks.listen import start_listener, subscription_states
from trunkline.carriers import Accepted, CarrierDeferred, OutboundMessage
from trunkline.carriers.loopback import Loopback
from trunkline.delivery.listen import listen
from trunkline.delivery.sweeps import run_sweeps
from trunkline.delivery.worker import LEASE, AttemptResult
from trunkline.domain import webhook_target
from trunkline.domain.delivery import EntryState
from trunkline.domain.events import LATEST_VERSION
from trunkline.domain.instant import DAY, HOUR, MINUTE, SECOND, Instant
from trunkline.domain.loopback_rules import Rule
from trunkline.domain.message import DeliveryStatus
from trunkline.schemas.documents import Completion
from trunkline.storage import attachments, idempotency, outbox
from trunkline.storage.idempotency import IdempotencyRecord
from trunkline.storage.outbox import Claim, ClaimPolicy, Done, Entry
from trunkline.storage.store import open_store
from trunkline.testing.clock import Clock


async def test_a_claim_of_a_clock_that_was_ahead_does_not_hold_the_queue(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            clock.advance(2 * 3600)
            assert await outbox.claim(store.database, partner.id, subscription.id, clock, LEASE)
            clock.advance(-2 * 3600)
            async with working(store, clock):
                await recorded(store, partner.id, 1)
    assert len(receiver.accepted) == 1


async def test_a_retry_of_a_clock_that_was_ahead_is_due(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            clock.advance(2 * 3600)
            # More chats than a round attempts.
            for number in range(20):
                await emit(store, partner.id, chat_id(number), number, at=clock())
            async with working(store, clock):
                for number in range(20):
                    await recorded(store, partner.id, 1, of=number)
            clock.advance(-2 * 3600)
            receiver.answering = accept
            async with working(store, clock):
                await until(lambda: len(receiver.accepted) == 20)
            assert {each.state for each in await deliveries(store, partner.id)} == {EntryState.DONE}


async def test_a_queue_that_was_paused_by_a_clock_that_was_ahead_is_due(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            clock.advance(2 * 3600)
            claim = await outbox.claim(store.database, partner.id, subscription.id, clock, LEASE)
            assert claim is not None
            async with store.change(context(partner.id, clock())) as change:
                await outbox.record(change.transaction, claim, [], clock(), ClaimPolicy.RELEASE, pause=60 * SECOND)
            clock.advance(-2 * 3600)
            await emit(store, partner.id, chat_id(2), 2, at=clock())
            async with working(store, clock):
                await until(lambda: len(receiver.accepted) == 2)


def test_the_next_due_time_is_never_further_ahead_than_anything_waits(opened: OpenStore) -> None:
    desk = Desk(opened)
    desk.clock.advance(hours=2)
    desk.recorder.answer = _raising(lambda: CarrierDeferred(desk.clock() + DAY))
    desk.send()
    desk.work()
    desk.clock.set(desk.clock.now.replace(hour=desk.clock.now.hour - 2))
    assert opened.run(outbox.next_due(desk.store.database, desk.clock())) == desk.clock()


def _raising(error: Callable[[], Exception]) -> Callable[[OutboundMessage], Awaitable[Accepted]]:
    async def answer(_: OutboundMessage) -> Accepted:
        raise error()

    return answer


def test_a_deferred_message_is_offered_to_the_carrier_again_after_an_hour(opened: OpenStore) -> None:
    desk = Desk(opened)
    due_at = desk.clock() + 3 * HOUR + SECOND
    desk.recorder.answer = _raising(lambda: CarrierDeferred(due_at))
    desk.send()
    assert desk.work() == 1
    assert desk.due_in() == outbox.MAX_WAIT
    desk.clock.advance(hours=1)
    assert desk.work() == 1
    desk.clock.advance(hours=1)
    desk.work()
    desk.clock.advance(hours=1)
    desk.work()
    desk.recorder.answer = None
    desk.clock.advance(seconds=1)
    assert desk.work() == 1
    assert {each.attempts for each in desk.recorder.sent} == {0}, "a deferral is no attempt"


@pytest.mark.parametrize(
    "rule", [None, Rule(delay_seconds=5), Rule(away_seconds=5), Rule(delay_seconds=5, away_seconds=5)]
)
def test_the_loopback_delivers_while_the_clock_is_behind_the_last_change(opened: OpenStore, rule: Rule | None) -> None:
    clock = Clock()
    desk = Desk(opened, clock=clock)
    desk.use(Loopback(desk.store, clock))
    start = clock.now
    clock.advance(hours=2)
    desk.send()
    desk.work()
    clock.set(start)
    if rule is not None:
        opened.run(set_rule(desk.store, desk.partner_id, ALICE, rule))
    message_id = desk.send()
    for _ in range(3):
        desk.work()
        clock.advance(seconds=10)
    assert desk.message(message_id).delivery_status == DeliveryStatus.DELIVERED


def test_a_delay_is_kept_if_the_clock_is_set_back_by_a_moment(opened: OpenStore) -> None:
    clock = Clock()
    desk = Desk(opened, clock=clock)
    desk.use(Loopback(desk.store, clock))
    opened.run(set_rule(desk.store, desk.partner_id, ALICE, Rule(delay_seconds=60)))
    message_id = desk.send()
    clock.set(clock.now.replace(microsecond=0))
    desk.work()
    assert desk.message(message_id).delivery_status == DeliveryStatus.PENDING
    clock.advance(seconds=61)
    desk.work()
    assert desk.message(message_id).delivery_status == DeliveryStatus.DELIVERED


async def test_a_worker_claims_its_queue_again_after_the_clock_was_set_back(database_url: str) -> None:
    """Other workers no longer believe the claim from before."""
    clock = FastClock()
    left: list[Instant] = []

    class SetBack:
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            left.append(claim.until - clock())
            if len(left) == 1:
                clock.advance(-2 * 3600)
            return AttemptResult(Done("HTTP 200"))

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
        clock.advance(2 * 3600)
        async with working(store, clock, dispatcher=SetBack()):
            await until(lambda: len(left) == 2)
    assert max(left) <= LEASE


async def test_a_listener_keeps_its_queue_after_the_clock_was_set_back(database_url: str) -> None:
    clock = FastClock()
    clock.advance(2 * 3600)
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        listener = await start_listener(
            store, context(partner.id, clock()), ["message.received"], None, LATEST_VERSION, clock=clock, lease=LEASE
        )
        clock.advance(-2 * 3600)
        target = webhook_target.parse("http://127.0.0.1:1/")
        completion = Completion(DOC_BASE, store.file_urls(DOC_BASE))
        listening = asyncio.create_task(listen(store, listener.claim, target, completion, lambda _: None, clock))
        reader = store.reader(partner.id)
        deadline = time.monotonic() + TIMEOUT
        while not (await outbox.queues(reader))[listener.subscription.id].is_claimed(clock()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        [(_, state)] = await subscription_states(store, partner.id, clock())
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert state == "listening"


@pytest.mark.parametrize(
    ("steps", "is_kept"),
    [
        # Minutes between two looks, and days by which the clock is then ahead of the timer.
        ([(20, 0), (20, 0), (20, 0), (20, 40), (20, 40), (10, 40), (10, 0), (60, 0)], True),
        ([(20, 40), (20, 40), (10, 0)], True),
        ([(20, 0), (20, 0), (20, 40), (20, 40), (20, 40), (20, 40), (10, 40)], False),
        ([(24 * 60, 0)] * 32, False),
    ],
    ids=["ahead for a moment", "ahead at the start", "ahead for long", "days have passed"],
)
def test_what_a_clock_that_is_ahead_for_less_than_an_hour_makes_expire_is_kept(
    opened: OpenStore, steps: list[tuple[int, int]], is_kept: bool
) -> None:
    store = opened.store
    minutes = itertools.accumulate([0, *[pause for pause, _ in steps]])
    looks = iter([(passed, days) for passed, days in zip(minutes, [0, *[each[1] for each in steps]], strict=True)])
    passed, days = 0, 0
    is_over = asyncio.Event()

    def timer() -> float:
        nonlocal passed, days
        following = next(looks, None)
        if following is None:
            is_over.set()
        else:
            passed, days = following
        return passed * MINUTE / SECOND

    def clock() -> Instant:
        return NOW + passed * MINUTE + days * DAY

    async def play() -> list[bool]:
        partner = await new_partner(store)
        made = await create_attachment(store, context(partner.id), "a.png", "image/png", 4)
        async with store.change(context(partner.id)) as change:
            await idempotency.save(change, "key", IdempotencyRecord(b"", chat_id(1), b""))
        sweeping = asyncio.create_task(run_sweeps(store, clock, timer, interval=0.001))
        async with asyncio.timeout(TIMEOUT):
            await is_over.wait()
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
        async with store.change(context(partner.id)) as change:
            record = await idempotency.find(change, "key")
        return [await attachments.find(store.reader(partner.id), made.id) is not None, record is not None]

    assert opened.run(play()) == [is_kept, is_kept]


def test_changes_of_a_clock_that_is_ahead_delete_nothing(opened: OpenStore) -> None:
    store = opened.store

    async def play() -> bool:
        partner = await new_partner(store)
        async with store.change(context(partner.id)) as change:
            await idempotency.save(change, "key", IdempotencyRecord(b"", chat_id(1), b""))
        for number in range(100):
            await save(store, partner.id, make_chat(number), now=NOW + 40 * DAY)
        async with store.change(context(partner.id)) as change:
            return await idempotency.find(change, "key") is not None

    assert opened.run(play())


def test_a_file_that_was_scheduled_by_a_clock_that_was_ahead_is_deleted(opened: OpenStore) -> None:
    async def play() -> list[str]:
        file = "1/00000000-0000-4000-8000-000000000001"
        async with opened.store.database.transaction() as transaction:
            await attachments.schedule_deletion(transaction, file, NOW + 400 * DAY)
        await sweep(opened.store, NOW)
        assert await attachments.due_deletions(opened.store.database, NOW + UNUSED_FOR - 1, 10) == []
        return list(await attachments.due_deletions(opened.store.database, NOW + UNUSED_FOR, 10))

    assert len(opened.run(play())) == 1
