"""The events of a partner, read where they are stored."""

import json
from typing import Any

from tests.support.caller import Caller
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, create_subscription
from trunkline.domain.events import LATEST_VERSION, EventType, WebhookVersion
from trunkline.storage.sql import Query

_EVENTS = Query(
    "events",
    "select type, body from events where partner_id = $1 and version = $2 order by sequence",
    ("partner", "version"),
)


def subscribe(we: Caller, *events: EventType, version: WebhookVersion = LATEST_VERSION) -> None:
    """Subscribes to these events, once for each version."""
    target_url = f"https://subscriber.example.com/hook?version={version}"
    update = SubscriptionUpdate(target_url=target_url, subscribed_events=events)
    we.api.opened.run(create_subscription(we.api.opened.store, we.ctx(), update))


def emitted_events(we: Caller, version: WebhookVersion = LATEST_VERSION) -> list[tuple[str, dict[str, Any]]]:
    """The type and the data of every event in a version, in order."""
    return [(each["event_type"], each["data"]) for each in emitted_webhooks(we, version)]


def emitted_webhooks(we: Caller, version: WebhookVersion = LATEST_VERSION) -> list[dict[str, Any]]:
    """The body of every event in a version, in order."""
    rows = we.api.opened.run(we.api.opened.store.database.fetch(_EVENTS, (we.tenant.id, version)))
    webhooks = [json.loads(body.replace(b"\x1a", b"").replace(b"\x1c", b"")) for _, body in rows]
    assert [kind for kind, _ in rows] == [each["event_type"] for each in webhooks]
    assert {each["webhook_version"] for each in webhooks} <= {version}
    return webhooks
