"""Destinations that do not respond cost the others nothing, and come back by themselves."""

import asyncio
from collections import Counter

from tests.support.chats import chat_id, make_chat
from tests.support.partners import context, new_partner
from tests.support.webhook_worker import FastClock, deliveries, emit, recorded, subscribe, until, working
from trunkline.actions.webhooks.listen import subscription_states
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, update_subscription
from trunkline.delivery.retry_schedule import SILENT_ROUNDS, pause_after
from trunkline.delivery.worker import MAX_WEBHOOK_QUEUES, PARTNER_SHARE, AttemptResult
from trunkline.domain.delivery import MAX_ATTEMPTS, EntryState
from trunkline.domain.instant import SECOND
from trunkline.storage import outbox
from trunkline.storage.outbox import CARRIER, Claim, Command, Done, Entry, Retry
from trunkline.storage.store import Store, open_store

NO_RESPONSE = "no response within 10 s"


class Hanging:
    """Attempts to deliver to some destinations never end; the others succeed."""

    def __init__(self) -> None:
        self.hanging: set[str] = set()
        self.served: Counter[int] = Counter()
        self.delivered: list[str] = []

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        if claim.destination in self.hanging:
            self.served[claim.partner_id] += 1
            await asyncio.Event().wait()
        self.delivered.append(claim.destination)
        return AttemptResult(Done("HTTP 200"))


class Silent:
    """A target that does not respond until it is switched on."""

    def __init__(self, clock: FastClock) -> None:
        self.clock = clock
        self.is_on = False
        self.attempted: list[int] = []

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        self.attempted.append(entry.sequence)
        if self.is_on:
            return AttemptResult(Done("HTTP 200"))
        return AttemptResult(Retry(self.clock(), NO_RESPONSE), timed_out=True)


async def test_targets_that_hang_leave_places_to_other_partners_and_to_the_carrier(database_url: str) -> None:
    clock, webhooks, carrier = FastClock(), Hanging(), Hanging()
    async with open_store(database_url) as store:
        first, second, third = [await new_partner(store, f"Partner {number}") for number in (1, 2, 3)]
        for partner in (first, second):
            for number in range(MAX_WEBHOOK_QUEUES // 2):
                url = f"https://dead.example/{number}"
                webhooks.hanging.add((await subscribe(store, partner.id, url, at=clock()))[0].id)
            await emit(store, partner.id, chat_id(1), 1, at=clock())
        async with working(store, clock, dispatcher=webhooks, carrier=carrier):
            await until(lambda: webhooks.served.total() == 2 * PARTNER_SHARE)
            good, _ = await subscribe(store, third.id, "https://good.example/", at=clock())
            await emit(store, third.id, chat_id(1), 1, at=clock())
            async with store.change(context(first.id, clock())) as change:
                change.command(Command.START_TYPING, make_chat(1), chat_id(1))
            await until(lambda: webhooks.delivered == [good.id] and carrier.delivered == [CARRIER])
    assert webhooks.served == {first.id: PARTNER_SHARE, second.id: PARTNER_SHARE}


async def test_a_target_that_does_not_respond_is_paused_and_then_attempted_with_one_event(database_url: str) -> None:
    clock = FastClock()
    target = Silent(clock)
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        subscription, _ = await subscribe(store, partner.id, "https://silent.example/", at=clock())
        for number in range(5):
            await emit(store, partner.id, chat_id(number), 1, at=clock())
        async with working(store, clock, dispatcher=target):
            for index in range(5):
                await recorded(store, partner.id, SILENT_ROUNDS, of=index)
            assert [state for _, state in await subscription_states(store, partner.id, clock())] == ["unresponsive"]
            attempts = len(target.attempted)
            # An event that is added now does not end the pause.
            await emit(store, partner.id, chat_id(9), 1, at=clock())
            clock.advance(pause_after(SILENT_ROUNDS) / SECOND)
            await recorded(store, partner.id, 1, of=5)
            assert len(target.attempted) == attempts + 1
            unattempted = [each.outcome for each in await deliveries(store, partner.id)].count(
                "not attempted: the target does not respond"
            )
            assert unattempted == 5
            target.is_on = True
            clock.advance(10 * 60)
            for index in range(6):
                await recorded(store, partner.id, 2, of=index)
            await until(lambda: len(set(target.attempted[attempts + 1 :])) == 6)
            await _until_states(store, partner.id, EntryState.DONE)
            assert await subscription_states(store, partner.id, clock()) == [(subscription, "active")]


async def test_events_for_a_target_that_never_responds_fail_in_the_end(database_url: str) -> None:
    clock = FastClock()
    target = Silent(clock)
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await subscribe(store, partner.id, "https://silent.example/", at=clock())
        for number in range(3):
            await emit(store, partner.id, chat_id(number), 1, at=clock())
        async with working(store, clock, dispatcher=target):
            for attempt in range(1, MAX_ATTEMPTS + 1):
                await recorded(store, partner.id, attempt, of=2)
                clock.advance(5 * 60)
            await _until_states(store, partner.id, EntryState.FAILED, at_least=2)
    assert len(target.attempted) < 3 * MAX_ATTEMPTS


async def test_saving_a_subscription_ends_its_pause(database_url: str) -> None:
    clock = FastClock()
    target = Silent(clock)
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        subscription, _ = await subscribe(store, partner.id, "https://silent.example/", at=clock())
        await emit(store, partner.id, chat_id(1), 1, at=clock())
        async with working(store, clock, dispatcher=target):
            await recorded(store, partner.id, SILENT_ROUNDS)
            target.is_on = True
            update = SubscriptionUpdate(target_url="https://again.example/")
            await update_subscription(store, context(partner.id, clock()), subscription.id, update, allow_private=True)
            await _until_states(store, partner.id, EntryState.DONE)
            queue = (await outbox.queues(store.reader(partner.id)))[subscription.id]
    assert queue.paused_until == 0


async def _until_states(store: Store, partner_id: int, state: EntryState, *, at_least: int = 0) -> None:
    """Returns once every delivery, or at least some of them, is in this state."""
    found: list[str] = []
    for _ in range(2_000):
        found = [each.state for each in await deliveries(store, partner_id)]
        if found.count(state) >= (at_least or len(found)):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(found)
