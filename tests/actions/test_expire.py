"""What has expired is deleted, also of partners for whom nothing happens any longer."""

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import LINE
from tests.support.events import subscribe
from tests.support.open_store import OpenStore
from tests.support.traces import columns_with
from trunkline.actions.operator.expire import expire
from trunkline.domain.events import EventType
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
