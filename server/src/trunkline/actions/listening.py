"""Listening at a terminal: a subscription that one process alone delivers, for as long as it lives.

Its queue is claimed from the beginning, and the claim renewed, so no worker of a service takes it up. When the process
dies without a word, the claim runs out, and the first worker that has something to deliver to it deletes it.
"""

import uuid
from collections.abc import Sequence

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.subscriptions import new_secret
from trunkline.domain.errors import NotYourLine
from trunkline.domain.instant import Clock, Instant
from trunkline.domain.subscription import LISTENER, Subscription, check_events
from trunkline.storage import outbox, subscriptions
from trunkline.storage.changes import change
from trunkline.storage.outbox import Claim
from trunkline.storage.store import Store


class Listening(msgspec.Struct, frozen=True):
    """A subscription of this process, and the claim on its queue."""

    subscription: Subscription
    secret: str
    claimed: Claim


async def begin(
    store: Store, cause: Cause, events: Sequence[str], line: str | None, *, clock: Clock, lease: Instant
) -> Listening:
    """Subscribes to events from now on, of one line or of all; what others left behind is cleared away.

    Raises ``InvalidParameter`` or ``NotYourLine``.
    """
    wanted = check_events(events)
    if line is not None and not await store.partners.has_line(cause.partner_id, line):
        raise NotYourLine(f"{line} is not one of the partner's lines")
    numbers = None if line is None else (line,)
    secret = new_secret()
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        claims = await outbox.claims(opened.transaction, opened.partner_id)
        for known in await subscriptions.all_of(opened.transaction, opened.partner_id):
            if known.is_listener and claims.get(known.id, 0) <= clock():
                await subscriptions.delete(opened, known.id)
        made = str(uuid.uuid4())
        subscription = Subscription(made, LISTENER + made, wanted, numbers, True, None, None, opened.now, opened.now)
        await subscriptions.add(opened, subscription, secret)
        claimed = await outbox.reserve(opened.transaction, opened.partner_id, made, clock() + lease)
    return Listening(subscription, secret, claimed)


async def states(store: Store, partner_id: int, now: Instant) -> Sequence[tuple[Subscription, str]]:
    """Every subscription of a partner, oldest first: active, inactive, listening, or stale where a listener died."""
    claims = await outbox.claims(store.database, partner_id)
    found: list[tuple[Subscription, str]] = []
    for each in await subscriptions.all_of(store.database, partner_id):
        if each.is_listener:
            state = "listening" if claims.get(each.id, 0) > now else "stale"
        else:
            state = "active" if each.is_active else "inactive"
        found.append((each, state))
    return found


async def end(store: Store, cause: Cause, subscription_id: str) -> None:
    """Listens no more; what was not delivered yet never is."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        await subscriptions.delete(opened, subscription_id)
