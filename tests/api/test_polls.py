"""Polls: created, read, changed and voted in, and what the carrier and subscribers get."""

import json
from typing import Any

import pytest
from httpx2 import Response

from tests.support.caller import GROUP, Caller, text
from tests.support.carrier_worker import Recorder, work
from tests.support.chats import ALICE, BOB, LINE
from tests.support.envelope import refused
from tests.support.store_contents import outbox_and_events
from tests.support.webhook_worker import subscribe
from trunkline.carriers import Carrier
from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.events import EventType
from trunkline.domain.message import DeliveryStatus
from trunkline.domain.poll import MAX_OPTION_TEXT, MAX_OPTIONS
from trunkline.storage.sql import Query

EVENTS = Query("events", "select type, body from events where partner_id = $1 order by sequence", ("partner",))
NOBODY = "01900000-0000-7000-8000-000000000000"


def options(*texts: str) -> dict[str, Any]:
    return {"options": [{"text": each} for each in texts]}


BODIES: list[tuple[dict[str, Any], int, str]] = [
    ({}, 1001, "'poll' is missing"),
    ({"poll": {}}, 1001, "'poll.options' is missing"),
    ({"poll": {"options": [{}]}}, 1001, "'poll.options[0].text' is missing"),
    ({"poll": {"options": "Yes"}}, 1003, "'poll.options'"),
    ({"poll": options("a", "b") | {"idempotency_key": ""}}, 1005, "idempotency key"),
]


def try_create(we: Caller, chat_id: str, *texts: str, **more: Any) -> Response:
    return we.post(f"/v3/chats/{chat_id}/polls", {"poll": options(*texts) | more})


def create(we: Caller, chat_id: str, *texts: str, **more: Any) -> dict[str, Any]:
    response = try_create(we, chat_id, *(texts or ("Yes", "No")), **more)
    assert response.status_code == 201, response.text
    return response.json()


def poll(we: Caller, message_id: str) -> dict[str, Any]:
    response = we.call("GET", f"/v3/messages/{message_id}/poll")
    assert response.status_code == 200, response.text
    return response.json()


def vote(we: Caller, found: dict[str, Any], index: int = 0, operation: str = "add") -> Response:
    option_id = found["poll"]["options"][index]["option_id"]
    return we.post(f"/v3/messages/{found['message_id']}/poll/votes", {"operation": operation, "option_id": option_id})


def play(we: Caller, action: str, **body: Any) -> dict[str, Any]:
    if "sender" in body:
        body["from"] = body.pop("sender")
    response = we.post("/admin/simulate", {"action": action, **body})
    assert response.status_code == 200, response.text
    return response.json()


def voters(found: dict[str, Any]) -> list[list[str]]:
    return [[each["handle"] for each in option["voters"]] for option in found["poll"]["options"]]


def deliver(we: Caller, carrier: Carrier | None = None) -> None:
    """A carrier, by default the loopback, handles everything that is pending."""
    store = we.api.opened.store
    dispatcher = CarrierDispatcher(store, carrier or Loopback(store, we.clock), we.clock)
    we.api.opened.run(work(store, we.tenant.id, dispatcher, we.clock))


def watch(we: Caller) -> None:
    """Subscribes to every event, so that events are stored."""
    url = "https://receiver.example.com/hook"
    we.api.opened.run(subscribe(we.api.opened.store, we.tenant.id, url, tuple(EventType), at=we.clock()))


def events(we: Caller, prefix: str = "poll.") -> list[tuple[str, dict[str, Any]]]:
    """The type and the data of the events of polls."""
    rows = we.api.opened.run(we.api.opened.store.database.fetch(EVENTS, (we.tenant.id,)))
    return [(kind, json.loads(body, strict=False)["data"]) for kind, body in rows if kind.startswith(prefix)]


def test_a_poll_is_a_message_of_the_chat(we: Caller) -> None:
    chat = we.create()
    created = create(we, chat["id"], "Pizza", "Sushi")
    assert created == poll(we, created["message_id"])
    assert (created["chat_id"], created["reactions"]) == (chat["id"], [])
    assert created["poll"]["total_voters"] == 0
    for option, words in zip(created["poll"]["options"], ("Pizza", "Sushi"), strict=True):
        assert option.keys() == {"option_id", "text", "creator_handle", "can_be_edited", "voters"}
        assert (option["text"], option["can_be_edited"], option["voters"]) == (words, False, [])
        assert option["creator_handle"]["handle"] == LINE
    message = we.message(created["message_id"])
    assert (message["parts"], message["delivery_status"], message["is_from_me"]) == ([], "pending", True)
    assert we.messages(chat["id"])[0] == message
    assert we.chat(chat["id"])["updated_at"] == message["created_at"]
    listed = we.call("GET", "/v3/chats", query="include=message_count,last_message").json()["chats"][0]
    assert (listed["message_count"], listed["last_message"]) == (2, message)


def test_polls_count_for_health_and_votes_are_no_replies(we: Caller) -> None:
    chat = we.create()
    sent = [create(we, chat["id"]) for _ in range(20)]
    assert we.health(chat["id"]) != "HEALTHY"
    before = we.health(chat["id"])
    play(we, "vote", sender=ALICE, message_id=sent[-1]["message_id"], option="Yes")
    assert we.health(chat["id"]) == before
    play(we, "poll", sender=ALICE, chat_id=chat["id"], options=["a", "b"])
    assert we.health(chat["id"]) == "HEALTHY"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((), "'poll.options' lists 0 options; it must list at least 2"),
        (("Yes",), "'poll.options' lists one option; it must list at least 2"),
        (("Yes", " \n"), "'poll.options[1].text' is empty"),
        (("Yes", "No", " Yes "), "'poll.options[2].text' is ' Yes ', which is an option already"),
        (("Yes", "x" * (MAX_OPTION_TEXT + 1)), f"has {MAX_OPTION_TEXT + 1} characters; an option has at most"),
        (tuple(map(str, range(MAX_OPTIONS + 1))), f"lists {MAX_OPTIONS + 1} options; a poll has at most {MAX_OPTIONS}"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_options_that_are_not_valid(we: Caller, texts: tuple[str, ...], said: str) -> None:
    chat = we.create()
    before = we.chats()
    assert said in refused(try_create(we, chat["id"], *texts), 400, 1004)
    assert we.chats() == before


@pytest.mark.parametrize(("body", "code", "name"), BODIES)
def test_bodies_that_are_not_valid(we: Caller, body: dict[str, Any], code: int, name: str) -> None:
    chat = we.create()
    assert name in refused(we.post(f"/v3/chats/{chat['id']}/polls", body), 400, code)


def test_the_longest_and_largest_poll(we: Caller) -> None:
    chat = we.create()
    texts = [f"{number}".ljust(MAX_OPTION_TEXT, "🎂") for number in range(MAX_OPTIONS)]
    created = create(we, chat["id"], *texts)
    assert [each["text"] for each in poll(we, created["message_id"])["poll"]["options"]] == texts


def test_sending_rules_apply(we: Caller, they: Caller) -> None:
    chat = we.create()
    refused(try_create(we, NOBODY, "a", "b"), 404, 2001)
    refused(try_create(they, chat["id"], "a", "b"), 404, 2001)
    we.hear("STOP")
    refused(try_create(we, chat["id"], "a", "b"), 403, 2024)
    we.hear("hello again")
    we.post("/v3/blocked_handles", {"handle": ALICE})
    refused(try_create(we, chat["id"], "a", "b"), 403, 2026)
    group = we.create([ALICE, BOB, "carol@example.com"])
    create(we, group["id"])
    created = create(we, group["id"], "stay", "leave")
    assert we.post(f"/v3/chats/{group['id']}/leave").status_code == 202
    refused(try_create(we, group["id"], "a", "b"), 409, 2013)
    refused(vote(we, created), 409, 2013)
    refused(we.post(f"/v3/messages/{created['message_id']}/poll/options", options("c")), 409, 2013)
    assert poll(we, created["message_id"])["poll"]["total_voters"] == 0


def test_a_repeated_request_sends_one_poll(we: Caller) -> None:
    chat = we.create()
    first = create(we, chat["id"], idempotency_key="poll-1")
    assert create(we, chat["id"], idempotency_key="poll-1") == first
    path = f"/v3/chats/{chat['id']}/polls"
    body = {"poll": options("a", "b")}
    again = [we.post(path, body, headers={"Idempotency-Key": "poll-2"}) for _ in range(2)]
    assert again[0].content == again[1].content
    together = we.together(*[("POST", path, {"poll": options("c", "d") | {"idempotency_key": "poll-3"}})] * 5)
    assert len({response.content for response in together}) == 1
    assert len(we.messages(chat["id"])) == 4
    assert "another request" in refused(try_create(we, chat["id"], "x", "y", idempotency_key="poll-1"), 400, 1005)
    assert we.call("DELETE", f"/v3/messages/{first['message_id']}").status_code == 204
    refused(try_create(we, chat["id"], "Yes", "No", idempotency_key="poll-1"), 404, 2002)


def test_votes(we: Caller) -> None:
    chat = we.create(GROUP)
    created = create(we, chat["id"], "Yes", "No")
    voted = vote(we, created)
    assert voted.status_code == 200
    assert voters(voted.json()) == [[LINE], []]
    assert voted.json() == poll(we, created["message_id"])
    assert vote(we, created).json() == voted.json(), "the same vote again changes nothing"
    play(we, "vote", sender=ALICE, message_id=created["message_id"], option="Yes")
    play(we, "vote", sender=ALICE, chat_id=chat["id"], option=created["poll"]["options"][1]["option_id"])
    found = poll(we, created["message_id"])
    assert (voters(found), found["poll"]["total_voters"]) == ([[LINE, ALICE], [ALICE]], 2)
    assert voters(vote(we, created, operation="remove").json()) == [[ALICE], [ALICE]]
    assert "no vote to remove" in refused(vote(we, created, operation="remove"), 400, 1005)
    play(we, "vote", sender=ALICE, chat_id=chat["id"], option="Yes", remove=True)
    assert voters(poll(we, created["message_id"])) == [[], [ALICE]]
    path = f"/v3/messages/{created['message_id']}/poll/votes"
    said = refused(we.post(path, {"operation": "add", "option_id": "x"}), 400, 1005)
    assert (
        f"'option_id' is 'x'; it must be one of the options of this poll: {found['poll']['options'][0]['option_id']}"
        in said
    )
    assert "it must be add or remove" in refused(we.post(path, {"operation": "x", "option_id": "x"}), 400, 1003)


def test_options_are_added(we: Caller) -> None:
    chat = we.create()
    created = create(we, chat["id"], "Yes", "No")
    path = f"/v3/messages/{created['message_id']}/poll/options"
    added = we.post(path, options("Maybe"))
    assert added.status_code == 200
    assert added.json() == poll(we, created["message_id"])
    play(we, "options", sender=ALICE, chat_id=chat["id"], options=["Never", "Always"])
    found = poll(we, created["message_id"])["poll"]["options"]
    assert [each["text"] for each in found] == ["Yes", "No", "Maybe", "Never", "Always"]
    assert [each["creator_handle"]["handle"] for each in found] == [LINE] * 3 + [ALICE] * 2
    assert found[:2] == created["poll"]["options"]
    assert "is an option already" in refused(we.post(path, options("Maybe")), 400, 1004)
    assert "at least 1" in refused(we.post(path, options()), 400, 1004)
    many = options(*map(str, range(MAX_OPTIONS - 4)))
    assert "the poll has 5 already" in refused(we.post(path, many), 400, 1004)
    assert poll(we, created["message_id"])["poll"]["options"] == found


@pytest.mark.parametrize("owner", ["we", "they"])
def test_what_is_no_poll(we: Caller, they: Caller, owner: str) -> None:
    chat = we.create()
    message_id = chat["message"]["id"] if owner == "we" else create(we, chat["id"])["message_id"]
    caller = we if owner == "we" else they
    for each in (message_id, NOBODY, "%00"):
        path = f"/v3/messages/{each}/poll"
        refused(caller.call("GET", path), 404, 2002)
        refused(caller.post(f"{path}/options", options("c")), 404, 2002)
        refused(caller.post(f"{path}/votes", {"operation": "add", "option_id": "x"}), 404, 2002)


def test_reactions_and_replies_are_about_part_0(we: Caller) -> None:
    watch(we)
    chat = we.create()
    created = create(we, chat["id"])
    path = f"/v3/messages/{created['message_id']}/reactions"
    assert we.post(path, {"operation": "add", "type": "love"}).status_code == 202
    [reaction] = poll(we, created["message_id"])["reactions"]
    assert (reaction["type"], reaction["is_me"]) == ("love", True)
    [(kind, data)] = events(we, "poll.reaction")
    assert (kind, data["message_id"], data["part_index"]) == ("poll.reaction.added", created["message_id"], 0)
    assert we.post(path, {"operation": "remove", "type": "love"}).status_code == 202
    assert poll(we, created["message_id"])["reactions"] == []
    assert "'part_index' is 1" in refused(
        we.post(path, {"operation": "add", "type": "love", "part_index": 1}), 400, 1005
    )
    reply = we.send(chat["id"], text("so?", reply_to={"message_id": created["message_id"]}))
    thread = we.pages(f"/v3/messages/{created['message_id']}/thread")
    assert [each["id"] for each in thread] == [created["message_id"], reply["id"]]
    edited = we.call("PATCH", f"/v3/messages/{created['message_id']}", {"text": "hm"})
    assert "only text can be edited" in refused(edited, 400, 1005)


def test_the_loopback_delivers_polls_over_imessage(we: Caller) -> None:
    watch(we)
    chat = we.create()
    created = create(we, chat["id"])
    deliver(we)
    message = we.message(created["message_id"])
    assert (message["delivery_status"], message["service"]) == ("delivered", "iMessage")
    play(we, "read", message_id=created["message_id"])
    found = events(we)
    assert [kind for kind, _ in found] == ["poll.sent", "poll.delivered", "poll.read"]
    sent, delivered, read = [data for _, data in found]
    for data in (sent, delivered, read):
        assert data["poll"] == created["poll"]
        assert (data["direction"], data["sender_handle"]["handle"], data["service"]) == ("outbound", LINE, "iMessage")
        assert data["chat"].keys() == {"id", "is_group", "owner_handle"}
    assert [(each["delivered_at"] is None, each["read_at"] is None) for each in (sent, delivered, read)] == [
        (True, True),
        (False, True),
        (False, False),
    ]
    assert events(we, "message.")[-1][1]["id"] == chat["message"]["id"], "messages have the events of messages"


@pytest.mark.parametrize("services", [["SMS", "RCS"], ["RCS"], []])
def test_a_poll_to_somebody_without_imessage_fails(we: Caller, services: list[str]) -> None:
    watch(we)
    play(we, "set_rule", handle=ALICE, rule={"services": services})
    chat = we.create()
    created = create(we, chat["id"])
    deliver(we)
    assert we.message(created["message_id"])["delivery_status"] == "failed"
    [(kind, data)] = events(we)
    assert kind == "poll.failed"
    reason = f"only iMessage can carry it, and does not reach {ALICE}"
    assert data["error"] == {"code": 4001, "message": reason}
    assert (data["message_id"], data["sender_handle"], data["poll"]) == (created["message_id"], None, created["poll"])


def test_a_carrier_without_polls_rejects_them(we: Caller) -> None:
    watch(we)
    chat = we.create()
    created = create(we, chat["id"])
    recorder = Recorder()
    deliver(we, recorder)
    assert [each.message_id for each in recorder.sent] == [chat["message"]["id"]]
    assert we.message(chat["message"]["id"])["delivery_status"] == "delivered"
    assert we.message(created["message_id"])["delivery_status"] == "failed"
    [(_, data)] = events(we)
    assert data["error"]["message"] == "this carrier does not send polls"


def test_the_carrier_gets_each_change_of_the_line_once(we: Caller) -> None:
    class Polls(Recorder):
        async def send_poll(self, outbound: Any) -> Any:
            self.calls.append(("send poll", outbound))
            return await self.send(outbound)

        async def update_poll(self, outbound: Any) -> None:
            self.calls.append(("update poll", outbound))

    chat = we.create()
    created = create(we, chat["id"])
    vote(we, created)
    vote(we, created)
    we.post(f"/v3/messages/{created['message_id']}/poll/options", options("Maybe"))
    play(we, "vote", sender=ALICE, message_id=created["message_id"], option="No")
    carrier = Polls()
    deliver(we, carrier)
    assert [name for name, _ in carrier.calls] == ["send poll", "update poll", "update poll"]
    shown = carrier.sent[-1].content.poll
    assert shown is not None
    assert [each.text for each in shown.options] == ["Yes", "No", "Maybe"]
    assert [[each.handle for each in option.votes] for option in shown.options] == [[LINE], [ALICE], []]


def test_a_received_poll(we: Caller) -> None:
    watch(we)
    done = play(we, "poll", sender=ALICE, to=LINE, options=["Now", "Later"])
    received = poll(we, done["message_id"])
    assert [each["creator_handle"]["handle"] for each in received["poll"]["options"]] == [ALICE] * 2
    message = we.message(done["message_id"])
    assert (message["delivery_status"], message["from"], message["parts"]) == ("received", ALICE, [])
    [(kind, data)] = events(we)
    assert (kind, data["direction"], data["sender_handle"]["handle"]) == ("poll.received", "inbound", ALICE)
    assert (data["poll"], data["message_id"]) == (received["poll"], done["message_id"])
    assert vote(we, received, 1).status_code == 200
    we.post(f"/v3/messages/{done['message_id']}/poll/options", options("Never"))
    play(we, "options", sender=ALICE, to=LINE, options=["Ever"])
    play(we, "vote", sender=ALICE, to=LINE, option="Ever")
    play(we, "vote", sender=ALICE, to=LINE, option="Ever", remove=True)
    told = [(kind, data["direction"], data["sender_handle"]["handle"]) for kind, data in events(we)[1:]]
    assert told == [
        ("poll.vote.added", "outbound", LINE),
        ("poll.updated", "outbound", LINE),
        ("poll.updated", "inbound", LINE),
        ("poll.vote.added", "inbound", ALICE),
        ("poll.vote.removed", "inbound", ALICE),
    ]
    [added] = events(we)[3][1]["added_options"]
    assert (added["text"], added["creator_handle"]["handle"]) == ("Ever", ALICE)
    assert events(we)[4][1]["option_id"] == added["option_id"]


def test_a_poll_of_a_blocked_handle_is_dropped(we: Caller) -> None:
    we.post("/v3/blocked_handles", {"handle": ALICE})
    assert "Dropped" in play(we, "poll", sender=ALICE, to=LINE, options=["a", "b"])["says"]
    assert we.chats() == []


def test_simulations_that_cannot_be(we: Caller) -> None:
    chat = we.create()
    at = {"from": ALICE, "to": LINE}
    refused(we.post("/admin/simulate", {"action": "vote", "option": "Yes", **at}), 404, 2002)
    created = create(we, chat["id"])
    one = refused(we.post("/admin/simulate", {"action": "vote", "option": "Perhaps", **at}), 400, 1005)
    assert "'option' is 'Perhaps'; it must be one of the options of this poll" in one
    refused(we.post("/admin/simulate", {"action": "poll", "options": ["a"], **at}), 400, 1004)
    refused(we.post("/admin/simulate", {"action": "options", "options": ["Yes"], **at}), 400, 1004)
    stranger = {"action": "vote", "option": "Yes", "from": BOB, "message_id": created["message_id"]}
    assert "is not in this chat" in refused(we.post("/admin/simulate", stranger), 400, 1005)
    text_message = {"action": "vote", "option": "Yes", "from": ALICE, "message_id": chat["message"]["id"]}
    assert "is not a poll" in refused(we.post("/admin/simulate", text_message), 404, 2002)


def test_changes_reach_a_sync_without_moving_the_chat(we: Caller) -> None:
    chat = we.create()
    created = create(we, chat["id"])
    token = we.call("GET", "/v3/chats").headers["x-sync-token"]
    before = we.chat(chat["id"])
    vote(we, created)
    assert we.chat(chat["id"]) == before
    changed = we.call("GET", "/v3/chats", query=f"updated_since={token}").json()["chats"]
    assert [each["id"] for each in changed] == [chat["id"]]


def test_a_failed_request_leaves_nothing(we: Caller) -> None:
    chat = we.create()
    created = create(we, chat["id"])
    deliver(we)
    before = we.api.opened.run(outbox_and_events(we.api.opened.store, we.tenant.id))
    path = f"/v3/messages/{created['message_id']}/poll"
    refused(we.post(f"{path}/options", options("Yes")), 400, 1004)
    refused(we.post(f"{path}/votes", {"operation": "remove", "option_id": "x"}), 400, 1005)
    assert we.api.opened.run(outbox_and_events(we.api.opened.store, we.tenant.id)) == before
    assert poll(we, created["message_id"])["poll"] == created["poll"]


def test_a_late_delivery_supersedes_a_failure(we: Caller) -> None:
    watch(we)
    chat = we.create()
    created = create(we, chat["id"])
    we.receipt(created["message_id"], DeliveryStatus.FAILED)
    we.receipt(created["message_id"], DeliveryStatus.DELIVERED, Service.IMESSAGE)
    assert [kind for kind, _ in events(we)] == ["poll.failed", "poll.sent", "poll.delivered"]
    assert we.message(created["message_id"])["delivery_status"] == "delivered"


def test_a_voter_who_left_stays_a_voter(we: Caller) -> None:
    group = we.create([ALICE, BOB, "carol@example.com"])
    created = create(we, group["id"])
    play(we, "vote", sender=BOB, chat_id=group["id"], option="Yes")
    we.membership(group["id"], BOB, ParticipantStatus.LEFT)
    assert voters(poll(we, created["message_id"])) == [[BOB], []]


@pytest.mark.parametrize("action", [{"action": "vote", "option": "Yes"}, {"action": "options", "options": ["Yes"]}])
def test_a_counterparty_needs_a_poll(we: Caller, action: dict[str, Any]) -> None:
    chat = we.create()
    response = we.post("/admin/simulate", {"from": ALICE, "chat_id": chat["id"], **action})
    assert refused(response, 404, 2002) == f"there is no poll in the chat {chat['id']}"
