"""A partner's messages on their way to a carrier, round by round, at the times of a clock that tests move."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from tests.support.chats import ALICE, LINE
from tests.support.opened import OpenStore
from tests.support.partners import new_partner
from trunkline.actions.cause import Cause
from trunkline.actions.create_chat import ChatCreated, create_chat
from trunkline.actions.sending import Send
from trunkline.carriers import Accepted, Carrier, Conversation, Outbound
from trunkline.delivery.carrying import CarrierCourier
from trunkline.delivery.worker import LEASE, Attempted, Rounds
from trunkline.domain.chat import Service
from trunkline.domain.document import complete
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import Content, DeliveryStatus, Message, TextPart
from trunkline.storage import messages, outbox
from trunkline.storage.outbox import CARRIER, After, Claim, Item
from trunkline.storage.sql import Query
from trunkline.storage.store import Store
from trunkline.testing.clock import Clock

THRESHOLDS = Thresholds()
TRACE = "0" * 32
ENDLESS = 100  # rounds

_QUEUE = Query("queue", "select due_at from queues where partner_id = $1 and destination = $2", ("partner", "to"))


class Recorder(Carrier):
    """Notes what it is asked for, and answers as the test wants."""

    def __init__(self, answer: Callable[[Outbound], Awaitable[Accepted]] | None = None) -> None:
        self.sent: list[Outbound] = []
        self.asked: list[tuple[str, Conversation]] = []
        self.answer = answer

    async def send(self, outbound: Outbound) -> Accepted:
        self.sent.append(outbound)
        if self.answer is not None:
            return await self.answer(outbound)
        return Accepted(Service.IMESSAGE, DeliveryStatus.DELIVERED)

    async def edit(self, outbound: Outbound) -> None:
        self.asked.append(("edit", outbound))

    async def react(self, outbound: Outbound) -> None:
        self.asked.append(("react", outbound))

    async def mark_read(self, conversation: Conversation) -> None:
        self.asked.append(("mark read", conversation))

    async def typing(self, conversation: Conversation, *, started: bool) -> None:
        self.asked.append(("start typing" if started else "stop typing", conversation))

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return frozenset({Service.IMESSAGE})


class NoWebhooks:
    """There is nothing for subscribers in these tests."""

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        raise AssertionError(item)


async def work(store: Store, partner_id: int, courier: CarrierCourier, clock: Clock) -> int:
    """A worker's rounds for one partner's messages until nothing is due: how many there were."""
    rounds = Rounds(store, courier, NoWebhooks(), clock, lease=LEASE)
    for done in range(ENDLESS):
        claimed = await outbox.claim(store.database, partner_id, CARRIER, clock, LEASE)
        if claimed is None:
            return done
        await rounds.go(claimed, lambda: After.RELEASE)
    raise AssertionError("the carrier is asked without end")


class Desk:
    """A new partner, and the worker of their messages."""

    def __init__(self, opened: OpenStore, carrier: Carrier | None = None, clock: Clock | None = None) -> None:
        self.opened = opened
        self.recorder = Recorder()
        self.clock = clock or Clock()
        self.use(carrier or self.recorder)
        self.partner_id = opened.run(new_partner(opened.store)).id

    @property
    def store(self) -> Store:
        return self.opened.store

    def use(self, carrier: Carrier) -> None:
        """A worker that starts anew, with this carrier."""
        self.courier = CarrierCourier(self.store, carrier, THRESHOLDS, self.clock)

    def cause(self) -> Cause:
        """Something happens, now."""
        self.clock.advance(seconds=0.001)
        return Cause(self.partner_id, self.clock(), TRACE)

    def send(self, words: str = "hello", to: Sequence[str] = (ALICE,), preferred: Service | None = None) -> str:
        """The id of a new message."""
        send = Send(Content((TextPart(words),), preferred_service=preferred), words.encode())
        made = self.opened.run(create_chat(self.store, self.cause(), LINE, to, send, THRESHOLDS))
        return msgspec.json.decode(complete(made, b""), type=ChatCreated).chat.message.id

    def message(self, message_id: str) -> Message:
        """A message as it is now."""
        found = self.opened.run(messages.message(self.store.database, self.partner_id, message_id))
        assert found is not None
        return found

    def work(self) -> int:
        """Rounds until nothing is due: how many there were."""
        return self.opened.run(work(self.store, self.partner_id, self.courier, self.clock))

    def attempt_without_recording(self) -> None:
        """The carrier is asked, and the worker killed before it can say what became of it."""

        async def attempt() -> None:
            claimed = await outbox.claim(self.store.database, self.partner_id, CARRIER, self.clock, LEASE)
            assert claimed is not None
            [item] = await outbox.items(self.store.database, claimed, self.clock(), 1)
            await self.courier.attempt(claimed, item)

        self.opened.run(attempt())
        self.clock.advance(seconds=LEASE / SECOND)

    def due_in(self) -> Instant | None:
        """Microseconds until the next attempt; None where nothing waits."""
        rows = self.opened.run(self.store.database.fetch(_QUEUE, (self.partner_id, CARRIER)))
        return None if not rows or rows[0][0] is None else rows[0][0] - self.clock()
