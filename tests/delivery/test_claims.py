"""Workers that stop, die, outlive their claim or fail: nothing is lost, and no queue delays another."""

import asyncio
import json
import logging
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self, cast

import pytest

from tests.support.chats import chat_id
from tests.support.log_lines import lines
from tests.support.partners import context, new_partner
from tests.support.receiver import Received, Reply, accept, receiving
from tests.support.webhook_worker import (
    DOC_BASE,
    FastClock,
    NoCarrier,
    deliveries,
    emit,
    recorded,
    subscribe,
    until,
    working,
)
from trunkline.delivery import worker as worker_module
from trunkline.delivery.webhook_dispatcher import WebhookDispatcher
from trunkline.delivery.worker import MAX_ENTRIES, AttemptResult, Worker
from trunkline.domain.context import Origin
from trunkline.domain.delivery import EntryState
from trunkline.domain.errors import NotReady
from trunkline.domain.instant import SECOND
from trunkline.logs import JsonFormatter
from trunkline.storage import outbox
from trunkline.storage.change import Change
from trunkline.storage.outbox import Claim, ClaimPolicy, Done, Entry, Retry
from trunkline.storage.ports import Database, SharedTransaction, Transaction
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store, open_store

LEASE = 30 * SECOND


async def test_a_pending_retry_survives_a_restart(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
            async with working(store, clock):
                await recorded(store, partner.id, 1)
        receiver.answering = accept
        clock.advance(6)
        async with open_store(database_url) as store, working(store, clock):
            await recorded(store, partner.id, 1, of=1)
            first, second = await deliveries(store, partner.id)
    assert (first.state, first.attempts) == (EntryState.DONE, 2)
    assert (second.state, second.attempts) == (EntryState.DONE, 1)
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 1, 2]


async def test_the_claim_of_a_worker_that_died_expires(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            dead = await outbox.claim(store.database, partner.id, subscription.id, clock, LEASE)
            assert dead is not None
            assert await outbox.claim(store.database, partner.id, subscription.id, clock, LEASE) is None
            async with WebhookDispatcher(store, DOC_BASE, allow_private=True, clock=clock) as dispatcher:
                # The drain ends when nothing is left that this worker may deliver.
                await Worker(store, NoCarrier(), dispatcher, clock).drain()
            assert receiver.received == []
            async with working(store, clock):
                clock.advance(31)
                await recorded(store, partner.id, 1)
                # The first worker was not dead after all, but its result comes too late to change anything.
                await _record_late(store, dead, Retry(clock() + SECOND, "too late"))
                [delivered] = await deliveries(store, partner.id)
                await emit(store, partner.id, chat_id(1), 2, at=clock())
                await recorded(store, partner.id, 1, of=1)
    assert (delivered.state, delivered.outcome) == (EntryState.DONE, "HTTP 200")
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 2]


async def _record_late(store: Store, claim: Claim, result: outbox.Result) -> None:
    [first] = await deliveries(store, claim.partner_id)
    entry = Entry(first.sequence, chat_id(1), first.kind, first.entity_id, 0, claim.until)
    async with store.change(context(claim.partner_id, claim.until)) as change:
        await outbox.record(change.transaction, claim, [(entry, result)], claim.until, ClaimPolicy.RELEASE)


async def test_an_attempt_is_ended_before_its_claim_expires(database_url: str) -> None:
    clock = FastClock()
    attempts: list[float] = []

    class Hanging:
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            attempts.append(clock())
            assert clock() < claim.until
            if len(attempts) == 1:
                await asyncio.Event().wait()
            return AttemptResult(Done("at last"))

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        await emit(store, partner.id, chat_id(1), 1, at=clock())
        # Either worker may be the one whose attempt hangs.
        workers = [working(store, clock, dispatcher=Hanging(), lease=SECOND) for _ in range(2)]
        async with workers[0], workers[1]:
            await recorded(store, partner.id, 1)
            [pending] = await deliveries(store, partner.id)
            clock.advance(6)
            await recorded(store, partner.id, 2)
            [done] = await deliveries(store, partner.id)
    assert pending.state == EntryState.PENDING
    assert pending.outcome is not None
    assert pending.outcome.startswith("not done within")
    assert done.outcome == "at last"


async def test_stopping_waits_for_attempts_in_progress_and_releases_the_queue(database_url: str) -> None:
    clock = FastClock()
    began, release = threading.Event(), threading.Event()

    def slow(_: Received) -> Reply:
        began.set()
        release.wait(20)
        return Reply()

    with receiving(slow) as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
            async with working(store, clock):
                await until(began.is_set)
                asyncio.get_running_loop().call_later(0.2, release.set)
            first, second = await deliveries(store, partner.id)
            queues = await outbox.queues(store.reader(partner.id))
    assert (first.state, second.state) == (EntryState.DONE, EntryState.PENDING)
    assert [each.claimed_until for each in queues.values()] == [0]
    assert len(receiver.received) == 1


@pytest.mark.slow
async def test_stopping_does_not_wait_forever(database_url: str) -> None:
    clock = FastClock()
    began, release = threading.Event(), threading.Event()

    def stuck(_: Received) -> Reply:
        began.set()
        release.wait(60)
        return Reply()

    with receiving(stuck) as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            async with working(store, clock):
                await until(began.is_set)
            assert not release.is_set()
            [pending] = await deliveries(store, partner.id)
            queues = await outbox.queues(store.reader(partner.id))
        release.set()
    assert (pending.state, pending.attempts) == (EntryState.PENDING, 0)
    assert [each.claimed_until for each in queues.values()] == [0]


async def test_a_bug_in_a_dispatcher_is_logged_and_delays_only_its_chat(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FastClock()
    attempted: Counter[str] = Counter()

    class Buggy:
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            attempted[entry.ordering_key] += 1
            if entry.ordering_key == chat_id(1):
                raise ZeroDivisionError("a bug of ours")
            return AttemptResult(Done())

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        async with working(store, clock, dispatcher=Buggy()):
            for number in (1, 2, 3):
                await emit(store, partner.id, chat_id(number), 1, at=clock())
            for index in range(3):
                await recorded(store, partner.id, 1, of=index)
            # A round attempts every chat that is due, so this one would attempt the first chat again if it were due.
            await emit(store, partner.id, chat_id(4), 1, at=clock())
            await recorded(store, partner.id, 1, of=3)
            assert attempted == {chat_id(1): 1, chat_id(2): 1, chat_id(3): 1, chat_id(4): 1}
            clock.advance(6)
            await recorded(store, partner.id, 2)
    [logged] = [each for each in caplog.records if each.exc_info is not None][:1]
    assert logged.name == "trunkline.delivery"
    assert "ZeroDivisionError: a bug of ours" in caplog.text


async def test_a_result_that_cannot_be_stored_does_not_affect_the_others(database_url: str) -> None:
    clock = FastClock()
    attempted: Counter[str] = Counter()

    async def impossible(_: Change) -> None:
        raise ZeroDivisionError("a bug of ours")

    class Unstorable:
        async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
            attempted[entry.ordering_key] += 1
            return AttemptResult(Done("well"), impossible if entry.ordering_key == chat_id(1) else None)

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        for number in (1, 2, 3):
            await emit(store, partner.id, chat_id(number), 1, at=clock())
        async with working(store, clock, dispatcher=Unstorable()):
            for index in range(3):
                await recorded(store, partner.id, 1, of=index)
            first, second, third = await deliveries(store, partner.id)
    assert first.state == EntryState.PENDING
    assert (second.state, third.state) == (EntryState.DONE, EntryState.DONE)
    assert set(attempted.values()) == {1}


class ControlledDatabase:
    """A database that a test can make unavailable, and that counts its answered reads and begun transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.clock = database.clock
        self.is_distributed = database.is_distributed
        self.is_available = True
        self.refused = 0
        self.reads = 0
        self.transactions = 0

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        self._check()
        rows = await self._database.fetch(query, values)
        self.reads += 1
        return rows

    async def fetch_everywhere(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        self._check()
        rows = await self._database.fetch_everywhere(query, values)
        self.reads += 1
        return rows

    def reads_of(self, partner_id: int) -> Self:
        return self

    @asynccontextmanager
    async def transaction(self, partner_id: int, origin: Origin, *, bulk: bool = False) -> AsyncGenerator[Transaction]:
        self._check()
        self.transactions += 1
        async with self._database.transaction(partner_id, origin, bulk=bulk) as transaction:
            yield transaction

    @asynccontextmanager
    async def shared_transaction(self, partner_id: int, origin: Origin) -> AsyncGenerator[SharedTransaction]:
        self._check()
        self.transactions += 1
        async with self._database.shared_transaction(partner_id, origin) as shared:
            yield shared

    def _check(self) -> None:
        if not self.is_available:
            self.refused += 1
            raise NotReady("the database does not answer")


async def test_while_the_database_is_unavailable_results_are_kept_and_nothing_is_sent_twice(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FastClock()
    async with open_store(database_url) as store:
        database = ControlledDatabase(store.database)
        partner = await new_partner(store)

        def answer_and_lose_the_database(_: Received) -> Reply:
            database.is_available = False
            return Reply()

        with receiving(answer_and_lose_the_database) as receiver:
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            with caplog.at_level(logging.WARNING):
                async with working(
                    Store(cast(Database, database), store.cursor_key, store.link_key, store.files),
                    clock,
                    lease=3 * SECOND,
                ):
                    await until(lambda: database.refused > 3)
                    database.is_available = True
                    await recorded(store, partner.id, 1)
                    [delivered] = await deliveries(store, partner.id)
            assert len(receiver.received) == 1
    assert delivered.state == EntryState.DONE
    assert "Traceback" not in caplog.text
    assert "the database does not answer" in caplog.text


async def test_results_wait_while_another_writer_holds_the_lock_of_the_partner(database_url: str, engine: str) -> None:
    """A long import holds it: the claim is renewed meanwhile, and no other worker begins the same attempts."""
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, open_store(database_url) as importing:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            holding, done = asyncio.Event(), asyncio.Event()

            async def hold() -> None:
                async with importing.change(context(partner.id, clock())):
                    holding.set()
                    await done.wait()

            first, second = ControlledDatabase(store.database), ControlledDatabase(store.database)
            stores = [
                Store(cast(Database, each), store.cursor_key, store.link_key, store.files) for each in (first, second)
            ]
            # The worker that has the claim: the claim, then an attempt to record, a renewal, another attempt to record
            # and another renewal. SQLite has one writer, so there the first renewal waits as well.
            transactions = 3 if engine == "sqlite" else 5
            gate = threading.Event()

            def gated(_: Received) -> Reply:
                gate.wait(20)
                return Reply()

            receiver.answering = gated
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            async with working(stores[0], clock, lease=3 * SECOND), working(stores[1], clock, lease=3 * SECOND):
                await until(lambda: receiver.received)
                holder = asyncio.create_task(hold())
                await holding.wait()
                gate.set()
                await until(lambda: receiver.accepted)
                await until(lambda: max(first.transactions, second.transactions) >= transactions)
                done.set()
                await holder
                await recorded(store, partner.id, 1)
    assert [each.event["data"]["number"] for each in receiver.received].count(1) <= 2


async def test_a_queue_in_which_nothing_is_due_is_not_claimed(database_url: str) -> None:
    """Events behind one that waits for its retry do not cause the queue to be claimed again and again."""
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            await emit(store, partner.id, chat_id(1), 2, 3, at=clock())
            assert await outbox.due_queues(store.database, clock(), carriers=10, webhooks=10) == []
            await emit(store, partner.id, chat_id(2), 4, at=clock())
            await until(lambda: len(receiver.received) == 2)


async def test_a_queue_with_many_chats_is_emptied_in_one_claim(database_url: str) -> None:
    clock = FastClock()
    count = 3 * MAX_ENTRIES
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            for number in range(count):
                await emit(store, partner.id, chat_id(number), number, at=clock())
            # The next poll is an hour away.
            async with working(store, clock, poll=3600):
                await until(lambda: len(receiver.accepted) == count)


async def test_wake_makes_the_worker_look_at_once(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            database = ControlledDatabase(store.database)
            controlled = Store(cast(Database, database), store.cursor_key, store.link_key, store.files)
            async with working(controlled, clock, poll=3600) as worker:
                await until(lambda: database.reads)
                await emit(store, partner.id, chat_id(1), 1, at=clock())
                worker.wake()
                worker.wake()
                await until(lambda: receiver.accepted)


async def test_no_secret_is_ever_logged(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    clock = FastClock()
    with caplog.at_level(logging.DEBUG), receiving(lambda received: Reply(503)) as receiver:
        async with (
            open_store(database_url) as store,
            WebhookDispatcher(store, DOC_BASE, allow_private=True) as dispatcher,
        ):

            class Broken(WebhookDispatcher):
                async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
                    result = await dispatcher.attempt(claim, entry)
                    raise ZeroDivisionError(repr(result))

            broken = Broken(store, DOC_BASE)
            worker = Worker(store, NoCarrier(), broken, clock, poll=0.02)
            running = asyncio.create_task(worker.run())
            partner = await new_partner(store)
            _, secret = await subscribe(store, partner.id, f"{receiver.url}?token=hunter2", at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await broken.__aexit__(None, None, None)
            records = await deliveries(store, partner.id)
    written = caplog.text + repr(records)
    assert "ZeroDivisionError" in written
    for hidden in (secret, secret.removeprefix("whsec_"), repr(secret.encode())):
        assert hidden not in written


async def test_results_that_wait_to_be_recorded_say_why(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout has no message of its own."""
    clock = FastClock()
    record, waits = outbox.record, [LEASE / SECOND]

    async def late(*arguments: Any, **named: Any) -> bool:
        if waits:
            await asyncio.sleep(waits.pop())
        return await record(*arguments, **named)

    monkeypatch.setattr(outbox, "record", late)
    with lines(JsonFormatter()) as logged, receiving() as receiver:
        async with open_store(database_url) as store, working(store, clock, lease=SECOND):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
    waiting, *_ = [json.loads(each) for each in logged if "wait to be recorded" in each]
    assert waiting["message"].endswith(("TimeoutError", "another process may be writing for the same partner"))


async def test_queues_that_cannot_be_served_say_so_once_and_when_it_is_over(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FastClock()
    claim, failures = outbox.claim, 0

    async def failing(*arguments: Any, **named: Any) -> Claim | None:
        nonlocal failures
        failures += 1
        if failures <= 30:
            raise NotReady("the disk of the database is full")
        return await claim(*arguments, **named)

    monkeypatch.setattr(outbox, "claim", failing)
    monkeypatch.setattr(worker_module, "_CALM", 0.2)
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partners = [await new_partner(store) for _ in range(3)]
            for partner in partners:
                await subscribe(store, partner.id, receiver.url, at=clock())
                await emit(store, partner.id, chat_id(1), 1, at=clock())
            async with working(store, clock):
                for partner in partners:
                    await recorded(store, partner.id, 1)
                await until(lambda: len(caplog.messages) >= 2)
    assert caplog.messages == ["deliveries are paused: the disk of the database is full", "deliveries continue"]


async def test_the_log_of_an_attempt_has_the_id_of_its_event(database_url: str) -> None:
    clock = FastClock()
    with lines(JsonFormatter()) as logged, receiving() as receiver:
        async with open_store(database_url) as store:

            class Broken(WebhookDispatcher):
                async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
                    await super().attempt(claim, entry)
                    raise ZeroDivisionError

            async with Broken(store, DOC_BASE, allow_private=True) as broken:
                running = asyncio.create_task(Worker(store, NoCarrier(), broken, clock, poll=0.02).run())
                partner = await new_partner(store)
                await subscribe(store, partner.id, receiver.url, at=clock())
                await emit(store, partner.id, chat_id(1), 1, at=clock())
                await until(lambda: logged)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
    assert json.loads(logged[0])["event_id"] == receiver.accepted[0].event_id
