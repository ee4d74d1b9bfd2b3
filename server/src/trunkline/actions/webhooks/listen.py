"""Listen at a terminal: a subscription that one process delivers while it runs.

Its queue is claimed from the beginning and the claim renewed, so no worker of a service delivers it. If the process
dies, the claim expires, and the first worker with something to deliver deletes the subscription.
"""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.lookup import require_line
from trunkline.actions.webhooks.subscriptions import new_secret
from trunkline.domain.context import RequestContext
from trunkline.domain.events import WebhookVersion
from trunkline.domain.ids import random_id
from trunkline.domain.instant import Clock, Instant
from trunkline.domain.subscription import LISTENER, Subscription, check_events
from trunkline.storage import outbox, subscriptions
from trunkline.storage.outbox import Claim, Queue
from trunkline.storage.store import Store


class Listener(msgspec.Struct, frozen=True):
    """The subscription of this process, and the claim on its queue."""

    subscription: Subscription
    secret: str
    claim: Claim


async def start_listener(
    store: Store,
    ctx: RequestContext,
    events: Sequence[str],
    line: str | None,
    version: WebhookVersion,
    *,
    clock: Clock,
    lease: Instant,
) -> Listener:
    """Subscribes to events from now on, of one line or all, and deletes the subscriptions of dead listeners.

    Raises ``InvalidParameter`` or ``NotYourLine``.
    """
    event_types = check_events(events)
    if line is not None:
        await require_line(store, ctx.partner_id, line, "--line")
    numbers = None if line is None else (line,)
    secret = new_secret()
    async with store.change(ctx) as change:
        queues = await outbox.queues(change)
        for known in await subscriptions.find_all(change):
            if known.is_listener and not queues.get(known.id, Queue()).is_claimed(clock()):
                await subscriptions.delete(change, known.id)
        subscription_id = random_id()
        target = LISTENER + subscription_id
        subscription = Subscription(
            subscription_id, target, version, event_types, numbers, True, None, None, change.now, change.now
        )
        await subscriptions.add(change, subscription, secret)
        claim = await outbox.reserve(change.transaction, change.partner_id, subscription_id, clock() + lease)
    return Listener(subscription, secret, claim)


async def stop_listener(store: Store, ctx: RequestContext, subscription_id: str) -> None:
    """Ends a listener. Its pending deliveries are dropped."""
    async with store.change(ctx) as change:
        await subscriptions.delete(change, subscription_id)


async def subscription_states(store: Store, partner_id: int, now: Instant) -> Sequence[tuple[Subscription, str]]:
    """Every subscription of a partner, oldest first, with its state.

    It is active, inactive, unresponsive (paused, because its target does not respond), listening, or stale (its
    listener died).
    """
    reader = store.reader(partner_id)
    queues = await outbox.queues(reader)
    return [(each, _state(each, queues.get(each.id, Queue()), now)) for each in await subscriptions.find_all(reader)]


def _state(subscription: Subscription, queue: Queue, now: Instant) -> str:
    if subscription.is_listener:
        return "listening" if queue.is_claimed(now) else "stale"
    if queue.paused_until:
        return "unresponsive"
    return "active" if subscription.is_active else "inactive"
