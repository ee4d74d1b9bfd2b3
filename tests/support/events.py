"""The events of a partner, read where they are stored."""

import json
from typing import Any

from tests.support.caller import Caller
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, create_subscription
from trunkline.domain.events import EventType
from trunkline.storage.sql import Query

_EVENTS = Query("events", "select type, body from events where partner_id = $1 order by sequence", ("partner",))


def subscribe(we: Caller, *events: EventType) -> None:
    """Subscribes to these events."""
    update = SubscriptionUpdate(target_url="https://subscriber.example.com/hook", subscribed_events=events)
    we.api.opened.run(create_subscription(we.api.opened.store, we.ctx(), update))


def emitted_events(we: Caller) -> list[tuple[str, dict[str, Any]]]:
    """The type and the data of every event, in order."""
    rows = we.api.opened.run(we.api.opened.store.database.fetch(_EVENTS, (we.tenant.id,)))
    return [(kind, json.loads(body.replace(b"\x1a", b"").replace(b"\x1c", b""))["data"]) for kind, body in rows]
