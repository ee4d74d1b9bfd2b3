"""Opt-outs over the wire (docs/wire.md §3): who must not be messaged, where that shows, and what ends it."""

import asyncio
import uuid
from typing import Any

import pytest

from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused

KEYWORDS = ["STOP", "UNSUBSCRIBE", "OPTOUT", "CANCEL", "END", "QUIT", "opt out", "Opt-Out", "optout", " STOP\n"]
NO_KEYWORDS = ["stop", "Stop", "please stop", "STOP please", "STOP.", "opt  out", "opt_out", "START", "yes"]


def opted_out(we: Caller, response: Any) -> str:
    """Asserts that a send is rejected because of an opt-out."""
    return refused(response, 403, 2024)


def sends(we: Caller, chat: str, handle: str, line: str = LINE, **more: Any) -> list[Any]:
    """The responses to a send to one recipient, in each of the three ways."""
    return [
        we.try_send(chat, **more),
        we.try_create([handle], line=line, **more),
        we.post("/v3/messages", {"to": [handle], "message": text("hello"), **more}),
    ]


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword(we: Caller, keyword: str) -> None:
    chat = we.create()
    heard = we.hear(keyword)
    assert heard is not None
    listed = we.chat(chat["id"])
    assert listed["health_status"]["status"] == "OPTED_OUT"
    assert listed["health_status"]["doc_url"].endswith("#opted-out")
    assert listed["health_status"]["updated_at"] == listed["updated_at"]
    for answer in sends(we, chat["id"], ALICE):
        message = opted_out(we, answer)
        assert ALICE in message
        assert "'override_optout'" in message
    # Nothing has happened, and nothing is queued.
    assert we.chat(chat["id"]) == listed
    assert [each["parts"][0]["value"] for each in we.messages(chat["id"])] == [keyword, "hello"]


@pytest.mark.parametrize("words", NO_KEYWORDS)
def test_what_is_no_keyword(we: Caller, words: str) -> None:
    chat = we.create()["id"]
    we.hear(words)
    assert we.health(chat) == "HEALTHY"
    assert [answer.status_code for answer in sends(we, chat, ALICE)] == [202, 201, 202]


def test_it_holds_on_every_line_and_marks_one_chat(we: Caller) -> None:
    here, there = we.create(line=LINE)["id"], we.create(line=OTHER_LINE)["id"]
    we.hear("STOP", line=LINE)
    assert (we.health(here), we.health(there)) == ("OPTED_OUT", "HEALTHY")
    for chat, line in ((here, LINE), (there, OTHER_LINE)):
        for answer in sends(we, chat, ALICE, line):
            opted_out(we, answer)
    # Also before there is any chat.
    we.hear("STOP", BOB, line=LINE)
    opted_out(we, we.try_create([BOB], line=OTHER_LINE))
    assert len(we.chats(to=BOB)) == 1


def test_what_cannot_be_sent_anyway_is_refused_for_its_content(we: Caller) -> None:
    chat = we.create()["id"]
    we.hear("STOP")
    refused(we.try_send(chat, {"parts": []}), 400, 1004)
    refused(we.try_send(chat, {"parts": []}, override_optout=True), 400, 1004)


def test_groups_are_neither_marked_nor_blocked(we: Caller) -> None:
    group, direct = we.create(GROUP)["id"], we.create([ALICE])["id"]
    we.hear("STOP", chat_id=group)
    assert (we.health(group), we.health(direct)) == ("HEALTHY", "HEALTHY")
    assert [answer.status_code for answer in sends(we, direct, ALICE)] == [202, 201, 202]
    we.hear("STOP", chat_id=direct)
    assert (we.health(group), we.health(direct)) == ("HEALTHY", "OPTED_OUT")
    we.send(group)
    we.create(GROUP)
    # A new group can include them.
    we.create([ALICE, CAROL])


def test_others_are_not_concerned(we: Caller, they: Caller) -> None:
    ours, theirs, bob = we.create()["id"], they.create()["id"], we.create([BOB])["id"]
    we.hear("STOP")
    assert they.health(theirs) == "HEALTHY"
    assert [answer.status_code for answer in sends(they, theirs, ALICE)] == [202, 201, 202]
    assert [answer.status_code for answer in sends(we, bob, BOB)] == [202, 201, 202]
    # A message to another partner does not end the opt-out here.
    they.hear("hello again")
    assert we.health(ours) == "OPTED_OUT"
    opted_out(we, we.try_send(ours))


@pytest.mark.parametrize("way", [0, 1, 2], ids=["send", "create", "anywhere"])
def test_one_send_all_the_same(we: Caller, way: int) -> None:
    chat = we.create()["id"]
    we.hear("STOP")
    before = we.chat(chat)
    assert sends(we, chat, ALICE, override_optout=True)[way].status_code < 300
    after = we.chat(chat)
    # The opt-out and its date stay, and the next send is rejected again.
    assert after["health_status"] == before["health_status"]
    assert after["updated_at"] > before["updated_at"]
    for answer in sends(we, chat, ALICE, override_optout=False):
        opted_out(we, answer)


def test_overridden_sends_do_not_unmark(we: Caller) -> None:
    chat = we.create()["id"]
    we.hear("STOP")
    for _ in range(20):
        we.send(chat, override_optout=True)
    assert we.health(chat) == "OPTED_OUT"
    we.hear("hi")
    assert we.health(chat) == "HEALTHY"


@pytest.mark.parametrize("where", ["same chat", "other line", "group", "new chat"])
def test_any_other_message_lifts_it_everywhere(we: Caller, where: str) -> None:
    group = we.create(GROUP)["id"]
    here, there = we.create(line=LINE)["id"], we.create(line=OTHER_LINE)["id"]
    we.hear("STOP", line=LINE)
    we.hear("cancel", line=OTHER_LINE)  # not a keyword, because of its case, so this ends the opt-out
    assert (we.health(here), we.health(there)) == ("HEALTHY", "HEALTHY")
    we.hear("STOP", line=LINE)
    we.hear("CANCEL", line=OTHER_LINE)
    assert (we.health(here), we.health(there)) == ("OPTED_OUT", "OPTED_OUT")
    match where:
        case "same chat":
            we.hear("hi", line=LINE)
        case "other line":
            we.hear("hi", line=OTHER_LINE)
        case "group":
            we.hear("hi", chat_id=group)
        case _:
            we.hear("hi", others=(CAROL,))
    for chat in (here, there):
        listed = we.chat(chat)
        assert listed["health_status"]["status"] == "HEALTHY"
        # A change of health is a change of the chat.
        assert listed["health_status"]["updated_at"] == listed["updated_at"]
    assert {here, there} <= {each["id"] for each in we.chats()[:3]}
    for chat, line in ((here, LINE), (there, OTHER_LINE)):
        assert [answer.status_code for answer in sends(we, chat, ALICE, line)] == [202, 201, 202]


def test_a_keyword_in_a_group_lifts_nothing(we: Caller) -> None:
    group, direct = we.create(GROUP)["id"], we.create()["id"]
    we.hear("STOP", chat_id=direct)
    we.hear("STOP", chat_id=group)
    assert (we.health(direct), we.health(group)) == ("OPTED_OUT", "HEALTHY")
    opted_out(we, we.try_send(direct))


def test_what_somebody_else_writes_lifts_nothing(we: Caller) -> None:
    group, direct = we.create(GROUP)["id"], we.create()["id"]
    we.hear("STOP", ALICE, chat_id=direct)
    we.hear("hi", BOB, chat_id=group)
    we.hear("hi", BOB)
    assert we.health(direct) == "OPTED_OUT"
    opted_out(we, we.try_send(direct))


def test_a_keyword_again_keeps_the_date(we: Caller) -> None:
    chat = we.create()["id"]
    we.hear("STOP")
    first = we.chat(chat)
    we.hear("QUIT")
    second = we.chat(chat)
    assert second["health_status"] == first["health_status"]
    assert second["updated_at"] > first["updated_at"]


def test_it_comes_back_as_the_chat_stands(we: Caller) -> None:
    here, there = we.create(line=LINE)["id"], we.create(line=OTHER_LINE)["id"]
    we.hear("STOP", line=LINE)
    for _ in range(5):
        we.send(here, override_optout=True)
    assert we.health(here) == "OPTED_OUT"
    # The opt-out ended in another chat: in this one, five messages still have no reply.
    we.hear("hi", line=OTHER_LINE)
    assert (we.health(here), we.health(there)) == ("AT_RISK", "HEALTHY")
    we.hear("hi", line=LINE)
    assert we.health(here) == "HEALTHY"


def test_deleting_the_keyword_lifts_nothing(we: Caller) -> None:
    chat = we.create()["id"]
    heard = we.hear("STOP")
    assert heard is not None
    assert we.call("DELETE", f"/v3/messages/{heard.id}").status_code == 204
    assert we.health(chat) == "OPTED_OUT"
    opted_out(we, we.try_send(chat))


def test_a_keyword_that_is_edited_later_lifts_nothing(we: Caller) -> None:
    chat = we.create()["id"]
    heard = we.hear("STOP")
    assert heard is not None
    we.edits(heard.id, "stop it, you")
    assert we.health(chat) == "OPTED_OUT"
    opted_out(we, we.try_send(chat))


def test_a_receipt_or_a_reaction_is_no_message(we: Caller) -> None:
    chat = we.create()
    we.hear("STOP")
    we.post(f"/v3/chats/{chat['id']}/read")
    we.post(f"/v3/messages/{chat['message']['id']}/reactions", {"operation": "add", "type": "love"})
    assert we.health(chat["id"]) == "OPTED_OUT"


def test_an_address_in_any_case(we: Caller) -> None:
    chat = we.create([CAROL])["id"]
    we.hear("STOP", CAROL)
    opted_out(we, we.try_create([CAROL.upper()]))
    opted_out(we, we.try_send(chat))


def test_stops_and_sends_at_once(we: Caller) -> None:
    chat = we.create()["id"]
    other = we.create(line=OTHER_LINE)["id"]

    async def together() -> list[Any]:
        calls: list[Any] = []
        for number in range(20):
            path = f"/v3/chats/{chat if number % 2 else other}/messages"
            calls.append(we.calling("POST", path, {"message": text(f"number {number}")}))
            if number == 8:
                calls.append(we.hearing("STOP"))
        return await asyncio.gather(*calls)

    answers = [each for each in we.api.opened.run(together()) if hasattr(each, "status_code")]
    # Every accepted message came before the keyword, and every rejected one after it.
    accepted = [each.json()["message"]["id"] for each in answers if each.status_code == 202]
    for each in answers:
        if each.status_code != 202:
            opted_out(we, each)
    assert we.health(chat) == "OPTED_OUT"
    [stop] = [each for each in we.messages(chat) if not each["is_from_me"]]
    sent = [each for each in [*we.messages(chat), *we.messages(other)] if each["is_from_me"]]
    assert {each["id"] for each in sent} >= set(accepted)
    assert len(sent) == len(accepted) + 2
    assert all(each["created_at"] <= stop["created_at"] for each in sent)
    for each in (chat, other):
        opted_out(we, we.try_send(each))


def test_stops_and_returns_at_once_leave_one_truth(we: Caller) -> None:
    chats = [we.create(line=line)["id"] for line in (LINE, OTHER_LINE)]

    async def together() -> None:
        await asyncio.gather(
            *[
                we.hearing("STOP" if number % 3 else "hi", line=(LINE, OTHER_LINE)[number % 2], reference=str(number))
                for number in range(24)
            ]
        )

    we.api.opened.run(together())
    assert sum(not each["is_from_me"] for chat in chats for each in we.messages(chat)) == 24
    last = {chat: we.messages(chat)[0]["parts"][0]["value"] for chat in chats}
    marked = {chat for chat in chats if we.health(chat) == "OPTED_OUT"}
    # A mark is where a keyword was the last word; where it was so everywhere, it was the last word of all.
    assert {last[chat] for chat in marked} <= {"STOP"}
    assert marked or "hi" in last.values()
    assert {we.try_send(chat).status_code for chat in chats} == ({403} if marked else {202})


def test_a_key_of_a_refused_send_is_free(we: Caller) -> None:
    chat, key = we.create()["id"], str(uuid.uuid4())
    we.hear("STOP")
    opted_out(we, we.try_send(chat, text("hello", idempotency_key=key)))
    assert we.try_send(chat, text("hello", idempotency_key=key), override_optout=True).status_code == 202
