"""Migration 0014: what was deleted before it is forgotten, and what is deleted after it, too."""

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.events import subscribe
from tests.support.open_store import OpenStore
from tests.support.traces import columns_with
from trunkline.domain.events import EventType, WebhookVersion
from trunkline.domain.message import DeliveryStatus
from trunkline.storage.migrations.step_0014 import begin_forgetting
from trunkline.storage.sql import Query
from trunkline.testing.clock import Clock

GONE, KEPT = "canary7f3a", "parrot51"

_BEFORE = """\
update events set message_id = null;
delete from media_parts;
delete from messages where id = '{message}';
"""
"""What a version before schema 14 left when it deleted a message."""

_INDEXED = Query("indexed", "select count(*) from events where message_id = $1", ("message",))


def test_messages_that_were_deleted_before(opened: OpenStore) -> None:
    clock = Clock()
    we = Caller(Api(opened, clock), clock)
    for version in WebhookVersion:
        subscribe(we, *EventType, version=version)
    chat = we.create()["id"]
    gone, kept = [we.send(chat, text(words, idempotency_key=words))["id"] for words in (GONE, KEPT)]
    for message in (gone, kept):
        we.receipt(message, DeliveryStatus.DELIVERED)

    async def migrate() -> None:
        async with opened.store.database.transaction() as transaction:
            await transaction.script(_BEFORE.format(message=gone))
        assert await columns_with(opened.store, GONE) >= {"events.body", "idempotency_records.body"}
        async with opened.store.database.transaction() as transaction:
            await begin_forgetting(transaction)

    opened.run(migrate())
    # Its key was chosen by the client, and stays used.
    assert opened.run(columns_with(opened.store, f'"value":"{GONE}"')) == set()
    found = {"messages.document", "events.body", "idempotency_records.body"}
    assert opened.run(columns_with(opened.store, f'"value":"{KEPT}"')) == found
    [(indexed,)] = opened.run(opened.store.database.fetch(_INDEXED, (kept,)))
    assert indexed > 0
    assert we.call("DELETE", f"/v3/messages/{kept}").status_code == 204
    assert opened.run(columns_with(opened.store, f'"value":"{KEPT}"')) == set()
