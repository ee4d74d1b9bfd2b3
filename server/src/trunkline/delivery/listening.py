"""A partner's events, delivered by this process to a program on this machine: once each, and shown."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from trunkline.delivery.schedule import is_success
from trunkline.delivery.sender import Answer, Sender
from trunkline.delivery.worker import Attempted, Rounds
from trunkline.domain import document
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import SECOND, Clock, Instant
from trunkline.domain.target import Target
from trunkline.storage import outbox, subscriptions
from trunkline.storage.outbox import After, Claim, Done, Failed, Item
from trunkline.storage.store import Store

LEASE: Instant = 30 * SECOND
"""For how long the queue is claimed, in microseconds, before the claim is renewed."""

POLL = 0.2  # s between two looks for events


class Forwarded(msgspec.Struct, frozen=True):
    """An event and what the program answered. ``body`` is what it was sent; ``seconds`` is how long it took."""

    event_type: str
    event_id: str
    body: bytes
    answer: Answer
    seconds: float

    @property
    def is_success(self) -> bool:
        """Whether the program has it."""
        return self.answer.status is not None and is_success(self.answer.status)


async def listen(
    store: Store, claimed: Claim, to: Target, doc_base: str, show: Callable[[Forwarded], None], clock: Clock
) -> None:
    """Delivers what comes into a claimed queue until cancelled. Raises ``CommandError`` when the claim is lost."""
    sender = Sender(allow_private=True, clock=clock)
    courier = _Forwarding(store, sender, to, doc_base.encode(), show)
    rounds = Rounds(store, courier, courier, clock, lease=LEASE)
    held: Claim | None = claimed
    try:
        while held is not None:
            worked, held = await rounds.go(held, lambda: After.HOLD)
            if held is not None and clock() > held.until - LEASE // 2:
                held = await outbox.renew(store.database, held, clock, LEASE)
            if not worked:
                await asyncio.sleep(POLL)
    finally:
        await sender.close()
    raise CommandError("the service took this for ended, after a pause of half a minute; listen again")


class _Forwarding:
    """Takes events to the program, whatever its subscription says of a target."""

    def __init__(
        self, store: Store, sender: Sender, to: Target, doc_base: bytes, show: Callable[[Forwarded], None]
    ) -> None:
        self._database = store.database
        self._sender = sender
        self._to = to
        self._doc_base = doc_base
        self._show = show

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        """The one attempt."""
        errand = await subscriptions.errand(self._database, claimed.partner_id, claimed.destination, int(item.subject))
        if errand is None:
            return Attempted(Failed("the event is not there any more"))
        body = document.complete(errand.body, self._doc_base)
        began = time.monotonic()
        answer = await self._sender.post(errand, claimed.destination, self._to, body)
        forwarded = Forwarded(errand.event_type, errand.event_id, body, answer, time.monotonic() - began)
        self._show(forwarded)
        return Attempted(Done(answer.outcome) if forwarded.is_success else Failed(answer.outcome))
