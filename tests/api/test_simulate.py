"""``POST /admin/simulate``: the counterparty of a line, as the partner sees it."""

from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from tests.support.asgi import BASE, Api
from tests.support.caller import Caller, emails, text
from tests.support.carrier_worker import work
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.events import emitted_events
from tests.support.events import subscribe as subscribe_here
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from tests.support.store_contents import outbox_and_events
from tests.support.webhook_worker import subscribe
from trunkline.actions.lines.capability import Network
from trunkline.api.app import Application
from trunkline.api.faults import FaultInjector
from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.domain.chat import Service
from trunkline.domain.events import EventType
from trunkline.schemas.sandbox import ACTIONS

ADDRESS = "/admin/simulate"


def play(we: Caller, action: str, **body: Any) -> dict[str, Any]:
    """What happened, according to the response."""
    response = try_to(we, action, **body)
    assert response.status_code == 200, response.text
    return response.json()


def try_to(we: Caller, action: str, **body: Any) -> Response:
    """The response. ``sender`` stands for ``from``; by default, the line is the first one."""
    if "sender" in body:
        body["from"] = body.pop("sender")
    if "chat_id" not in body and "message_id" not in body and not action.endswith(("rule", "rules")):
        body.setdefault("to", LINE)
    return we.post(ADDRESS, {"action": action, **body})


def deliver(we: Caller) -> None:
    """The loopback carrier handles everything that is pending."""
    store, clock = we.api.opened.store, we.clock
    dispatcher = CarrierDispatcher(store, Loopback(store, clock), clock)
    we.api.opened.run(work(store, we.tenant.id, dispatcher, clock))


def status(we: Caller, message_id: str) -> str:
    return we.message(message_id)["delivery_status"]


def test_contact_cards_that_the_line_shared(we: Caller) -> None:
    assert "no chat" in refused(try_to(we, "contact_cards", sender=ALICE), 404, 2001)
    we.post("/v3/contact_card", {"phone_number": LINE, "first_name": "Harbor"})
    chat = we.create()["id"]
    assert play(we, "contact_cards", sender=ALICE)["contact_cards"] == []
    assert we.post(f"/v3/chats/{chat}/share_contact_card").status_code == 204
    [waiting] = play(we, "contact_cards", chat_id=chat)["contact_cards"]
    assert (waiting["card"]["first_name"], waiting["shown_at"]) == ("Harbor", None)
    deliver(we)
    [shown] = play(we, "contact_cards", sender=ALICE)["contact_cards"]
    assert shown["shared_at"] == waiting["shared_at"] < shown["shown_at"]


def test_a_counterparty_shares_a_contact_card(we: Caller) -> None:
    subscribe_here(we, EventType.CONTACT_CARD_RECEIVED)
    result = play(we, "share_contact_card", sender=ALICE, first_name="Ann", last_name="Lee")
    assert result["says"] == f"{ALICE} shared a contact card with {LINE}."
    assert emitted_events(we) == [
        (
            "contact_card.received",
            {
                "first_name": "Ann",
                "last_name": "Lee",
                "owner_handle": LINE,
                "sender_handle": ALICE,
                "media_url": None,
            },
        )
    ]
    refused(try_to(we, "share_contact_card", sender=ALICE, first_name=" "), 400, 1005)
    refused(try_to(we, "share_contact_card", first_name="Ann"), 400, 1001)
    refused(try_to(we, "share_contact_card", sender=ALICE), 400, 1001)


def test_a_message_begins_a_chat_and_the_next_one_goes_into_it(we: Caller) -> None:
    first = play(we, "message", sender=ALICE, text="Hello?")
    second = play(we, "message", sender=ALICE, text="Anybody there?", service="SMS")
    assert first["chat_id"] == second["chat_id"]
    assert first["messages"] == 1
    [chat] = we.chats()
    assert (chat["id"], chat["service"], chat["is_group"]) == (first["chat_id"], "SMS", False)
    messages = we.messages(chat["id"])
    assert [each["parts"][0]["value"] for each in messages] == ["Anybody there?", "Hello?"]
    assert [each["id"] for each in messages] == [second["message_id"], first["message_id"]]
    assert {(each["from"], each["is_from_me"], each["delivery_status"]) for each in messages} == {
        (ALICE, False, "received")
    }


def test_without_a_service_it_comes_over_the_chats(we: Caller) -> None:
    first = play(we, "message", sender=ALICE, text="one", service="RCS")
    second = play(we, "message", sender=ALICE, text="two")
    assert [we.message(each["message_id"])["service"] for each in (first, second)] == ["RCS", "RCS"]
    assert we.message(play(we, "message", sender=BOB, text="x")["message_id"])["service"] == "iMessage"


def test_the_line_may_be_left_out_where_there_is_one(timed: Api, we: Caller) -> None:
    assert refused(try_to(we, "message", sender=ALICE, text="hi", to=None), 400, 1001).startswith("'to' is missing")
    single = Caller(timed, we.clock, timed.opened.run(new_partner(timed.opened.store, lines=[OTHER_LINE])))
    play(single, "message", sender=ALICE, text="hi", to=None)
    assert single.chats()[0]["handles"][0]["handle"] == OTHER_LINE


def test_a_message_to_a_group_begins_it_or_finds_it(we: Caller) -> None:
    first = play(we, "message", sender=ALICE, text="all of you", others=[BOB, "Carol@Example.com"])
    second = play(we, "message", sender=BOB, text="yes?", others=[CAROL, ALICE])
    third = play(we, "message", sender=CAROL, text="here", chat_id=first["chat_id"])
    assert first["chat_id"] == second["chat_id"] == third["chat_id"]
    [chat] = we.chats()
    assert chat["is_group"]
    assert {each["handle"] for each in chat["handles"]} == {LINE, ALICE, BOB, CAROL}
    assert [each["from"] for each in we.messages(chat["id"])] == [CAROL, BOB, ALICE]
    assert try_to(we, "message", sender="+13105550199", text="x", chat_id=first["chat_id"]).status_code == 400
    assert try_to(we, "message", sender=ALICE, text="x", chat_id=first["chat_id"], others=[BOB]).status_code == 400


def test_an_answer_with_a_file_is_in_the_thread(we: Caller) -> None:
    sent = we.create()["message"]["id"]
    parts = [{"type": "text", "value": "this one"}, {"type": "media", "url": "https://files.example/cat.png"}]
    done = play(we, "message", sender=ALICE, message={"parts": parts, "reply_to": {"message_id": sent}})
    message = we.message(done["message_id"])
    assert message["reply_to"] == {"message_id": sent, "part_index": 0}
    assert [each["type"] for each in message["parts"]] == ["text", "media"]
    thread = we.pages(f"/v3/messages/{sent}/thread")
    assert {each["id"] for each in thread} == {sent, done["message_id"]}


def test_the_same_key_changes_nothing(we: Caller) -> None:
    message = text("only once", idempotency_key="webhook-1")
    first = play(we, "message", sender=ALICE, message=message)
    assert play(we, "message", sender=ALICE, message=message) == first
    assert len(we.messages(first["chat_id"])) == 1


def test_stop_and_coming_back(we: Caller) -> None:
    chat_id = we.create()["id"]
    play(we, "message", sender=ALICE, text="STOP")
    assert we.health(chat_id) == "OPTED_OUT"
    refused(we.try_send(chat_id), 403, 2024)
    play(we, "message", sender=ALICE, text="all right, go on")
    assert we.health(chat_id) == "HEALTHY"
    we.send(chat_id)


def test_a_blocked_sender_is_dropped(we: Caller) -> None:
    assert we.post("/v3/blocked_handles", {"handle": ALICE}).status_code == 200
    done = play(we, "message", sender=ALICE, text="hello?")
    assert done["says"].startswith("Dropped")
    assert (done["chat_id"], done["message_id"], done["messages"]) == (None, None, 0)
    assert we.chats() == []


def test_a_reaction_comes_and_goes(we: Caller) -> None:
    message_id = we.create()["message"]["id"]
    we.create(message=text("the last one"))
    done = play(we, "reaction", sender=ALICE, type="love")
    [reaction] = we.message(done["message_id"])["parts"][0]["reactions"]
    assert done["message_id"] != message_id
    assert (reaction["handle"]["handle"], reaction["is_me"], reaction["type"]) == (ALICE, False, "love")
    play(we, "reaction", sender=ALICE, message_id=message_id, type="custom", custom_emoji="🦜")
    assert we.message(message_id)["parts"][0]["reactions"][0]["custom_emoji"] == "🦜"
    play(we, "reaction", sender=ALICE, type="love", remove=True)
    assert we.message(done["message_id"])["parts"][0]["reactions"] is None


def test_reading_all_of_a_chat_or_one_message(we: Caller) -> None:
    chat = we.create()
    ids = [chat["message"]["id"], *[we.send(chat["id"])["id"] for _ in range(4)]]
    deliver(we)
    assert play(we, "read", message_id=ids[1])["messages"] == 1
    assert [status(we, each) for each in ids[:3]] == ["delivered", "read", "delivered"]
    done = play(we, "read", sender=ALICE)
    assert (done["chat_id"], done["message_id"], done["messages"]) == (chat["id"], ids[-1], 4)
    assert {status(we, each) for each in ids} == {"read"}
    assert play(we, "read", chat_id=chat["id"])["messages"] == 0


def test_reading_goes_back_as_far_as_it_must(we: Caller) -> None:
    chat_id = we.create()["id"]
    for _ in range(120):
        we.send(chat_id)
    assert play(we, "read", sender=ALICE)["messages"] == 121
    assert {each["delivery_status"] for each in we.messages(chat_id)} == {"read"}


def test_typing_is_told(we: Caller) -> None:
    kinds = [EventType.TYPING_STARTED, EventType.TYPING_STOPPED]
    store = we.api.opened.store
    we.api.opened.run(subscribe(store, we.tenant.id, "http://127.0.0.1:9/", kinds, at=we.clock()))
    chat_id = we.create()["id"]
    assert play(we, "typing", sender=ALICE)["chat_id"] == chat_id
    assert play(we, "typing", sender=ALICE, stop=True)["messages"] == 0
    happened = we.api.opened.run(outbox_and_events(store, we.tenant.id))
    assert [each for each in happened if each in kinds] == kinds * 2


def test_somebody_leaves_a_group_and_comes_back(we: Caller) -> None:
    chat_id = we.create([ALICE, BOB, CAROL])["id"]

    def of_bob() -> str:
        [member] = [each for each in we.chat(chat_id)["handles"] if each["handle"] == BOB]
        return member["status"]

    assert play(we, "leave", sender=BOB, chat_id=chat_id)["chat_id"] == chat_id
    assert of_bob() == "left"
    assert try_to(we, "leave", sender=BOB, chat_id=chat_id).status_code == 400
    play(we, "join", sender=BOB, chat_id=chat_id)
    assert of_bob() == "active"
    play(we, "join", sender="+13105550199", chat_id=chat_id)
    assert len(we.chat(chat_id)["handles"]) == 5
    refused(try_to(we, "leave", sender=BOB), 400, 1001)
    refused(try_to(we, "leave", sender=ALICE, chat_id=we.create()["id"]), 409, 1006)


def test_they_change_what_they_wrote(we: Caller) -> None:
    first = play(we, "message", sender=ALICE, text="helo")["message_id"]
    we.send(we.chats()[0]["id"])
    assert play(we, "edit", sender=ALICE, text="hello")["message_id"] == first
    assert we.message(first)["parts"][0]["value"] == "hello"
    ours = we.messages(we.chats()[0]["id"])[0]["id"]
    assert try_to(we, "edit", message_id=ours, text="no").status_code == 400


def test_messages_that_fail_cost_the_chat_its_health_until_they_arrive(we: Caller) -> None:
    chat_id = we.create()["id"]
    first = we.messages(chat_id)[0]["id"]
    assert play(we, "fail", sender=ALICE, reason="no such number")["message_id"] == first
    second = we.send(chat_id)["id"]
    assert we.health(chat_id) == "HEALTHY"
    play(we, "fail", message_id=second)
    assert [status(we, each) for each in (first, second)] == ["failed", "failed"]
    assert we.health(chat_id) == "AT_RISK"
    play(we, "deliver", message_id=second, service="SMS")
    assert (status(we, second), we.message(second)["service"]) == ("delivered", "SMS")
    assert we.health(chat_id) == "HEALTHY"
    assert play(we, "deliver", message_id=second)["says"] == "The message is now delivered."


def test_what_has_arrived_cannot_fail(we: Caller) -> None:
    message_id = we.create()["message"]["id"]
    deliver(we)
    assert "a rule that 'holds'" in refused(try_to(we, "fail", message_id=message_id), 400, 1005)
    play(we, "read", message_id=message_id)
    assert play(we, "deliver", message_id=message_id)["says"] == "Nothing changed: the message was already read."


def test_a_rule_decides_how_messages_fare(we: Caller) -> None:
    everybody = {"services": ["SMS"]}
    assert play(we, "set_rule", rule=everybody)["rules"] == [{"handle": None, "rule": everybody}]
    kept = play(we, "set_rule", handle="Carol@example.com", rule={"fail": "mailbox full"})["rules"]
    assert kept == [
        {"handle": None, "rule": everybody},
        {"handle": CAROL, "rule": {"fail": "mailbox full"}},
    ]
    assert play(we, "rules")["rules"] == kept
    alice, carol = we.create()["message"]["id"], we.create([CAROL])["message"]["id"]
    deliver(we)
    assert (status(we, alice), we.message(alice)["service"]) == ("delivered", "SMS")
    assert status(we, carol) == "failed"
    assert we.chats(to=ALICE)[0]["service"] == "SMS"
    assert play(we, "clear_rules", handle=CAROL)["rules"] == kept[:1]
    assert play(we, "clear_rules")["rules"] == []


def test_rules_and_chats_are_one_partners(we: Caller, they: Caller) -> None:
    play(we, "set_rule", rule={"reads": True})
    assert play(they, "rules")["rules"] == []
    chat = we.create()
    refused(try_to(they, "typing", sender=ALICE, chat_id=chat["id"]), 404, 2001)
    refused(try_to(they, "read", message_id=chat["message"]["id"]), 404, 2002)
    refused(try_to(they, "fail", message_id=chat["message"]["id"]), 404, 2002)


@pytest.mark.parametrize(
    ("body", "http", "code", "told_of"),
    [
        ({}, 400, 1001, "'action' is missing"),
        ({"action": "dance"}, 400, 1005, f"it must be one of {', '.join(ACTIONS)}"),
        ({"action": "message", "from": ALICE, "to": LINE}, 400, 1001, "'text' or 'message' is missing"),
        (
            {"action": "message", "from": ALICE, "to": LINE, "text": "a", "message": {"parts": []}},
            400,
            1005,
            "'text' and 'message' are both given",
        ),
        ({"action": "message", "from": ALICE, "to": LINE, "text": " "}, 400, 1004, "'text' is empty"),
        ({"action": "message", "to": LINE, "text": "x"}, 400, 1001, "'from' is missing"),
        ({"action": "message", "from": "alice", "to": LINE, "text": "x"}, 400, 1002, "'from' is 'alice'"),
        ({"action": "message", "from": ALICE, "to": "12", "text": "x"}, 403, 2006, "'to' is +12"),
        ({"action": "message", "from": ALICE, "to": "x", "text": "x"}, 400, 1002, "'to' is 'x'"),
        ({"action": "message", "from": ALICE, "to": LINE, "text": "x", "txt": 1}, 400, 1003, "`txt`"),
        ({"action": "message", "from": LINE, "to": LINE, "text": "x"}, 400, 1005, "is the line itself"),
        ({"action": "read"}, 400, 1001, "'chat_id' is missing"),
        ({"action": "read", "chat_id": "a\u0000b"}, 400, 1003, "'chat_id' is not valid"),
        ({"action": "read", "from": ALICE, "to": LINE}, 404, 2001, "has no chat with"),
        ({"action": "reaction", "from": ALICE, "to": LINE, "type": "wow"}, 400, 1003, "'type' is not valid"),
        ({"action": "reaction", "from": ALICE, "to": LINE, "type": "custom"}, 400, 1001, "'custom_emoji' is missing"),
        (
            {"action": "reaction", "from": ALICE, "to": LINE, "type": "love", "custom_emoji": "x"},
            400,
            1005,
            "only custom has one",
        ),
        (
            {"action": "message", "from": ALICE, "to": LINE, "text": "x", "others": emails(31)},
            400,
            1005,
            "'others' lists 31 handles",
        ),
        ({"action": "set_rule", "rule": {"delay": 3}}, 400, 1003, "`delay`"),
        ({"action": "set_rule", "rule": {"delay_seconds": -1}}, 400, 1003, "'rule.delay_seconds' is not valid"),
        ({"action": "set_rule"}, 400, 1001, "'rule' is missing"),
    ],
)
def test_a_mistake_is_told(we: Caller, body: dict[str, Any], http: int, code: int, told_of: str) -> None:
    assert told_of in refused(we.post(ADDRESS, body), http, code)


def test_an_answer_to_what_is_not_there_is_refused(we: Caller) -> None:
    message = text("yes", reply_to={"message_id": "00000000-0000-7000-8000-000000000000"})
    refused(try_to(we, "message", sender=ALICE, message=message), 404, 2002)
    assert we.chats() == []


def test_a_chat_without_a_message_that_could_be_meant(we: Caller) -> None:
    play(we, "message", sender=ALICE, text="hi")
    refused(try_to(we, "fail", sender=ALICE), 404, 2002)


def test_it_takes_a_key_and_the_loopback_carrier(opened: OpenStore, we: Caller) -> None:
    refused(we.post(ADDRESS, {"action": "rules"}, headers={"authorization": "Bearer nobody"}), 401, 2004)

    async def reach(partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return frozenset()

    app: Any = Application(
        opened.store, BASE, BASE, we.clock, network=Network("modem:open", reach), faults=FaultInjector()
    )

    async def ask() -> Response:
        async with AsyncClient(transport=ASGITransport(app), base_url=BASE) as client:
            key = {"authorization": f"Bearer {we.tenant.secret}"}
            return await client.post(ADDRESS, json={"action": "rules"}, headers=key)

    assert "this service has the carrier 'modem:open'" in refused(opened.run(ask()), 404, 2001)
