"""Webhook subscriptions, as rows, and what a delivery to one needs."""

import json
from collections.abc import Sequence

import msgspec

from trunkline.domain.events import WebhookVersion
from trunkline.domain.instant import Instant
from trunkline.domain.subscription import Subscription
from trunkline.storage import outbox
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Value, load

_QUERIES = load("subscriptions")


class Delivery(msgspec.Struct, frozen=True):
    """An event and the subscription that it goes to. ``body`` is not completed (``schemas/documents``)."""

    target_url: str
    secret: str
    is_active: int
    routing_id_header: str | None
    routing_key_header: str | None
    event_id: str
    event_type: str
    version: str
    chat_id: str | None
    created_at: Instant
    body: bytes
    routing_token: str | None
    """The last routing token that the receiver returned for the chat."""

    def __repr__(self) -> str:
        """Without the secret, because this may be logged."""
        return f"Delivery({self.event_id})"


async def add(change: Change, subscription: Subscription, secret: str) -> None:
    """Adds a subscription."""
    query = _QUERIES["add"]
    await change.fetch(query, query.values(**_values(change, subscription), secret=secret))


async def update(change: Change, subscription: Subscription) -> None:
    """Stores a changed subscription. An inactive one loses its pending deliveries, an active one its pause."""
    query = _QUERIES["update"]
    await change.fetch(query, query.values(**_values(change, subscription)))
    if subscription.routing_key_header is None:
        await change.fetch(_QUERIES["delete_tokens"], (change.partner_id, subscription.id))
    if subscription.is_active:
        await outbox.resume(change.transaction, change.partner_id, subscription.id)
    else:
        outcome = "the subscription was made inactive"
        await outbox.abandon(change.transaction, change.partner_id, subscription.id, outcome, change.clock_time)


async def delete(change: Change, subscription_id: str) -> None:
    """Deletes a subscription and its pending deliveries. Finished deliveries stay for their retention."""
    for name in ("delete", "delete_tokens"):
        await change.fetch(_QUERIES[name], (change.partner_id, subscription_id))
    outcome = "the subscription was deleted"
    await outbox.abandon(change.transaction, change.partner_id, subscription_id, outcome, change.clock_time)


async def find_all(reader: Reader) -> Sequence[Subscription]:
    """A partner's subscriptions, oldest first."""
    return [_subscription(*row) for row in await reader.fetch(_QUERIES["all"], (reader.partner_id,))]


async def delivery(reader: Reader, subscription_id: str, sequence: int) -> Delivery | None:
    """The delivery of an event to a subscription; None if either no longer exists."""
    query = _QUERIES["delivery"]
    values = query.values(partner=reader.partner_id, id=subscription_id, sequence=sequence)
    found = await reader.fetch(query, values)
    return Delivery(*found[0]) if found else None


async def save_routing_token(change: Change, subscription_id: str, chat_id: str, token: str) -> None:
    """Stores the routing token that the receiver returned for a chat."""
    query = _QUERIES["save_token"]
    values = query.values(partner=change.partner_id, id=subscription_id, chat_id=chat_id, token=token)
    await change.fetch(query, values)


def _values(change: Change, subscription: Subscription) -> dict[str, Value]:
    numbers = subscription.phone_numbers
    return msgspec.structs.asdict(subscription) | {
        "partner": change.partner_id,
        "events": json.dumps(subscription.events),
        "phone_numbers": None if numbers is None else json.dumps(numbers),
        "is_active": int(subscription.is_active),
    }


def _subscription(
    subscription_id: str,
    target_url: str,
    version: str,
    events: str,
    phone_numbers: str | None,
    is_active: int,
    *rest: str | int,
) -> Subscription:
    numbers = None if phone_numbers is None else tuple(json.loads(phone_numbers))
    event_types = tuple(json.loads(events))
    return Subscription(
        subscription_id,
        target_url,
        WebhookVersion(version),
        event_types,
        numbers,
        bool(is_active),
        *rest,  # type: ignore[arg-type]
    )
