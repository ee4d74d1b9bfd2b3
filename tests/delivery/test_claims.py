"""Workers that stop, die, overstay or fail: nothing is lost, and nobody is in another's way."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import pytest

from tests.support.chats import chat_id
from tests.support.delivering import (
    DOC_BASE,
    FastClock,
    NoCarrier,
    deliveries,
    recorded,
    subscribe,
    tell,
    until,
    working,
)
from tests.support.partners import new_partner
from tests.support.receiver import Received, Reply, accept, receiving
from trunkline.delivery.sender import WebhookCourier
from trunkline.delivery.worker import ITEMS_AT_ONCE, Attempted, Worker
from trunkline.domain.errors import NotReady
from trunkline.domain.instant import SECOND
from trunkline.storage import outbox
from trunkline.storage.changes import Change, change
from trunkline.storage.outbox import After, Claim, Done, Item, Retry, State
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store, open_store

LEASE = 30 * SECOND


async def test_what_is_to_be_tried_again_survives_a_restart(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
            async with working(store, clock):
                await recorded(store, partner.id, 1)
        receiver.answering = accept
        clock.advance(6)
        async with open_store(database_url) as store, working(store, clock):
            await recorded(store, partner.id, 1, of=1)
            first, second = await deliveries(store, partner.id)
    assert (first.state, first.attempts) == (State.DONE, 2)
    assert (second.state, second.attempts) == (State.DONE, 1)
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 1, 2]


async def test_the_claim_of_a_worker_that_died_runs_out(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            dead = await outbox.claim(store.database, partner.id, subscription.id, clock, LEASE)
            assert dead is not None
            assert await outbox.claim(store.database, partner.id, subscription.id, clock, LEASE) is None
            async with working(store, clock):
                await asyncio.sleep(0.2)
                assert receiver.received == []
                clock.advance(31)
                await recorded(store, partner.id, 1)
                # It was not dead after all: what it says now comes too late to change anything.
                await _record_late(store, dead, Retry(clock() + SECOND, "too late"))
                [delivered] = await deliveries(store, partner.id)
                await tell(store, partner.id, chat_id(1), 2, at=clock())
                await recorded(store, partner.id, 1, of=1)
    assert (delivered.state, delivered.outcome) == (State.DONE, "HTTP 200")
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 2]


async def _record_late(store: Store, claimed: Claim, result: outbox.Result) -> None:
    [first] = await deliveries(store, claimed.partner_id)
    item = Item(first.number, chat_id(1), first.kind, first.subject, 0)
    async with change(store.database, claimed.partner_id, claimed.until) as opened:
        await outbox.record(opened.transaction, claimed, [(item, result)], claimed.until, After.RELEASE)


async def test_an_attempt_that_takes_longer_than_a_claim_is_ended_in_time(database_url: str) -> None:
    clock = FastClock()
    attempts: list[float] = []

    class Hanging:
        async def attempt(self, claimed: Claim, item: Item) -> Attempted:
            attempts.append(clock())
            assert clock() < claimed.until
            if len(attempts) == 1:
                await asyncio.Event().wait()
            return Attempted(Done("at last"))

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        await tell(store, partner.id, chat_id(1), 1, at=clock())
        # Either may be the one that hangs.
        hanging = [working(store, clock, courier=Hanging(), lease=SECOND) for _ in range(2)]
        async with hanging[0], hanging[1]:
            await recorded(store, partner.id, 1)
            [waiting] = await deliveries(store, partner.id)
            clock.advance(6)
            await recorded(store, partner.id, 2)
            [done] = await deliveries(store, partner.id)
    assert waiting.state == State.WAITING
    assert waiting.outcome is not None
    assert waiting.outcome.startswith("not done within")
    assert done.outcome == "at last"


async def test_stopping_lets_what_is_under_way_end_and_gives_the_queue_back(database_url: str) -> None:
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
            await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
            async with working(store, clock):
                await until(began.is_set)
                asyncio.get_running_loop().call_later(0.2, release.set)
            first, second = await deliveries(store, partner.id)
            claims = await outbox.claims(store.database, partner.id)
    assert (first.state, second.state) == (State.DONE, State.WAITING)
    assert set(claims.values()) == {0}
    assert len(receiver.received) == 1


async def test_stopping_does_not_wait_for_ever(database_url: str) -> None:
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
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            async with working(store, clock):
                await until(began.is_set)
            assert not release.is_set()
            [waiting] = await deliveries(store, partner.id)
            claims = await outbox.claims(store.database, partner.id)
        release.set()
    assert (waiting.state, waiting.attempts) == (State.WAITING, 0)
    assert set(claims.values()) == {0}


async def test_a_courier_with_a_bug_is_logged_and_holds_up_only_its_chat(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FastClock()
    tried: Counter[str] = Counter()

    class Buggy:
        async def attempt(self, claimed: Claim, item: Item) -> Attempted:
            tried[item.lane] += 1
            if item.lane == chat_id(1):
                raise ZeroDivisionError("a bug of ours")
            return Attempted(Done())

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        async with working(store, clock, courier=Buggy()):
            for number in (1, 2, 3):
                await tell(store, partner.id, chat_id(number), 1, at=clock())
            for place in range(3):
                await recorded(store, partner.id, 1, of=place)
            await asyncio.sleep(0.3)
            assert tried == {chat_id(1): 1, chat_id(2): 1, chat_id(3): 1}
            clock.advance(6)
            await recorded(store, partner.id, 2)
    [logged] = [each for each in caplog.records if each.exc_info is not None][:1]
    assert logged.name == "trunkline.delivery"
    assert "ZeroDivisionError: a bug of ours" in caplog.text


async def test_a_result_that_cannot_be_stored_does_not_keep_the_others_from_being(database_url: str) -> None:
    clock = FastClock()
    tried: Counter[str] = Counter()

    async def impossible(_: Change) -> None:
        raise ZeroDivisionError("a bug of ours")

    class Poisonous:
        async def attempt(self, claimed: Claim, item: Item) -> Attempted:
            tried[item.lane] += 1
            return Attempted(Done("well"), impossible if item.lane == chat_id(1) else None)

    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://receiver.example/", at=clock())
        for number in (1, 2, 3):
            await tell(store, partner.id, chat_id(number), 1, at=clock())
        async with working(store, clock, courier=Poisonous()):
            for place in range(3):
                await recorded(store, partner.id, 1, of=place)
            first, second, third = await deliveries(store, partner.id)
    assert first.state == State.WAITING
    assert (second.state, third.state) == (State.DONE, State.DONE)
    assert set(tried.values()) == {1}


class Absent:
    """A database that does not answer when it is told not to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.away = False
        self.refused = 0

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        self._ask()
        return await self._database.fetch(query, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        self._ask()
        async with self._database.transaction() as transaction:
            yield transaction

    def _ask(self) -> None:
        if self.away:
            self.refused += 1
            raise NotReady("the database does not answer")


async def test_while_the_database_is_away_results_are_kept_and_nothing_is_sent_twice(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FastClock()
    async with open_store(database_url) as store:
        absent = Absent(store.database)
        partner = await new_partner(store)

        def answer_and_pull_the_plug(_: Received) -> Reply:
            absent.away = True
            return Reply()

        with receiving(answer_and_pull_the_plug) as receiver:
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            with caplog.at_level(logging.WARNING):
                async with working(Store(cast(Database, absent), store.cursor_key), clock, lease=3 * SECOND):
                    await until(lambda: absent.refused > 3)
                    absent.away = False
                    await recorded(store, partner.id, 1)
                    [delivered] = await deliveries(store, partner.id)
            assert len(receiver.received) == 1
    assert delivered.state == State.DONE
    assert "Traceback" not in caplog.text
    assert "the database does not answer" in caplog.text


async def test_results_wait_while_another_writer_has_the_partner(database_url: str) -> None:
    """As a long import does: the claim is renewed meanwhile, and nobody else begins the same attempts."""
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, open_store(database_url) as importing:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            holding, done = asyncio.Event(), asyncio.Event()

            async def hold() -> None:
                async with change(importing.database, partner.id, clock()):
                    holding.set()
                    await done.wait()

            gate = threading.Event()

            def gated(_: Received) -> Reply:
                gate.wait(20)
                return Reply()

            receiver.answering = gated
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            async with working(store, clock, lease=3 * SECOND), working(store, clock, lease=3 * SECOND):
                await until(lambda: receiver.received)
                holder = asyncio.create_task(hold())
                await holding.wait()
                gate.set()
                await until(lambda: receiver.accepted)
                await asyncio.sleep(2)
                done.set()
                await holder
                await recorded(store, partner.id, 1)
    assert [each.event["data"]["number"] for each in receiver.received].count(1) <= 2


async def test_nothing_due_costs_no_claim(database_url: str) -> None:
    """Events behind one that waits for its next attempt do not have the queue claimed again and again."""
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            await tell(store, partner.id, chat_id(1), 2, 3, at=clock())
            assert await outbox.due(store.database, clock(), 10) == []
            await tell(store, partner.id, chat_id(2), 4, at=clock())
            await until(lambda: len(receiver.received) == 2)


async def test_a_queue_with_many_chats_is_emptied_in_one_claim(database_url: str) -> None:
    clock = FastClock()
    count = 3 * ITEMS_AT_ONCE
    with receiving() as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            for number in range(count):
                await tell(store, partner.id, chat_id(number), number, at=clock())
            # Nothing but the first look finds it.
            async with working(store, clock, poll=3600):
                await until(lambda: len(receiver.accepted) == count)


async def test_wake_is_enough(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, working(store, clock, poll=3600) as worker:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await asyncio.sleep(0.05)
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            worker.wake()
            worker.wake()
            await until(lambda: receiver.accepted)


async def test_no_secret_is_ever_logged(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    clock = FastClock()
    with caplog.at_level(logging.DEBUG), receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store, WebhookCourier(store, DOC_BASE, allow_private=True) as courier:

            class Broken(WebhookCourier):
                async def attempt(self, claimed: Claim, item: Item) -> Attempted:
                    attempted = await courier.attempt(claimed, item)
                    raise ZeroDivisionError(repr(attempted))

            broken = Broken(store, DOC_BASE)
            worker = Worker(store, NoCarrier(), broken, clock, poll=0.02)
            running = asyncio.create_task(worker.run())
            partner = await new_partner(store)
            _, secret = await subscribe(store, partner.id, f"{receiver.url}?token=hunter2", at=clock())
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await broken.__aexit__(None, None, None)
            found = await deliveries(store, partner.id)
    told = caplog.text + repr(found)
    assert "ZeroDivisionError" in told
    for hidden in (secret, secret.removeprefix("whsec_"), repr(secret.encode())):
        assert hidden not in told
