"""``/v3/blocked_handles`` over the wire: who is blocked, which messages that stops, and which it does not affect."""

from typing import Any

import pytest

from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.events import emitted_events, subscribe
from trunkline.domain.events import EventType

PATH = "/v3/blocked_handles"


def block(we: Caller, handle: str, **more: Any) -> dict[str, Any]:
    """The entry."""
    response = we.post(PATH, {"handle": handle, **more})
    assert response.status_code == 200, response.text
    assert response.json().keys() == {"blocked_handle"}
    return response.json()["blocked_handle"]


def unblock(we: Caller, handle: str) -> None:
    response = we.call("DELETE", PATH, {"handle": handle})
    assert (response.status_code, response.content) == (204, b"")


def blocked(we: Caller) -> list[dict[str, Any]]:
    """Every entry."""
    response = we.call("GET", PATH)
    assert response.status_code == 200
    assert response.json().keys() == {"blocked_handles"}
    return response.json()["blocked_handles"]


def test_blocking_and_unblocking(we: Caller) -> None:
    assert blocked(we) == []
    first = block(we, ALICE)
    assert first == {"handle": ALICE, "reason": None, "blocked_at": first["blocked_at"]}
    second = block(we, CAROL.upper(), reason="spam")
    assert (second["handle"], second["reason"]) == (CAROL, "spam")
    assert blocked(we) == [second, first]
    # Blocking again changes nothing, not even the reason.
    assert block(we, ALICE, reason="again") == first
    assert blocked(we) == [second, first]
    unblock(we, CAROL.title())
    unblock(we, CAROL)
    assert blocked(we) == [first]
    again = block(we, CAROL)
    assert again["reason"] is None
    assert blocked(we) == [again, first]


@pytest.mark.parametrize("handle", [ALICE, CAROL, "262966", "123", "12345678", "AMZN", "My Bank 24"])
def test_what_can_be_blocked(we: Caller, handle: str) -> None:
    assert block(we, handle)["handle"] == handle
    unblock(we, handle)
    assert blocked(we) == []


def test_a_number_without_its_plus(we: Caller) -> None:
    assert block(we, ALICE[1:])["handle"] == ALICE


@pytest.mark.parametrize("handle", ["", "1", "A", "My Bank Account", "+0123", "a@b", "Bank!", "\x00", "x" * 300])
def test_what_cannot(we: Caller, handle: str) -> None:
    for method in ("POST", "DELETE"):
        message = refused(we.call(method, PATH, {"handle": handle}), 400, 1002)
        assert "'handle'" in message
        assert "short code" in message
    assert blocked(we) == []


def test_reasons_as_long_as_they_can_be(we: Caller) -> None:
    assert block(we, ALICE, reason="r" * 500)["reason"] == "r" * 500
    assert "500" in refused(we.post(PATH, {"handle": BOB, "reason": "r" * 501}), 400, 1005)
    assert len(blocked(we)) == 1


def test_nothing_can_be_sent_to_them_alone(we: Caller) -> None:
    chat, group = we.create()["id"], we.create(GROUP)["id"]
    before = we.chats()
    block(we, ALICE)
    for line in (LINE, OTHER_LINE):
        for override in (False, True):
            for answer in (
                we.try_send(chat, override_optout=override),
                we.try_create(line=line, override_optout=override),
                we.post("/v3/messages", {"to": [ALICE], "message": text("hi"), "override_optout": override}),
            ):
                assert ALICE in refused(answer, 403, 2026)
    assert we.chats() == before
    # Groups with a blocked handle, existing or new, are not restricted.
    we.send(group)
    we.create(GROUP)
    we.create([ALICE, CAROL])
    unblock(we, ALICE)
    we.send(chat)


def test_what_they_write_is_dropped(we: Caller) -> None:
    chat, group = we.create()["id"], we.create(GROUP)["id"]
    subscribe(we, EventType.MESSAGE_RECEIVED, EventType.CHAT_CREATED)
    block(we, ALICE)
    before = we.chats()
    assert we.hear("hi", ALICE, chat_id=chat) is None
    assert we.hear("hi", ALICE, chat_id=group) is None
    assert we.hear("hi", ALICE, line=OTHER_LINE) is None
    assert we.chats() == before
    assert [len(we.messages(each)) for each in (chat, group)] == [1, 1]
    assert emitted_events(we) == []
    # Messages from the other members of the group arrive.
    assert we.hear("hi", BOB, chat_id=group) is not None
    unblock(we, ALICE)
    assert we.hear("hi", ALICE, chat_id=chat) is not None
    assert len(emitted_events(we)) == 2


def test_they_can_neither_opt_out_nor_return(we: Caller) -> None:
    chat = we.create()["id"]
    block(we, ALICE)
    we.hear("STOP")
    unblock(we, ALICE)
    assert we.health(chat) == "HEALTHY"
    we.hear("STOP")
    block(we, ALICE)
    we.hear("hi")
    refused(we.try_send(chat), 403, 2026)
    unblock(we, ALICE)
    refused(we.try_send(chat), 403, 2024)
    assert we.health(chat) == "OPTED_OUT"


def test_everybody_blocks_for_themselves(we: Caller, they: Caller) -> None:
    chat = they.create()["id"]
    block(we, ALICE)
    assert blocked(they) == []
    they.send(chat)
    assert they.hear("hi") is not None
    unblock(they, ALICE)
    assert len(blocked(we)) == 1


def test_blocking_at_once(we: Caller) -> None:
    answers = we.together(*[("POST", PATH, {"handle": ALICE, "reason": str(number)}) for number in range(10)])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(blocked(we)) == 1


def test_blocking_leaves_chats_alone(we: Caller) -> None:
    we.create()
    we.create([BOB])
    before = we.chats()
    block(we, ALICE)
    unblock(we, ALICE)
    assert we.chats() == before
