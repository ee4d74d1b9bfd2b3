"""A store whose events are delivered: subscriptions made, events told, a worker at work."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from tests.support.chats import LINE
from trunkline.actions.cause import Cause
from trunkline.actions.subscriptions import Wish, create_subscription
from trunkline.delivery.sender import WebhookCourier
from trunkline.delivery.worker import LEASE, Attempted, Courier, Worker
from trunkline.domain.events import Event, EventType
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.subscription import Subscription
from trunkline.storage import outbox
from trunkline.storage.changes import change
from trunkline.storage.outbox import Claim, Delivered, Item
from trunkline.storage.store import Store

PATIENCE = 20.0  # s for what must happen
DOC_BASE = "https://chats.example"
TRACE = "0" * 32


class FastClock:
    """The system's time, from when it is made on so many times as fast, and moved on by hand."""

    def __init__(self, rate: int = 1) -> None:
        self._began = time.monotonic_ns() // 1000
        self._start = time.time_ns() // 1000
        self._rate = rate

    def __call__(self) -> Instant:
        return self._start + (time.monotonic_ns() // 1000 - self._began) * self._rate

    def advance(self, seconds: float) -> None:
        """Moves it on."""
        self._start += round(seconds * SECOND)


class NoCarrier:
    """There is nothing for a carrier in these tests."""

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        raise AssertionError(item)


async def until(condition: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Returns once it is so."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.01)


async def subscribe(
    store: Store,
    partner_id: int,
    url: str,
    events: Sequence[str] = (EventType.MESSAGE_RECEIVED,),
    *,
    at: Instant,
    **wish: Any,
) -> tuple[Subscription, str]:
    """A new subscription to a receiver of ours, and its secret."""
    wished = Wish(target_url=url, subscribed_events=events, **wish)
    return await create_subscription(store, Cause(partner_id, at, TRACE), wished, allow_private=True)


async def tell(
    store: Store,
    partner_id: int,
    chat_id: str | None,
    *numbers: int,
    at: Instant,
    kind: EventType = EventType.MESSAGE_RECEIVED,
    line: str = LINE,
) -> None:
    """Events with these numbers in their data, each in a change of its own."""
    for number in numbers:
        async with change(store.database, partner_id, at, TRACE) as opened:
            opened.emit(Event(kind, chat_id, line, msgspec.json.encode({"chat_id": chat_id, "number": number})))


async def deliveries(store: Store, partner_id: int, subscription_id: str | None = None) -> list[Delivered]:
    """What became of every event so far, in the order of the events."""
    found = await outbox.deliveries(store.database, partner_id, 10_000, destination=subscription_id, state=None)
    return [each for each, _ in reversed(found)]


async def recorded(store: Store, partner_id: int, attempts: int, *, of: int = 0) -> None:
    """Returns once so many attempts are written down of a delivery, by default the first."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = await deliveries(store, partner_id)
        if len(found) > of and found[of].attempts >= attempts:
            return
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.01)


@asynccontextmanager
async def working(
    store: Store,
    clock: Callable[[], Instant],
    *,
    lease: Instant = LEASE,
    poll: float = 0.02,
    courier: Courier | None = None,
    carrier: Courier | None = None,
    allow_private: bool = True,
    **sender: Any,
) -> AsyncGenerator[Worker]:
    """A worker with a courier of webhooks, until the end of the block."""
    async with WebhookCourier(store, DOC_BASE, allow_private=allow_private, clock=clock, **sender) as webhooks:
        worker = Worker(store, carrier or NoCarrier(), courier or webhooks, clock, lease=lease, poll=poll)
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
