"""A store whose events are delivered: subscriptions, events, and a running worker."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from tests.support.chats import LINE
from tests.support.partners import context
from trunkline.actions.webhooks.deliveries import list_deliveries
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, create_subscription
from trunkline.delivery.webhook_dispatcher import WebhookDispatcher
from trunkline.delivery.worker import LEASE, AttemptResult, Dispatcher, Worker
from trunkline.domain.events import Event, EventType
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.subscription import Subscription
from trunkline.storage.deliveries import DeliveryRecord
from trunkline.storage.outbox import Claim, Entry
from trunkline.storage.store import Store

TIMEOUT = 20.0  # s until an expected event must happen
DOC_BASE = "https://chats.example"


class FastClock:
    """The system's time, which runs ``rate`` times as fast from its creation on and can be advanced."""

    def __init__(self, rate: int = 1) -> None:
        self._began = time.monotonic_ns() // 1000
        self._start = time.time_ns() // 1000
        self._rate = rate

    def __call__(self) -> Instant:
        return self._start + (time.monotonic_ns() // 1000 - self._began) * self._rate

    def advance(self, seconds: float) -> None:
        """Advances it."""
        self._start += round(seconds * SECOND)


class NoCarrier:
    """These tests send nothing to a carrier."""

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        raise AssertionError(entry)


async def until(condition: Callable[[], Any], seconds: float = TIMEOUT) -> None:
    """Returns once the condition is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        await asyncio.sleep(0.01)


async def subscribe(
    store: Store,
    partner_id: int,
    url: str,
    events: Sequence[str] = (EventType.MESSAGE_RECEIVED,),
    *,
    at: Instant,
    **fields: Any,
) -> tuple[Subscription, str]:
    """A new subscription with one of the test's receivers as its target, and its secret."""
    update = SubscriptionUpdate(target_url=url, subscribed_events=events, **fields)
    return await create_subscription(store, context(partner_id, at), update, allow_private=True)


async def emit(
    store: Store,
    partner_id: int,
    chat_id: str | None,
    *numbers: int,
    at: Instant,
    kind: EventType = EventType.MESSAGE_RECEIVED,
    line: str = LINE,
) -> None:
    """Emits events with these numbers in their data, each in its own change."""
    for number in numbers:
        data = msgspec.json.encode({"chat_id": chat_id, "number": number})
        async with store.change(context(partner_id, at)) as change:
            change.emit(Event(kind, chat_id, line, lambda _, data=data: data))


async def deliveries(store: Store, partner_id: int, subscription_id: str | None = None) -> list[DeliveryRecord]:
    """The record of every delivery so far, in the order of the events."""
    return list(reversed(await list_deliveries(store, partner_id, 10_000, subscription_id=subscription_id)))


async def recorded(store: Store, partner_id: int, attempts: int, *, of: int = 0) -> None:
    """Returns once this number of attempts of a delivery is recorded; by default, of the first."""
    deadline = time.monotonic() + TIMEOUT
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
    dispatcher: Dispatcher | None = None,
    carrier: Dispatcher | None = None,
    allow_private: bool = True,
    **http: Any,
) -> AsyncGenerator[Worker]:
    """A worker that delivers webhooks, until the end of the block."""
    async with WebhookDispatcher(store, DOC_BASE, allow_private=allow_private, clock=clock, **http) as webhooks:
        worker = Worker(store, carrier or NoCarrier(), dispatcher or webhooks, clock, lease=lease, poll=poll)
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
