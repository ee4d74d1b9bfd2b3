"""``include``: the optional fields of a chat in the list (docs/wire.md §6)."""

from typing import Any

import pytest

from tests.support.attachments import get, uploaded
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB, CAROL
from tests.support.envelope import refused
from tests.support.pages import page_of, query_of
from trunkline.domain.paging import Include

EVERYTHING = ",".join(Include)


def test_what_is_included(we: Caller) -> None:
    spoken = we.create()
    said = we.hear("how are you?")
    assert said is not None
    quiet = we.create((BOB,))
    we.hear("one", sender=BOB)
    last = we.send(quiet["id"], text('a "quoted" word, } and \x1a'))

    chats = we.chats(include=EVERYTHING)
    assert [chat["id"] for chat in chats] == [quiet["id"], spoken["id"]]
    assert [chat["message_count"] for chat in chats] == [3, 2]
    assert [chat["unread_count"] for chat in chats] == [1, 1]
    assert [chat["last_message"] for chat in chats] == [we.message(last["id"]), we.message(said.id)]
    added = {"last_message", "unread_count", "message_count"}
    assert [{name: chat[name] for name in chat.keys() - added} for chat in chats] == we.chats()


@pytest.mark.parametrize(
    ("include", "keys"),
    [
        ("last_message", ["last_message"]),
        ("unread_count", ["unread_count"]),
        ("message_count", ["message_count"]),
        ("message_count,last_message", ["last_message", "message_count"]),
        (" unread_count , message_count", ["unread_count", "message_count"]),
        ("message_count,unread_count,last_message", ["last_message", "unread_count", "message_count"]),
    ],
)
def test_only_what_is_asked_for(we: Caller, include: str, keys: list[str]) -> None:
    we.create()
    [plain] = we.chats()
    [chat] = we.chats(include=include)
    assert list(chat) == [*plain, *keys]


def test_a_chat_without_messages(we: Caller) -> None:
    chat = we.create()
    [message] = we.messages(chat["id"])
    assert we.call("DELETE", f"/v3/messages/{message['id']}").status_code == 204
    [listed] = we.chats(include=EVERYTHING)
    assert (listed["last_message"], listed["unread_count"], listed["message_count"]) == (None, 0, 0)


def test_every_page_of_a_walk_and_of_what_changed(we: Caller) -> None:
    for handle in (ALICE, BOB, CAROL):
        we.create((handle,))
    first = we.call("GET", "/v3/chats", query=query_of(limit=1, include=EVERYTHING))
    heard = we.hear("later", sender=ALICE)
    assert heard is not None
    rest = we.call(
        "GET", "/v3/chats", query=query_of(cursor=page_of(first).next_cursor, include="message_count,last_message")
    )
    assert [chat["message_count"] for chat in page_of(rest).chats] == [1, 2]
    assert page_of(rest).chats[1]["last_message"]["id"] == heard.id

    since = first.headers["x-sync-token"]
    changed = we.call("GET", "/v3/chats", query=query_of(updated_since=since, include=EVERYTHING))
    [chat] = page_of(changed).chats
    assert (chat["last_message"]["id"], chat["unread_count"], chat["message_count"]) == (heard.id, 1, 2)


def test_a_cursor_is_not_bound_to_it(we: Caller) -> None:
    for handle in (ALICE, BOB):
        we.create((handle,))
    first = page_of(we.call("GET", "/v3/chats", query=query_of(limit=1, include="unread_count")))
    rest = page_of(we.call("GET", "/v3/chats", query=query_of(cursor=first.next_cursor)))
    assert "unread_count" in first.chats[0]
    assert "unread_count" not in rest.chats[0]


def test_the_last_message_is_a_poll_or_a_voice_memo(we: Caller) -> None:
    chat = we.create()["id"]
    options = {"options": [{"text": "Yes"}, {"text": "No"}]}
    poll = we.post(f"/v3/chats/{chat}/polls", {"poll": options}).json()
    assert last_message(we) == we.message(poll["message_id"]) | {"parts": []}
    token = we.call("GET", "/v3/chats").headers["x-sync-token"]
    vote = {"operation": "add", "option_id": poll["poll"]["options"][0]["option_id"]}
    assert we.post(f"/v3/messages/{poll['message_id']}/poll/votes", vote).status_code == 200
    changed = last_message(we, updated_since=token)
    assert changed == we.message(poll["message_id"])
    assert changed["updated_at"] > poll["updated_at"]

    file = uploaded(we, filename="memo.m4a", content_type="audio/mp4")
    memo = we.post(f"/v3/chats/{chat}/voicememo", {"attachment_id": file["attachment_id"]}).json()["voice_memo"]
    for filters in ({}, {"updated_since": token}):
        found = last_message(we, **filters)
        assert found == we.message(memo["id"])
        assert get(we.api, found["parts"][0]["url"]).content == b"file"


def last_message(we: Caller, **filters: str) -> dict[str, Any]:
    """The last message of the only chat in the list."""
    [chat] = we.chats(include="last_message", **filters)
    return chat["last_message"]


def test_an_empty_list(we: Caller) -> None:
    assert we.chats(include=EVERYTHING) == []


def test_a_hundred_chats(we: Caller) -> None:
    for number in range(101):
        we.hear(f"message {number}", sender=f"person{number}@example.com")
    chats = we.chats(include=EVERYTHING)
    assert [chat["last_message"]["parts"][0]["value"] for chat in chats] == [f"message {n}" for n in range(100, 0, -1)]


def test_another_partners_messages_are_not_ours(we: Caller, they: Caller) -> None:
    ours = we.hear("ours")
    for _ in range(3):
        they.hear("theirs")
    assert ours is not None
    [chat] = we.chats(include=EVERYTHING)
    assert (chat["last_message"]["id"], chat["unread_count"], chat["message_count"]) == (ours.id, 1, 1)


@pytest.mark.parametrize(
    "include",
    [",", "last_message,", "last_messages", "Last_Message", "unread_count,unread_count", "id", "x" * 10_000, "\0"],
)
def test_names_that_are_not_known(we: Caller, include: str) -> None:
    message = refused(we.call("GET", "/v3/chats", query=query_of(include=include)), 400, 1005)
    assert message.startswith("'include' ")
    assert len(message) < 300
