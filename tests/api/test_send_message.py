"""Sending over the wire, to a chat and without naming a line: what can be sent, where it goes, and the errors."""

import uuid
from typing import Any

import pytest

from tests.support.caller import GROUP, Caller, emails, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.events import emitted_events, subscribe
from tests.support.partners import new_partner
from trunkline.domain.chat import Service
from trunkline.domain.content import EFFECTS
from trunkline.domain.events import EventType
from trunkline.domain.message import Animation, DeliveryStatus, Style

URL = "https://files.example.com/holiday%20photo.jpg?size=large"


def parts(*each: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A message of these parts."""
    return {"parts": list(each), **more}


def words(value: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "text", "value": value, **more}


def media(url: str = URL, **more: Any) -> dict[str, Any]:
    return {"type": "media", "url": url, **more}


def link(value: str = "https://example.com/a") -> dict[str, Any]:
    return {"type": "link", "value": value}


def decorated(value: str, *decorations: dict[str, Any]) -> dict[str, Any]:
    """A message of one decorated text."""
    return parts(words(value, text_decorations=list(decorations)))


def anywhere(we: Caller, to: list[str], message: Any = None, **more: Any) -> dict[str, Any]:
    """The response to ``POST /v3/messages``."""
    response = we.post("/v3/messages", {"to": to, "message": message or text("hello"), **more})
    assert response.status_code == 202, response.text
    return response.json()


def short(value: object) -> str:
    """A short name for a parametrised test."""
    return str(value)[:60]


def flag(we: Caller, line: str) -> None:
    """Makes the reputation of a line critical."""
    for number in range(3):
        chat = we.create([f"silent{number}@example.com"], line=line)["id"]
        for _ in range(14):
            we.send(chat)
    numbers = {
        each["phone_number"]: each["reputation"]["status"]
        for each in we.call("GET", "/v3/phone_numbers").json()["phone_numbers"]
    }
    assert numbers[line] == "CRITICAL"


def test_a_message(we: Caller) -> None:
    chat = we.create()
    before = we.chat(chat["id"])
    response = we.try_send(chat["id"], text("second"))
    assert response.status_code == 202
    assert response.json().keys() == {"chat_id", "message"}
    assert response.json()["chat_id"] == chat["id"]
    sent = response.json()["message"]
    after = we.chat(chat["id"])
    assert after["updated_at"] == sent["created_at"] > before["updated_at"]
    assert after | {"updated_at": before["updated_at"]} == before
    newest, oldest = we.messages(chat["id"])
    assert (newest["id"], oldest["id"]) == (sent["id"], chat["message"]["id"])
    assert newest | sent == newest == we.message(sent["id"])
    assert (newest["chat_id"], newest["is_from_me"], newest["from"]) == (chat["id"], True, LINE)
    assert (newest["is_delivered"], newest["is_read"], newest["read_at"]) == (False, False, None)


def test_sending_moves_the_chat_to_the_top(we: Caller) -> None:
    ids = [we.create([handle])["id"] for handle in (ALICE, BOB, CAROL)]
    assert [each["id"] for each in we.chats()] == ids[::-1]
    we.send(ids[0])
    assert [each["id"] for each in we.chats()] == [ids[0], ids[2], ids[1]]


def test_every_kind_of_part(we: Caller) -> None:
    chat = we.create()["id"]
    sent = we.send(chat, parts(words("look"), media(), media("https://example.com/"), words("nice?")))
    first, photo, nameless, last = sent["parts"]
    assert (first["value"], last["value"]) == ("look", "nice?")
    assert photo | {"id": 0} == {
        "type": "media",
        "id": 0,
        "url": URL,
        "filename": "holiday photo.jpg",
        "mime_type": "image/jpeg",
        "size_bytes": 0,
        "reactions": None,
    }
    assert (nameless["filename"], nameless["mime_type"]) == ("file", "application/octet-stream")
    assert photo["id"] != nameless["id"]
    assert we.send(chat, parts(link()))["parts"] == [link() | {"reactions": None}]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, each in EFFECTS.items() for name in sorted(each)])
def test_every_effect(we: Caller, kind: str, name: str) -> None:
    effect = {"type": kind, "name": name}
    assert we.send(we.create()["id"], text("hello", effect=effect))["effect"] == effect


@pytest.mark.parametrize(
    "look", [{"style": each} for each in Style] + [{"animation": each} for each in Animation], ids=str
)
def test_every_decoration(we: Caller, look: dict[str, str]) -> None:
    sent = we.send(we.create()["id"], decorated("Hello world", {"range": [0, 5], **look}))
    assert sent["parts"][0]["text_decorations"] == [{"range": [0, 5], **look}]
    assert we.message(sent["id"])["parts"] == sent["parts"]


def test_ranges_count_in_utf16(we: Caller) -> None:
    chat = we.create()["id"]
    we.send(chat, decorated("🎂", {"range": [0, 2], "style": "bold"}))
    assert "2 UTF-16 code units" in refused(
        we.try_send(chat, decorated("🎂", {"range": [0, 3], "style": "bold"})), 400, 1004
    )


def test_styles_may_overlap_and_animations_may_touch(we: Caller) -> None:
    bold, italic = {"range": [0, 5], "style": "bold"}, {"range": [3, 8], "style": "italic"}
    shaking = {"range": [8, 11], "animation": "shake"}
    sent = we.send(we.create()["id"], decorated("Hello world", bold, italic, shaking))
    assert sent["parts"][0]["text_decorations"] == [bold, italic, shaking]


TEXT = "'message.parts[0].text_decorations"
BOLD = {"range": [0, 2], "style": "bold"}


@pytest.mark.parametrize(
    ("message", "status", "code", "what"),
    [
        (parts(), 400, 1004, "'message.parts' is empty"),
        (parts(words(""), media()), 400, 1004, "'message.parts[0].value'"),
        (parts(media(), words(" \n\t")), 400, 1004, "'message.parts[1].value'"),
        (parts(words(), words()), 400, 1004, "'message.parts[1]'"),
        (parts(media(), words(), words(), media()), 400, 1004, "'message.parts[2]'"),
        (parts(link(), words()), 400, 1004, "link"),
        (parts(media(), link()), 400, 1004, "link"),
        (parts(link(), link()), 400, 1004, "link"),
        (parts(link("example.com")), 400, 1004, "'message.parts[0].value'"),
        (parts(link("ftp://example.com")), 400, 1004, "'message.parts[0].value'"),
        (parts(link("https://example.com/" + "a" * 2029)), 400, 1004, "'message.parts[0].value'"),
        (parts(media("http://example.com/a.png")), 400, 1004, "'message.parts[0].url'"),
        (parts(words(), media("https:///a.png")), 400, 1004, "'message.parts[1].url'"),
        (parts(media("https://[::1/a.png")), 400, 1004, "'message.parts[0].url'"),
        (parts(media("https://example.com/ a.png")), 400, 1004, "'message.parts[0].url'"),
        (parts(media("https://example.com/" + "a" * 2029)), 400, 1004, "'message.parts[0].url'"),
        (parts({"type": "media"}), 400, 1001, "'message.parts[0].url'"),
        (
            parts({"type": "media", "attachment_id": str(uuid.UUID(int=1))}),
            404,
            2001,
            "'message.parts[0].attachment_id'",
        ),
        (parts(media(attachment_id=str(uuid.UUID(int=1)))), 400, 1004, "'message.parts[0].attachment_id'"),
        (text("hi", effect={"type": "screen", "name": "slam"}), 400, 1004, "'message.effect.name'"),
        (text("hi", effect={"type": "bubble", "name": "SLAM"}), 400, 1004, "'message.effect.name'"),
        (text("hi", effect={"type": "sound", "name": "slam"}), 400, 1003, "'message.effect.type'"),
        (text("hi", effect={"type": "bubble"}), 400, 1001, "'message.effect.name'"),
        (decorated("hi", {"range": [0, 3], "style": "bold"}), 400, 1004, f"{TEXT}[0].range'"),
        (decorated("hi", BOLD, {"range": [1, 1], "style": "bold"}), 400, 1004, f"{TEXT}[1].range'"),
        (decorated("hi", {"range": [2, 1], "style": "bold"}), 400, 1004, f"{TEXT}[0].range'"),
        (decorated("hi", {"range": [-1, 1], "style": "bold"}), 400, 1004, f"{TEXT}[0].range'"),
        (decorated("hi", {"range": [0, 10**30], "style": "bold"}), 400, 1004, "text_decorations"),
        (decorated("hi", {"range": [0], "style": "bold"}), 400, 1004, f"{TEXT}[0].range'"),
        (decorated("hi", {"range": [0, 1, 2], "style": "bold"}), 400, 1004, f"{TEXT}[0].range'"),
        (decorated("hi", {"range": [0, 1]}), 400, 1004, f"{TEXT}[0]'"),
        (decorated("hi", {"range": [0, 1], "style": "bold", "animation": "nod"}), 400, 1004, f"{TEXT}[0]'"),
        (decorated("hi", {"range": [0, 1], "style": "blink"}), 400, 1004, f"{TEXT}[0].style'"),
        (decorated("hi", BOLD, {"range": [1, 2], "animation": "nod"}), 400, 1004, f"{TEXT}'"),
        (
            decorated("hi!", {"range": [0, 2], "animation": "nod"}, {"range": [1, 3], "animation": "big"}),
            400,
            1004,
            f"{TEXT}'",
        ),
        (parts(words("hi", mention=BOB)), 409, 2023, "'message.parts[0].mention'"),
        (parts(words("hi", mention="bob")), 400, 1002, "'message.parts[0].mention'"),
        (parts(words("hi", mention_range=[0, 1])), 400, 1004, "'message.parts[0].mention_range'"),
        (text("hi", reply_to={"message_id": "x"}), 404, 2002, "'message.reply_to.message_id'"),
        (text("hi", reply_to={}), 400, 1001, "'message.reply_to.message_id'"),
    ],
    ids=short,
)
def test_what_cannot_be_sent(we: Caller, message: dict[str, Any], status: int, code: int, what: str) -> None:
    chat = we.create()["id"]
    before = we.chat(chat)
    answers = [
        we.try_send(chat, message),
        we.try_create(message=message),
        we.post("/v3/messages", {"to": [ALICE], "message": message}),
    ]
    for answer in answers:
        assert what in refused(answer, status, code)
    assert we.chat(chat) == before
    assert len(we.messages(chat)) == 1


def test_as_many_parts_as_a_message_can_have(we: Caller) -> None:
    chat = we.create()["id"]
    forty = [media(f"https://example.com/{number}.png") for number in range(40)]
    # A text cannot follow a text, so with 40 files a message has at most 81 parts: a valid message never has 100.
    spread = [each for file in forty for each in (words("and"), file)] + [words("that is all")]
    assert len(we.send(chat, parts(*spread))["parts"]) == 81
    assert len(we.send(chat, parts(*forty))["parts"]) == 40
    assert "41 files" in refused(we.try_send(chat, parts(*forty, media())), 400, 1004)
    assert "101 parts" in refused(we.try_send(chat, parts(*[media()] * 101)), 400, 1004)
    assert "100 files" in refused(we.try_send(chat, parts(*[media()] * 100)), 400, 1004)


def test_urls_as_long_as_they_can_be(we: Caller) -> None:
    longest = "https://example.com/" + "a" * 2028
    assert len(longest) == 2048
    chat = we.create()["id"]
    assert we.send(chat, parts(link(longest)))["parts"][0]["value"] == longest
    assert we.send(chat, parts(media(longest)))["parts"][0]["url"] == longest


def test_somebody_is_mentioned(we: Caller) -> None:
    group = we.create([ALICE, CAROL])["id"]
    sent = we.send(group, parts(words("Carol", mention=CAROL.upper())))
    assert sent["parts"][0]["mention"] == CAROL
    assert sent["parts"][0]["mention_range"] is None
    assert sent["parts"][0]["mentions"] == [{"handle": CAROL, "is_me": False, "range": [0, 5]}]
    for wrong, code in (
        (words("Bob", mention=BOB), 1004),
        (words("me", mention=LINE, mention_range=[0, 9]), 1004),
        (words("Carol", mention=CAROL, mention_range=[2, 2]), 1004),
    ):
        assert "'message.parts[0].mention" in refused(we.try_send(group, parts(wrong)), 400, code)
    assert len(we.messages(group)) == 2


def test_an_answer(we: Caller) -> None:
    chat = we.create()
    first = chat["message"]["id"]
    two = we.send(chat["id"], parts(media(), words()))["id"]
    assert we.send(chat["id"], text("hi", reply_to={"message_id": first}))["reply_to"] == {
        "message_id": first,
        "part_index": 0,
    }
    reply = {"message_id": two, "part_index": 1}
    assert we.send(chat["id"], text("hi", reply_to=reply))["reply_to"] == reply
    answer = we.try_send(chat["id"], text("hi", reply_to={"message_id": two, "part_index": 2}))
    assert "'message.reply_to.part_index' is 2" in refused(answer, 400, 1005)


def test_an_answer_to_a_message_of_elsewhere(we: Caller, they: Caller) -> None:
    chat = we.create()["id"]
    elsewhere, theirs = we.create([BOB])["message"]["id"], they.create()["message"]["id"]
    gone = we.send(chat)["id"]
    assert we.call("DELETE", f"/v3/messages/{gone}").status_code == 204
    texts = {
        refused(we.try_send(chat, text("hi", reply_to={"message_id": each})), 404, 2002)
        for each in (elsewhere, theirs, gone, str(uuid.uuid4()))
    }
    assert len(texts) == 1


def test_a_chat_of_somebody_else_is_like_none(we: Caller, they: Caller) -> None:
    theirs, nobodys = they.create()["id"], str(uuid.uuid4())
    texts = {refused(we.try_send(each), 404, 2001).replace(each, "ID") for each in (theirs, nobodys)}
    assert len(texts) == 1
    assert len(they.messages(theirs)) == 1


def test_how_a_message_fares(we: Caller) -> None:
    chat = we.create()
    message = chat["message"]["id"]
    moved = we.chat(chat["id"])["updated_at"]
    for status, name in ((DeliveryStatus.SENT, "sent_at"), (DeliveryStatus.DELIVERED, "delivered_at")):
        we.receipt(message, status)
        shown = we.message(message)
        assert (shown["delivery_status"], shown[name]) == (status, shown["updated_at"])
    assert (shown["is_delivered"], shown["is_read"]) == (True, False)
    we.receipt(message, DeliveryStatus.READ)
    shown = we.message(message)
    assert (shown["is_delivered"], shown["is_read"], shown["read_at"]) == (True, True, shown["updated_at"])
    assert shown["sent_at"] < shown["delivered_at"] < shown["read_at"]
    # Receipts do not move a chat.
    assert we.chat(chat["id"])["updated_at"] == moved


@pytest.mark.parametrize(
    ("receipts", "events"),
    [
        (["delivered"], ["sent", "delivered"]),
        (["read", "delivered", "sent"], ["sent", "delivered", "read"]),
        (["sent", "sent", "delivered", "delivered"], ["sent", "delivered"]),
        (["queued", "failed", "failed"], ["failed"]),
        (["sent", "failed", "delivered"], ["sent", "failed", "delivered"]),
        (["failed", "read"], ["failed", "sent", "delivered", "read"]),
        (["delivered", "failed", "received", "pending"], ["sent", "delivered"]),
    ],
    ids=str,
)
def test_subscribers_are_told_of_each_station_once(we: Caller, receipts: list[str], events: list[str]) -> None:
    kinds = (EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED, EventType.MESSAGE_READ, EventType.MESSAGE_FAILED)
    subscribe(we, *kinds)
    message = we.create()["message"]["id"]
    for status in receipts:
        we.receipt(message, DeliveryStatus(status))
    assert [kind for kind, _ in emitted_events(we)] == [f"message.{event}" for event in events]


def test_the_service_that_carried_it(we: Caller) -> None:
    chat = we.create([ALICE])
    group = we.create(GROUP)
    for each in (chat, group):
        we.receipt(each["message"]["id"], DeliveryStatus.SENT, Service.SMS)
        assert we.message(each["message"]["id"])["service"] == "SMS"
        assert we.chat(each["id"])["service"] == "SMS"
    assert {each["service"] for each in we.chat(chat["id"])["handles"]} == {"SMS"}
    assert {each["service"] for each in we.chat(group["id"])["handles"]} == {"iMessage"}


# Without a line.


def test_a_message_to_somebody_new(we: Caller) -> None:
    answer = anywhere(we, [ALICE])
    listed = we.chat(answer["chat_id"])
    assert answer == {
        "chat_id": listed["id"],
        "created_new_chat": True,
        "from": answer["from"],
        "from_selection": {"reason": "new_best_number", "reused_existing_chat": False},
        "handles": listed["handles"],
        "is_group": False,
        "message": answer["message"],
        "service": "iMessage",
        "previous_chat_id": None,
    }
    assert answer["from"] in {LINE, OTHER_LINE}
    assert listed["handles"][0]["handle"] == answer["from"]
    [stored] = we.messages(listed["id"])
    assert stored | answer["message"] == stored


def test_a_message_into_the_chat_that_is_there(we: Caller) -> None:
    older, newer = we.create(line=LINE)["id"], we.create(line=OTHER_LINE)["id"]
    answer = anywhere(we, [ALICE])
    assert (answer["chat_id"], answer["from"], answer["created_new_chat"]) == (newer, OTHER_LINE, False)
    assert answer["from_selection"] == {"reason": "reused_active_chat", "reused_existing_chat": True}
    we.send(older)
    assert anywhere(we, [ALICE])["chat_id"] == older
    group = we.create([BOB, CAROL])["id"]
    assert anywhere(we, [CAROL.title(), BOB, CAROL])["chat_id"] == group


def test_it_may_begin_with_a_link(we: Caller) -> None:
    assert anywhere(we, [ALICE], parts(link()))["created_new_chat"] is True
    assert anywhere(we, list(GROUP), text("see https://example.com"))["created_new_chat"] is True
    assert anywhere(we, [CAROL], text("hi", effect={"type": "bubble", "name": "slam"}))["created_new_chat"] is True


def test_lines_that_are_left_out(we: Caller) -> None:
    for line, other in ((LINE, OTHER_LINE), (OTHER_LINE, LINE)):
        assert anywhere(we, [f"for{line[1:]}@example.com"], exclude_from=[line])["from"] == other
    # Numbers that are not lines of the partner are ignored.
    anywhere(we, ["anybody@example.com"], exclude_from=["+12125550178", LINE])
    everything = we.post("/v3/messages", {"to": [BOB], "message": text("hi"), "exclude_from": [LINE, OTHER_LINE]})
    assert "'exclude_from'" in refused(everything, 400, 1005)
    # An existing chat is used anyway; of several, one on another line takes precedence.
    first = we.create([ALICE], line=LINE)["id"]
    assert anywhere(we, [ALICE], exclude_from=[LINE])["chat_id"] == first
    assert anywhere(we, [ALICE], exclude_from=[LINE, OTHER_LINE])["chat_id"] == first
    second = we.create([ALICE], line=OTHER_LINE)["id"]
    assert anywhere(we, [ALICE], exclude_from=[OTHER_LINE])["chat_id"] == first
    assert anywhere(we, [ALICE], exclude_from=[LINE])["chat_id"] == second


def test_a_chat_on_a_flagged_line_is_left(we: Caller) -> None:
    old = we.create([ALICE], line=LINE)["id"]
    flag(we, LINE)
    answer = anywhere(we, [ALICE], parts(media()), continuation_message={"text": "our new number"})
    assert (answer["from"], answer["created_new_chat"], answer["previous_chat_id"]) == (OTHER_LINE, True, old)
    assert answer["from_selection"] == {"reason": "failover_flagged", "reused_existing_chat": False}
    assert [part["value"] for part in answer["message"]["parts"]] == ["our new number"]
    again = anywhere(we, [ALICE], text("as written"), continuation_message={"text": "our new number"})
    assert (again["chat_id"], again["from_selection"]["reason"]) == (answer["chat_id"], "reused_active_chat")
    assert again["message"]["parts"][0]["value"] == "as written"
    # If there is no other choice, a flagged line is better than none.
    other = we.create([BOB], line=LINE)["id"]
    assert anywhere(we, [BOB], exclude_from=[OTHER_LINE])["chat_id"] == other
    assert anywhere(we, [CAROL])["from"] == OTHER_LINE
    flag(we, OTHER_LINE)
    assert anywhere(we, [BOB])["chat_id"] == other
    assert anywhere(we, ["dan@example.com"])["created_new_chat"] is True


def test_without_a_continuation_the_message_goes_over(we: Caller) -> None:
    we.create([ALICE], line=LINE)
    flag(we, LINE)
    answer = anywhere(we, [ALICE], parts(media()))
    assert answer["from_selection"]["reason"] == "failover_flagged"
    assert [part["type"] for part in answer["message"]["parts"]] == ["media"]


def test_whom_a_message_without_a_line_cannot_be_to(we: Caller) -> None:
    for to, what in (([], "'to' is empty"), (emails(32), "32"), ([LINE], LINE), ([ALICE, OTHER_LINE], OTHER_LINE)):
        assert what in refused(we.post("/v3/messages", {"to": to, "message": text("hi")}), 400, 1005)
    assert we.chats() == []


def test_a_partner_without_lines(we: Caller) -> None:
    poor = Caller(we.api, we.clock, we.api.opened.run(new_partner(we.api.opened.store, lines=())))
    assert "trunkline line add" in refused(poor.post("/v3/messages", {"to": [ALICE], "message": text("hi")}), 400, 1005)
