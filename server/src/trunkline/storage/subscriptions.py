"""Webhook subscriptions, as rows, and what a courier needs to deliver to one."""

import json
from collections.abc import Sequence

import msgspec

from trunkline.domain.instant import Instant
from trunkline.domain.subscription import Subscription
from trunkline.storage import outbox
from trunkline.storage.changes import Change
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("subscriptions")


class Errand(msgspec.Struct, frozen=True):
    """An event and the subscription that it goes to. ``body`` is completed like every document."""

    target_url: str
    secret: str
    is_active: int
    routing_id_header: str | None
    routing_key_header: str | None
    event_id: str
    event_type: str
    chat_id: str | None
    created_at: Instant
    body: bytes
    token: str | None
    """What the receiver last asked to be sent along for the chat."""

    def __repr__(self) -> str:
        """Without the secret, wherever this is logged."""
        return f"Errand({self.event_id})"


async def add(opened: Change, subscription: Subscription, secret: str) -> None:
    """A new subscription."""
    query = _QUERIES["add"]
    await opened.transaction.fetch(query, query.values(**_values(opened, subscription), secret=secret))


async def update(opened: Change, subscription: Subscription) -> None:
    """Stores a changed subscription; one that is not active has nothing waiting."""
    query = _QUERIES["update"]
    await opened.transaction.fetch(query, query.values(**_values(opened, subscription)))
    if subscription.routing_key_header is None:
        await opened.transaction.fetch(_QUERIES["forget_tokens"], (opened.partner_id, subscription.id))
    if not subscription.is_active:
        why = "the subscription was made inactive"
        await outbox.abandon(opened.transaction, opened.partner_id, subscription.id, why, opened.now)


async def delete(opened: Change, subscription_id: str) -> None:
    """Deletes a subscription and what waits for it. What it was sent is kept as long as ever."""
    for name in ("delete", "forget_tokens"):
        await opened.transaction.fetch(_QUERIES[name], (opened.partner_id, subscription_id))
    why = "the subscription was deleted"
    await outbox.abandon(opened.transaction, opened.partner_id, subscription_id, why, opened.now)


async def all_of(reader: Database | Transaction, partner_id: int) -> Sequence[Subscription]:
    """A partner's subscriptions, oldest first; never many."""
    return [_subscription(*row) for row in await reader.fetch(_QUERIES["all"], (partner_id,))]


async def errand(database: Database, partner_id: int, subscription_id: str, number: int) -> Errand | None:
    """The event of that number for a subscription; None when one of them is not there any more."""
    query = _QUERIES["errand"]
    values = query.values(partner=partner_id, id=subscription_id, number=number)
    found = await database.fetch(query, values)
    return Errand(*found[0]) if found else None


async def save_token(opened: Change, subscription_id: str, chat_id: str, token: str) -> None:
    """What the receiver asks to be sent along for a chat from now on."""
    query = _QUERIES["save_token"]
    values = query.values(partner=opened.partner_id, id=subscription_id, chat_id=chat_id, token=token)
    await opened.transaction.fetch(query, values)


def _values(opened: Change, subscription: Subscription) -> dict[str, Value]:
    numbers = subscription.phone_numbers
    return msgspec.structs.asdict(subscription) | {
        "partner": opened.partner_id,
        "events": json.dumps(subscription.events),
        "phone_numbers": None if numbers is None else json.dumps(numbers),
        "is_active": int(subscription.is_active),
    }


def _subscription(
    subscription_id: str, target_url: str, events: str, phone_numbers: str | None, is_active: int, *rest: str | int
) -> Subscription:
    numbers = None if phone_numbers is None else tuple(json.loads(phone_numbers))
    wanted = tuple(json.loads(events))
    return Subscription(subscription_id, target_url, wanted, numbers, bool(is_active), *rest)  # type: ignore[arg-type]
