"""A partner that sends more than the service delivers is held back; a target that fails holds nobody back."""

from collections.abc import Callable

import msgspec
import pytest

from tests.support.chats import chat_id
from tests.support.open_store import OpenStore
from tests.support.partners import Tenant, new_partner
from tests.support.webhook_worker import emit, subscribe
from trunkline.delivery.backlog import LATE, Backlog
from trunkline.delivery.worker import LEASE, AttemptResult, Rounds
from trunkline.domain.instant import SECOND, Instant
from trunkline.storage import outbox
from trunkline.storage.deferred import DeferredWrites
from trunkline.storage.outbox import Claim, ClaimPolicy, Done, Entry, Failed, Result, Retry
from trunkline.storage.store import Store
from trunkline.testing.clock import Clock

MOST = 5


class Target:
    """Answers attempts as the test says."""

    def __init__(self, answer: Callable[[Entry], Result]) -> None:
        self.answer = answer

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        return AttemptResult(self.answer(entry))


def delivered(entry: Entry) -> Result:
    return Done()


class Scene:
    """A partner with a subscription, and the rounds of its queue."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.target = Target(delivered)
        self.backlog = Backlog(store, MOST, self.clock)
        self.rounds = Rounds(store, self.target, self.target, self.clock, lease=LEASE)

    async def begin(self) -> None:
        self.partner: Tenant = await new_partner(self.store)
        self.subscription, _ = await subscribe(
            self.store, self.partner.id, "https://r.example/", at=self.clock(), events=["message.received"]
        )

    async def emit(self, count: int, chat: int = 1) -> None:
        for number in range(count):
            await emit(self.store, self.partner.id, chat_id(chat), number, at=self.clock())

    async def work(self, rounds: int) -> None:
        """Rounds of the queue: each attempts one event of each chat."""
        for _ in range(rounds):
            claim = await outbox.claim(self.store.database, self.partner.id, self.subscription.id, self.clock, LEASE)
            assert claim is not None
            await self.rounds.run(claim, lambda: ClaimPolicy.RELEASE)

    async def is_behind(self) -> bool:
        await self.backlog.look()
        return self.backlog.is_behind(self.partner.id)


@pytest.fixture
def scene(opened: OpenStore) -> Scene:
    return Scene(opened.store)


def after(clock: Clock) -> None:
    """Moves the clock just beyond the time that an attempt may be due."""
    clock.advance(seconds=LATE / SECOND + 1)


def test_a_queue_is_behind_while_too_much_waits_too_long(opened: OpenStore, scene: Scene) -> None:
    async def play() -> None:
        await scene.begin()
        await scene.emit(MOST + 1)
        assert not await scene.is_behind(), "it may be delivered in time"
        after(scene.clock)
        assert await scene.is_behind()
        await scene.work(1)
        assert not await scene.is_behind(), "the rest is little"
        await scene.emit(MOST + 1)
        assert await scene.is_behind(), "the events of the chat have been due since they were added"
        await scene.work(2 * MOST + 1)
        assert not await scene.is_behind()

    opened.run(play())


def test_events_that_are_added_later_are_late_later(opened: OpenStore, scene: Scene) -> None:
    async def play() -> None:
        await scene.begin()
        await scene.emit(1)
        after(scene.clock)
        await scene.emit(MOST + 1)
        assert await scene.is_behind()
        await scene.work(1)
        assert not await scene.is_behind(), "the event that was late is delivered, and the others have just been added"

    opened.run(play())


@pytest.mark.parametrize("kind", ["retry", "failed"])
def test_a_target_that_fails_is_not_behind(opened: OpenStore, scene: Scene, kind: str) -> None:
    def answer(entry: Entry) -> Result:
        due: Instant = scene.clock() + 60 * SECOND
        return Retry(due, "HTTP 500") if kind == "retry" else Failed("HTTP 400")

    async def play() -> None:
        await scene.begin()
        scene.target.answer = answer
        for chat in range(40):
            await scene.emit(3, chat)
        await scene.work(1)
        after(scene.clock)
        assert not await scene.is_behind(), "more chats wait than a round attempts, but the target fails"
        scene.clock.advance(minutes=2)
        assert not await scene.is_behind(), "the retries are due"
        scene.target.answer = delivered
        await scene.work(1)
        assert await scene.is_behind(), "the target works again, and what has collected waits for the service"

    opened.run(play())


def test_only_the_partner_that_is_behind_is_held_back(opened: OpenStore, scene: Scene) -> None:
    async def play() -> None:
        other = Scene(scene.store)
        await scene.begin()
        await other.begin()
        await scene.emit(MOST + 1)
        await other.emit(MOST)
        after(scene.clock)
        assert await scene.is_behind()
        assert not scene.backlog.is_behind(other.partner.id)

    opened.run(play())


def test_a_claim_keeps_what_is_known_of_a_queue_without_attempts(opened: OpenStore, scene: Scene) -> None:
    """A round in which nothing was attempted says nothing about the target."""

    def retried(entry: Entry) -> Result:
        return Retry(scene.clock() + SECOND, "HTTP 500")

    async def play() -> None:
        await scene.begin()
        scene.target.answer = retried
        await scene.emit(MOST + 1)
        await scene.work(1)
        after(scene.clock)
        claim = await outbox.claim(scene.store.database, scene.partner.id, scene.subscription.id, scene.clock, LEASE)
        assert claim is not None
        async with scene.store.database.transaction() as transaction:
            writes = DeferredWrites(transaction)
            await outbox.record(writes, msgspec.structs.replace(claim), [], scene.clock(), ClaimPolicy.RELEASE)
        assert not await scene.is_behind()

    opened.run(play())
