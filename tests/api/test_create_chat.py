"""``POST /v3/chats`` over the wire: which chat is found or created, what is rejected, and what the list shows."""

import uuid
from typing import Any

import pytest

from tests.support.asgi import BASE
from tests.support.caller import GROUP, Caller, emails, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.partners import new_partner
from trunkline.domain.chat import ParticipantStatus

THEIR_LINE = "+12125550177"


def link(url: str = "https://example.com") -> dict[str, Any]:
    """A message that consists of a link."""
    return {"parts": [{"type": "link", "value": url}]}


def test_a_direct_chat(we: Caller) -> None:
    response = we.try_create([ALICE])
    assert response.status_code == 201
    chat = response.json()["chat"]
    message = chat.pop("message")
    listed = we.chat(chat["id"])
    assert chat == {name: listed[name] for name in chat}
    assert chat.keys() == {"id", "display_name", "handles", "health_status", "is_group", "service"}
    assert (listed["display_name"], listed["is_group"], listed["service"]) == (ALICE, False, "iMessage")
    assert listed["health_status"]["status"] == "HEALTHY"
    assert listed["health_status"]["doc_url"] == f"{BASE}/guides/chats/chat-health#healthy"
    assert listed["created_at"] == listed["updated_at"] == message["created_at"]
    assert (listed["is_archived"], listed["group_chat_icon"]) == (False, None)
    mine, theirs = listed["handles"]
    assert (mine["handle"], mine["is_me"]) == (LINE, True)
    assert (theirs["handle"], theirs["is_me"]) == (ALICE, False)
    for handle in (mine, theirs):
        assert (handle["status"], handle["left_at"], handle["joined_at"]) == ("active", None, listed["created_at"])
    assert {uuid.UUID(each["id"]).version for each in (listed, mine, theirs, message)} <= {4, 7}
    assert message == {
        "id": message["id"],
        "created_at": listed["created_at"],
        "delivery_status": "pending",
        "is_read": False,
        "from_handle": mine,
        "parts": message["parts"],
        "effect": None,
        "reply_to": None,
        "preferred_service": None,
        "service": None,
        "sent_at": None,
        "delivered_at": None,
    }
    [part] = message["parts"]
    assert (part["type"], part["value"]) == ("text", "hello")
    [stored] = we.messages(listed["id"])
    assert stored | message == stored


def test_a_group(we: Caller) -> None:
    chat = we.create([ALICE, BOB, CAROL])
    listed = we.chat(chat["id"])
    assert listed["is_group"] is True
    assert listed["display_name"] == f"{ALICE}, {BOB}, {CAROL}"
    assert [each["handle"] for each in listed["handles"]] == [LINE, ALICE, BOB, CAROL]
    assert [each["is_me"] for each in listed["handles"]] == [True, False, False, False]


def test_the_same_people_are_the_same_chat(we: Caller) -> None:
    direct, group = we.create([ALICE])["id"], we.create([ALICE, BOB, CAROL])["id"]
    assert we.create([ALICE])["id"] == direct
    assert we.create([ALICE, ALICE])["id"] == direct
    assert we.create([CAROL.upper(), BOB, ALICE])["id"] == group
    assert we.create([BOB, CAROL, ALICE, BOB, "Carol@Example.com"])["id"] == group
    assert we.create([f" {ALICE[1:]}"])["id"] == direct
    assert len(we.messages(direct)) == 4
    assert len(we.messages(group)) == 3
    assert len(we.chats()) == 2


def test_other_people_or_another_line_are_another_chat(we: Caller) -> None:
    ids = [
        we.create(to, line=line)["id"]
        for line in (LINE, OTHER_LINE)
        for to in ([ALICE], [BOB], [ALICE, BOB], [ALICE, CAROL], [ALICE, BOB, CAROL])
    ]
    assert len(set(ids)) == 10
    assert [each["id"] for each in we.chats()] == ids[::-1]


def test_what_comes_in_finds_the_same_chat(we: Caller) -> None:
    direct, group = we.create([ALICE])["id"], we.create(GROUP)["id"]
    for sender, others, expected in ((ALICE, (), direct), (BOB, (ALICE,), group)):
        heard = we.hear("hi", sender, others=others)
        assert heard is not None
        assert heard.chat_id == expected
    heard = we.hear("hello there", CAROL)
    assert heard is not None
    assert we.create([CAROL])["id"] == heard.chat_id


def test_a_chat_that_is_found_moves_to_the_top(we: Caller) -> None:
    first, second = we.create([ALICE]), we.create([BOB])
    before = we.chat(first["id"])
    assert [each["id"] for each in we.chats()] == [second["id"], first["id"]]
    again = we.create([ALICE])
    after = we.chat(first["id"])
    assert [each["id"] for each in we.chats()] == [first["id"], second["id"]]
    assert after["updated_at"] == again["message"]["created_at"] > before["updated_at"]
    assert after | {"updated_at": before["updated_at"]} == before


def test_a_group_with_a_name_is_left_alone(we: Caller) -> None:
    first = we.create(GROUP)["id"]
    assert we.call("PUT", f"/v3/chats/{first}", {"display_name": "Team"}).status_code == 200
    second = we.create(GROUP)["id"]
    assert second != first
    assert we.create(GROUP)["id"] == second
    assert we.call("PUT", f"/v3/chats/{second}", {"display_name": "Other team"}).status_code == 200
    third = we.create(GROUP)["id"]
    assert len({first, second, third}) == 3
    # Without a name it can be found again; of two such groups, the one that changed last is found.
    assert we.call("PUT", f"/v3/chats/{first}", {"display_name": ""}).status_code == 200
    assert we.create(GROUP)["id"] == first
    assert we.try_send(third).status_code == 202
    assert we.create(GROUP)["id"] == third


def test_a_group_whose_people_changed(we: Caller) -> None:
    first = we.create([ALICE, BOB, CAROL])["id"]
    assert we.call("POST", f"/v3/chats/{first}/participants", {"handle": "dan@example.com"}).status_code == 202
    second = we.create([ALICE, BOB, CAROL])["id"]
    assert second != first
    assert we.create([ALICE, BOB, CAROL, "dan@example.com"])["id"] == first
    we.membership(second, CAROL, ParticipantStatus.LEFT)
    third = we.create([ALICE, BOB, CAROL])["id"]
    assert third not in {first, second}
    assert we.create([ALICE, BOB])["id"] == second


def test_a_group_that_the_line_left(we: Caller) -> None:
    first = we.create([ALICE, BOB, CAROL])["id"]
    assert we.call("POST", f"/v3/chats/{first}/leave").status_code == 202
    assert we.create([ALICE, BOB, CAROL])["id"] != first


def test_ten_that_create_the_same_chat_at_once(we: Caller) -> None:
    body = {"from": LINE, "to": list(GROUP), "message": text("hello")}
    answers = we.together(*[("POST", "/v3/chats", body)] * 10)
    assert {answer.status_code for answer in answers} == {201}
    [chat_id] = {answer.json()["chat"]["id"] for answer in answers}
    assert {each["id"] for each in we.messages(chat_id)} == {each.json()["chat"]["message"]["id"] for each in answers}
    assert [each["id"] for each in we.chats()] == [chat_id]


@pytest.mark.parametrize("service", ["iMessage", "SMS", "RCS"])
def test_the_service_that_is_preferred(we: Caller, service: str) -> None:
    chat = we.create(message=text("hello", preferred_service=service))
    assert chat["service"] == we.chat(chat["id"])["service"] == service
    assert {each["service"] for each in chat["handles"]} == {service}
    assert (chat["message"]["preferred_service"], chat["message"]["service"]) == (service, None)


# Which content can begin a chat.


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (link(), "link"),
        (text("see https://example.com"), "link"),
        (text("HTTP://example.com/a"), "link"),
        (text("see www.example.com."), "link"),
        (text("hello", effect={"type": "screen", "name": "confetti"}), "'message.effect'"),
        (text("hello", reply_to={"message_id": str(uuid.uuid4())}), "'message.reply_to'"),
    ],
    ids=["link", "url", "upper case", "www", "effect", "reply"],
)
@pytest.mark.parametrize("to", [[ALICE], GROUP], ids=["direct", "group"])
def test_what_cannot_begin_a_chat(we: Caller, message: dict[str, Any], what: str, to: list[str]) -> None:
    assert what in refused(we.try_create(to, message), 400, 1005)
    assert we.chats() == []


@pytest.mark.parametrize(
    "words", ["an.example", "see example dot com", "https:", "http:// nothing", "awww.yes", "1:30", "a://b"]
)
def test_what_is_no_link(we: Caller, words: str) -> None:
    we.create(message=text(words))


def test_once_a_chat_is_there_it_takes_them(we: Caller) -> None:
    chat = we.create()
    assert we.create(message=link())["id"] == chat["id"]
    assert we.create(message=text("see https://example.com"))["id"] == chat["id"]
    effect = {"type": "bubble", "name": "slam"}
    assert we.create(message=text("hello", effect=effect))["message"]["effect"] == effect
    reply = {"message_id": chat["message"]["id"], "part_index": 0}
    assert we.create(message=text("hello", reply_to=reply))["message"]["reply_to"] == reply
    assert len(we.messages(chat["id"])) == 5


def test_a_new_chat_beside_one_with_a_name_begins_anew(we: Caller) -> None:
    first = we.create(GROUP)
    assert we.call("PUT", f"/v3/chats/{first['id']}", {"display_name": "Team"}).status_code == 200
    refused(we.try_create(GROUP, link()), 400, 1005)
    assert [each["id"] for each in we.chats()] == [first["id"]]


def test_a_mention_in_the_first_message(we: Caller) -> None:
    message = {"parts": [{"type": "text", "value": "Bob, hi", "mention": BOB, "mention_range": [0, 3]}]}
    assert "'message.parts[0].mention'" in refused(we.try_create([BOB], message), 409, 2023)
    assert we.chats() == []
    part = we.create(GROUP, message)["message"]["parts"][0]
    assert (part["mention"], part["mention_range"]) == (BOB, [0, 3])
    assert part["mentions"] == [{"handle": BOB, "is_me": False, "range": [0, 3]}]


# Valid recipients and lines.


def test_as_many_as_a_group_can_have(we: Caller) -> None:
    chat = we.create(emails(31))
    assert len(we.chat(chat["id"])["handles"]) == 32
    message = refused(we.try_create(emails(32)), 400, 1005)
    assert "'to' lists 32 handles" in message
    assert "31" in message
    # The set of people counts, not how often each one is named.
    assert we.create([*emails(31), *emails(31)])["id"] == chat["id"]
    assert len(we.chats()) == 1


def test_lines_that_are_not_ours(we: Caller, they: Caller) -> None:
    theirs = Caller(we.api, we.clock, we.api.opened.run(new_partner(we.api.opened.store, lines=(THEIR_LINE,))))
    theirs.create(line=THEIR_LINE)
    messages = [refused(we.try_create(line=line), 403, 2006) for line in (THEIR_LINE, "+12125550178")]
    assert messages[0].replace(THEIR_LINE, "") == messages[1].replace("+12125550178", "")
    assert THEIR_LINE in messages[0]
    assert we.chats() == []
    # The same line and people of another partner have another chat.
    assert we.create()["id"] != they.create()["id"]
    assert len(we.chats()) == len(they.chats()) == 1


def test_a_line_that_comes_without_its_plus(we: Caller) -> None:
    assert we.create(line=LINE[1:])["id"] == we.create(line=LINE)["id"]


def test_two_lines_of_ours_may_talk(we: Caller) -> None:
    refused(we.try_create([LINE]), 400, 1005)
    refused(we.try_create([ALICE, LINE]), 400, 1005)
    assert we.create([OTHER_LINE])["display_name"] == OTHER_LINE


def test_the_other_address_of_the_api(we: Caller) -> None:
    body = {"from": LINE, "to": [ALICE], "message": text("hello")}
    chat = we.post("/api/partner/v3/chats", body).json()["chat"]
    assert we.create()["id"] == chat["id"]
    assert we.call("GET", f"/api/partner/v3/chats/{chat['id']}").json() == we.chat(chat["id"])


def test_a_chat_of_somebody_else_is_like_none(we: Caller, they: Caller) -> None:
    theirs, nobodys = they.create()["id"], str(uuid.uuid4())
    texts = {refused(we.call("GET", f"/v3/chats/{each}"), 404, 2001).replace(each, "ID") for each in (theirs, nobodys)}
    assert len(texts) == 1
    assert they.call("GET", f"/v3/chats/{theirs}").status_code == 200


def test_without_a_key(we: Caller) -> None:
    chat = we.create()["id"]
    for method, path in [
        ("POST", "/v3/chats"),
        ("GET", f"/v3/chats/{chat}"),
        ("PUT", f"/v3/chats/{chat}"),
        ("POST", f"/v3/chats/{chat}/messages"),
        ("POST", f"/v3/chats/{chat}/leave"),
        ("GET", f"/v3/chats/{chat}/messages"),
        ("POST", "/v3/messages"),
        ("GET", "/v3/phone_numbers"),
        ("GET", "/v3/blocked_handles"),
    ]:
        refused(we.call(method, path, {}, headers={"authorization": "Bearer nonsense"}), 401, 2004)
