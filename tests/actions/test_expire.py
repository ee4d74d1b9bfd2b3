"""What has expired is deleted, also of partners for whom nothing happens any longer."""

import asyncio

import pytest

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import LINE
from tests.support.events import subscribe
from tests.support.open_store import OpenStore
from tests.support.traces import columns_with
from trunkline.actions.operator.expire import expire
from trunkline.domain.context import RequestContext
from trunkline.domain.events import EventType
from trunkline.storage import retention, turns
from trunkline.testing.clock import Clock

CANARY = "canary7f3a"


def test_a_quiet_partner_keeps_nothing_beyond_its_retention(opened: OpenStore) -> None:
    clock = Clock()
    we = Caller(Api(opened, clock), clock)
    subscribe(we, *EventType)
    chat = we.create()["id"]
    card = {"phone_number": LINE, "first_name": CANARY}
    assert we.post("/v3/contact_card", card).status_code < 300
    for number in range(3):
        we.send(chat, text(CANARY, idempotency_key=f"key-{number}"))
        assert we.post(f"/v3/chats/{chat}/share_contact_card").status_code < 300
    we.hear(CANARY)
    lasting = {"messages.document", "contact_cards.first_name"}
    temporary = {"events.body", "idempotency_records.body", "contact_card_shares.first_name"}
    clock.advance(hours=29 * 24)
    opened.run(expire(opened.store, clock()))
    assert opened.run(columns_with(opened.store, CANARY)) == lasting | temporary
    clock.advance(hours=3 * 24)
    opened.run(expire(opened.store, clock()))
    assert opened.run(columns_with(opened.store, CANARY)) == lasting


def test_however_many_requests_of_a_partner_wait(opened: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    we = Caller(Api(opened, clock), clock)
    we.send(we.create()["id"], text("hello", idempotency_key="key"))
    clock.advance(hours=32 * 24)
    monkeypatch.setattr(turns, "MAX_WAITING", 0)

    async def expire_during_a_change() -> None:
        store, now = opened.store, clock()
        (partner_id,) = await retention.partners_with_expired(store.database, now, 2)
        async with store.change(RequestContext(partner_id, now)):
            expiring = asyncio.create_task(expire(store, now))
            await asyncio.sleep(0.1)
        await expiring
        assert not await retention.partners_with_expired(store.database, now, 2)

    opened.run(expire_during_a_change())
