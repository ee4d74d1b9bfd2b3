"""A partner's messages on their way to a carrier, round by round, on a clock that tests advance."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from tests.support.chats import ALICE, LINE
from tests.support.open_store import OpenStore
from tests.support.partners import context, new_partner
from trunkline.actions.chats.create_chat import create_chat
from trunkline.actions.steps.outgoing import OutgoingMessage
from trunkline.carriers import Accepted, Carrier, CarrierChat, OutboundContactCard, OutboundMessage
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.worker import LEASE, AttemptResult, Rounds
from trunkline.domain.chat import Service
from trunkline.domain.context import RequestContext
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import Content, DeliveryStatus, Message, TextPart
from trunkline.schemas.chat import with_doc_base
from trunkline.schemas.sending import ChatCreated
from trunkline.storage import messages, outbox
from trunkline.storage.outbox import CARRIER, Claim, ClaimPolicy, Entry
from trunkline.storage.sql import Query
from trunkline.storage.store import Store
from trunkline.testing.clock import Clock

MAX_ROUNDS = 100

_QUEUE = Query("queue", "select due_at from queues where partner_id = $1 and destination = $2", ("partner", "to"))


class Recorder(Carrier):
    """Records its calls; the test sets its answers."""

    def __init__(self, answer: Callable[[OutboundMessage], Awaitable[Accepted]] | None = None) -> None:
        self.sent: list[OutboundMessage] = []
        self.calls: list[tuple[str, CarrierChat]] = []
        self.answer = answer
        self.sharing: Exception | None = None
        """What sharing a contact card raises."""

    async def send(self, outbound: OutboundMessage) -> Accepted:
        self.sent.append(outbound)
        if self.answer is not None:
            return await self.answer(outbound)
        return Accepted(Service.IMESSAGE, DeliveryStatus.DELIVERED)

    async def edit(self, outbound: OutboundMessage) -> None:
        self.calls.append(("edit", outbound))

    async def react(self, outbound: OutboundMessage) -> None:
        self.calls.append(("react", outbound))

    async def mark_read(self, chat: CarrierChat) -> None:
        self.calls.append(("mark read", chat))

    async def typing(self, chat: CarrierChat, *, started: bool) -> None:
        self.calls.append(("start typing" if started else "stop typing", chat))

    async def share_contact_card(self, outbound: OutboundContactCard) -> None:
        self.calls.append(("share contact card", outbound))
        if self.sharing is not None:
            raise self.sharing

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return frozenset({Service.IMESSAGE})


class NoWebhooks:
    """These tests have no subscribers."""

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        raise AssertionError(entry)


async def work(store: Store, partner_id: int, dispatcher: CarrierDispatcher, clock: Clock) -> int:
    """Rounds for one partner's messages until nothing is due. Returns their number."""
    rounds = Rounds(store, dispatcher, NoWebhooks(), clock, lease=LEASE)
    for done in range(MAX_ROUNDS):
        claim = await outbox.claim(store.database, partner_id, CARRIER, clock, LEASE)
        if claim is None:
            return done
        await rounds.run(claim, lambda: ClaimPolicy.RELEASE)
    raise AssertionError("the carrier is called without end")


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
        """A new worker with this carrier."""
        self.dispatcher = CarrierDispatcher(self.store, carrier, self.clock)

    def ctx(self) -> RequestContext:
        """The context of something that happens now."""
        self.clock.advance(seconds=0.001)
        return context(self.partner_id, self.clock())

    def send(self, words: str = "hello", to: Sequence[str] = (ALICE,), preferred: Service | None = None) -> str:
        """The id of a new message."""
        outgoing = OutgoingMessage(Content((TextPart(words),), preferred_service=preferred))
        body = self.opened.run(create_chat(self.store, self.ctx(), LINE, to, outgoing))
        return msgspec.json.decode(with_doc_base(body, b""), type=ChatCreated).chat.message.id

    def message(self, message_id: str) -> Message:
        """A message as it is now."""
        found = self.opened.run(messages.find(self.store.reader(self.partner_id), message_id))
        assert found is not None
        return found

    def work(self) -> int:
        """Rounds until nothing is due. Returns their number."""
        return self.opened.run(work(self.store, self.partner_id, self.dispatcher, self.clock))

    def attempt_without_recording(self) -> None:
        """The carrier is called, and the worker is killed before it records the result."""

        async def attempt() -> None:
            claim = await outbox.claim(self.store.database, self.partner_id, CARRIER, self.clock, LEASE)
            assert claim is not None
            [entry], _ = await outbox.due_entries(self.store.database, claim, self.clock(), 1)
            await self.dispatcher.attempt(claim, entry)

        self.opened.run(attempt())
        self.clock.advance(seconds=LEASE / SECOND)

    def due_in(self) -> Instant | None:
        """Microseconds until the next attempt; None if nothing is pending."""
        rows = self.opened.run(self.store.database.fetch(_QUEUE, (self.partner_id, CARRIER)))
        return None if not rows or rows[0][0] is None else rows[0][0] - self.clock()
