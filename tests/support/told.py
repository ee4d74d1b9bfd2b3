"""What subscribers of a partner are told, read where it waits to be delivered."""

import json
from typing import Any

from tests.support.caller import Caller
from trunkline.actions.subscriptions import Wish, create_subscription
from trunkline.domain.events import EventType
from trunkline.storage.sql import Query

_EVENTS = Query("events", "select type, body from events where partner_id = $1 order by number", ("partner",))


def subscribe(we: Caller, *events: EventType) -> None:
    """Somebody wants to be told of these events from now on."""
    wish = Wish(target_url="https://subscriber.example.com/hook", subscribed_events=events)
    we.api.opened.run(create_subscription(we.api.opened.store, we.cause(), wish))


def told(we: Caller) -> list[tuple[str, dict[str, Any]]]:
    """The type and the data of every event, in order."""
    rows = we.api.opened.run(we.api.opened.store.database.fetch(_EVENTS, (we.tenant.id,)))
    return [(kind, json.loads(body.replace(b"\x1a", b""))["data"]) for kind, body in rows]
