"""Messages over the wire: exact pagination, threads, edits, reactions, deletion, and marking as read."""

import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asgi import Api
from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB
from tests.support.envelope import refused
from tests.support.pages import query_of
from trunkline.domain.message import DeliveryStatus, ReactionChange, ReactionType
from trunkline.testing.clock import Clock


def page(we: Caller, path: str, **parameters: Any) -> dict[str, Any]:
    """One page."""
    response = we.call("GET", path, query=query_of(**parameters))
    assert response.status_code == 200, response.text
    return response.json()


def ids(messages: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in messages]


def fill(we: Caller, count: int) -> tuple[str, list[str]]:
    """A chat with this many messages, and their ids, newest first."""
    chat = we.create()
    sent = [chat["message"]["id"]]
    for number in range(1, count):
        if number % 3 == 2:
            heard = we.hear(f"number {number}")
            assert heard is not None
            sent.append(heard.id)
        else:
            sent.append(we.send(chat["id"], text(f"number {number}"))["id"])
    return chat["id"], sent[::-1]


# Lists.


def test_newest_first(we: Caller) -> None:
    chat, expected = fill(we, 7)
    for limit in (1, 2, 3, 6, 7, 8, 100):
        assert ids(we.messages(chat, limit)) == expected
    assert [each["is_from_me"] for each in we.messages(chat)] == [True, False, True, True, False, True, True]


def test_a_page_has_fifty_unless_asked(we: Caller) -> None:
    chat, expected = fill(we, 51)
    first = page(we, f"/v3/chats/{chat}/messages")
    assert ids(first["messages"]) == expected[:50]
    assert ids(page(we, f"/v3/chats/{chat}/messages", cursor=first["next_cursor"])["messages"]) == expected[50:]


def test_a_walk_holds_what_was_there_when_it_began(we: Caller) -> None:
    chat, expected = fill(we, 9)
    path = f"/v3/chats/{chat}/messages"
    seen: list[str] = []
    cursor = None
    while not seen or cursor is not None:
        answer = page(we, path, limit=2, cursor=cursor)
        seen += ids(answer["messages"])
        cursor = answer["next_cursor"]
        we.send(chat)
        we.hear()
        we.create([BOB])
    assert seen == expected
    assert len(we.messages(chat)) == 9 + 10


def test_messages_of_one_moment_come_once_each(we: Caller) -> None:
    chat = we.create()["id"]
    answers = we.together(*[("POST", f"/v3/chats/{chat}/messages", {"message": text(str(n))}) for n in range(10)])
    # Ten at once: they are ordered by the time of the change, not by the times of the requests.
    sent = {answer.json()["message"]["id"] for answer in answers}
    for limit in (1, 3, 4, 11):
        walked = we.messages(chat, limit)
        assert len(walked) == 11
        assert set(ids(walked)) > sent
        assert [each["created_at"] for each in walked] == sorted([each["created_at"] for each in walked], reverse=True)


def test_a_message_that_is_deleted_during_a_walk(we: Caller) -> None:
    chat, expected = fill(we, 6)
    path = f"/v3/chats/{chat}/messages"
    first = page(we, path, limit=2)
    # One already seen, the last one seen, and one not seen yet.
    for gone in (expected[0], expected[1], expected[3]):
        assert we.call("DELETE", f"/v3/messages/{gone}").status_code == 204
    rest = page(we, path, limit=100, cursor=first["next_cursor"])
    assert ids(first["messages"]) + ids(rest["messages"]) == [each for each in expected if each != expected[3]]
    assert rest["next_cursor"] is None


def test_a_message_is_shown_as_it_is_when_its_page_is_served(we: Caller) -> None:
    chat, expected = fill(we, 4)
    path = f"/v3/chats/{chat}/messages"
    first = page(we, path, limit=1)
    oldest = expected[-1]
    assert we.call("PATCH", f"/v3/messages/{oldest}", {"text": "edited"}).status_code == 200
    rest = page(we, path, cursor=first["next_cursor"])["messages"]
    assert ids(rest) == expected[1:]
    assert rest[-1]["parts"][0]["value"] == "edited"


def test_a_cursor_can_be_used_again(we: Caller) -> None:
    chat, expected = fill(we, 5)
    path = f"/v3/chats/{chat}/messages"
    cursor = page(we, path, limit=2)["next_cursor"]
    we.send(chat)
    for limit in (1, 2, 3, 100):
        assert ids(page(we, path, limit=limit, cursor=cursor)["messages"]) == expected[2 : 2 + limit]


def test_cursors_that_are_not_of_this_walk(we: Caller, they: Caller) -> None:
    chat, _ = fill(we, 4)
    other, _ = fill(we, 3)
    assert other == chat
    elsewhere = we.create([BOB])
    we.send(elsewhere["id"])
    theirs, _ = fill(they, 4)
    message = elsewhere["message"]["id"]
    answer = we.send(elsewhere["id"], text("yes", reply_to={"message_id": message}))["id"]

    def cursor(caller: Caller, path: str, **parameters: Any) -> str:
        found = page(caller, path, limit=1, **parameters)["next_cursor"]
        assert found is not None
        return found

    path, thread = f"/v3/chats/{chat}/messages", f"/v3/messages/{message}/thread"
    ours = cursor(we, path)
    edited = [ours[:at] + ("A" if ours[at] != "A" else "B") + ours[at + 1 :] for at in range(0, len(ours), 3)]
    wrong = [
        *edited,
        ours[:-1],
        ours + "A",
        "20",
        "x" * 5_000,
        "\x00",
        cursor(we, f"/v3/chats/{elsewhere['id']}/messages"),
        cursor(they, f"/v3/chats/{theirs}/messages"),
        cursor(we, thread),
        page(we, "/v3/chats", limit=1)["next_cursor"],
    ]
    for token in wrong:
        assert "'cursor'" in refused(we.call("GET", path, query=query_of(cursor=token)), 400, 1005)
    for token in (ours, cursor(we, thread, order="desc")):
        assert "'cursor'" in refused(we.call("GET", thread, query=query_of(cursor=token)), 400, 1005)
    refused(we.call("GET", "/v3/chats", query=query_of(cursor=ours)), 400, 1005)
    # Any message of a thread, and any of its cursors, stands for the whole thread.
    there = page(we, f"/v3/messages/{answer}/thread", cursor=cursor(we, thread))
    assert ids(there["messages"]) == [answer]


def test_a_walk_that_began_too_long_ago(we: Caller, clock: Clock) -> None:
    chat, expected = fill(we, 3)
    path = f"/v3/chats/{chat}/messages"
    cursor = page(we, path, limit=1)["next_cursor"]
    clock.advance(hours=47)
    assert ids(page(we, path, cursor=cursor)["messages"]) == expected[1:]
    clock.advance(hours=2)
    assert "48 hours" in refused(we.call("GET", path, query=query_of(cursor=cursor)), 400, 1005)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=1&limit=1", "cursor=&cursor=", "limit=x"])
def test_bad_queries_of_a_list(we: Caller, query: str) -> None:
    chat = we.create()
    name = f"'{query.partition('=')[0]}'"
    for path in (f"/v3/chats/{chat['id']}/messages", f"/v3/messages/{chat['message']['id']}/thread"):
        assert name in refused(we.call("GET", path, query=query), 400, 1005)


@pytest.mark.parametrize("query", ["limit=", "cursor=", "order=", "limit&cursor=&order="])
def test_a_parameter_without_a_value_is_absent(we: Caller, query: str) -> None:
    chat = we.create()
    we.send(chat["id"])
    for path in (f"/v3/chats/{chat['id']}/messages", f"/v3/messages/{chat['message']['id']}/thread"):
        response = we.call("GET", path, query=query)
        assert (response.status_code, response.content) == (200, we.call("GET", path).content)


def test_parameters_that_the_list_does_not_know(we: Caller) -> None:
    chat, expected = fill(we, 2)
    assert ids(page(we, f"/v3/chats/{chat}/messages", order="asc", to=ALICE)["messages"]) == expected


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["send", "hear", "edit", "delete", "page"]), max_size=12), st.integers(1, 4))
def test_any_walk_among_any_changes(timed: Api, clock: Clock, steps: list[str], limit: int) -> None:
    we = Caller(timed, clock)
    chat, expected = fill(we, 6)
    path = f"/v3/chats/{chat}/messages"
    answer = page(we, path, limit=limit)
    seen = ids(answer["messages"])
    gone: set[str] = set()
    for number, step in enumerate(steps):
        there = ids(we.messages(chat))
        match step:
            case "send":
                we.send(chat)
            case "hear":
                we.hear()
            case "edit" if there:
                we.call("PATCH", f"/v3/messages/{there[number % len(there)]}", {"text": "edited"})
            case "delete" if there:
                picked = there[number % len(there)]
                assert we.call("DELETE", f"/v3/messages/{picked}").status_code == 204
                if picked not in seen:
                    gone.add(picked)
            case "page" if answer["next_cursor"] is not None:
                answer = page(we, path, limit=limit, cursor=answer["next_cursor"])
                seen += ids(answer["messages"])
            case _:
                pass
    while answer["next_cursor"] is not None:
        answer = page(we, path, limit=limit, cursor=answer["next_cursor"])
        seen += ids(answer["messages"])
    assert seen == [each for each in expected if each not in gone]


# One message.


def test_a_message_that_came_in(we: Caller) -> None:
    heard = we.hear("hi there", ALICE)
    assert heard is not None
    shown = we.message(heard.id)
    [chat] = we.chats()
    assert shown["chat_id"] == chat["id"]
    assert (shown["delivery_status"], shown["is_from_me"], shown["from"]) == ("received", False, ALICE)
    assert shown["from_handle"] == chat["handles"][1]
    assert shown["service"] == "iMessage"
    assert shown["sent_at"] == shown["created_at"] == chat["updated_at"]


def test_the_same_message_of_a_carrier_comes_in_once(we: Caller, they: Caller) -> None:
    first, again, other = (we.hear("hi", reference=reference) for reference in ("a", "a", "b"))
    assert first is not None
    assert first == again
    assert other is not None
    assert ids(we.messages(first.chat_id)) == [other.id, first.id]
    theirs = they.hear("hi", reference="a")
    assert theirs is not None
    assert theirs.id != first.id


def test_messages_of_somebody_else_are_like_none(we: Caller, they: Caller) -> None:
    theirs, nobodys = they.create()["message"]["id"], str(uuid.uuid4())
    before = they.message(theirs)
    for method, path, body in [
        ("GET", "/v3/messages/{}", None),
        ("PATCH", "/v3/messages/{}", {"text": "mine"}),
        ("DELETE", "/v3/messages/{}", None),
        ("POST", "/v3/messages/{}/reactions", {"operation": "add", "type": "love"}),
        ("GET", "/v3/messages/{}/thread", None),
    ]:
        answers = [refused(we.call(method, path.format(each), body), 404, 2002) for each in (theirs, nobodys)]
        assert answers[0].replace(theirs, "ID") == answers[1].replace(nobodys, "ID")
        assert theirs in answers[0]
    assert they.message(theirs) == before


# Threads.


def test_a_thread(we: Caller) -> None:
    chat = we.create()
    root = chat["message"]["id"]
    heard = we.hear("aside")
    assert heard is not None
    first = we.send(chat["id"], text("one", reply_to={"message_id": root}))["id"]
    second = we.send(chat["id"], text("two", reply_to={"message_id": first}))["id"]
    we.send(chat["id"], text("aside"))
    third = we.send(chat["id"], text("three", reply_to={"message_id": root}))["id"]
    thread = [root, first, second, third]
    for each in thread:
        for limit in (1, 2, 3, 4, 100):
            path = f"/v3/messages/{each}/thread"
            assert ids(we.pages(path, limit)) == thread
            assert ids(we.pages(path, limit, order="asc")) == thread
            assert ids(we.pages(path, limit, order="desc")) == thread[::-1]
    assert ids(we.pages(f"/v3/messages/{heard.id}/thread")) == [heard.id]
    assert we.message(second)["reply_to"] == {"message_id": first, "part_index": 0}
    message = refused(we.call("GET", f"/v3/messages/{root}/thread", query="order=newest"), 400, 1005)
    assert "'order'" in message
    assert "asc or desc" in message


def test_a_walk_over_a_thread_is_exact(we: Caller) -> None:
    chat = we.create()
    root = chat["message"]["id"]
    reply = {"message_id": root}
    expected = [root, *[we.send(chat["id"], text("yes", reply_to=reply))["id"] for _ in range(5)]]
    for order in ("asc", "desc"):
        seen: list[str] = []
        cursor = None
        while not seen or cursor is not None:
            answer = page(we, f"/v3/messages/{root}/thread", limit=2, cursor=cursor, order=order)
            seen += ids(answer["messages"])
            cursor = answer["next_cursor"]
            we.send(chat["id"], text("later", reply_to=reply))
        assert seen == (expected if order == "asc" else expected[::-1])
        expected = ids(we.pages(f"/v3/messages/{root}/thread"))


def test_a_thread_whose_beginning_is_deleted(we: Caller) -> None:
    chat = we.create()
    root = chat["message"]["id"]
    first = we.send(chat["id"], text("one", reply_to={"message_id": root}))["id"]
    second = we.send(chat["id"], text("two", reply_to={"message_id": root}))["id"]
    assert we.call("DELETE", f"/v3/messages/{root}").status_code == 204
    assert ids(we.pages(f"/v3/messages/{second}/thread")) == [first, second]
    refused(we.call("GET", f"/v3/messages/{root}/thread"), 404, 2002)


# Edits.


def test_an_edit(we: Caller) -> None:
    chat = we.create(message={"parts": [{"type": "media", "url": "https://example.com/a.png"}]})
    decorated = {"type": "text", "value": "hello", "text_decorations": [{"range": [0, 5], "style": "bold"}]}
    sent = we.send(chat["id"], {"parts": [decorated, {"type": "media", "url": "https://example.com/a"}, decorated]})
    we.create([BOB])
    before, order = we.chat(chat["id"]), [each["id"] for each in we.chats()]
    response = we.call("PATCH", f"/v3/messages/{sent['id']}", {"text": "shorter", "part_index": 2})
    assert response.status_code == 200
    edited = response.json()
    assert edited == we.message(sent["id"])
    assert [part.get("value") for part in edited["parts"]] == ["hello", None, "shorter"]
    assert edited["parts"][:2] == sent["parts"][:2]
    assert edited["parts"][2]["text_decorations"] is None
    assert edited["updated_at"] > edited["created_at"] == sent["created_at"]
    # An edit does not move the chat.
    assert we.chat(chat["id"]) == before
    assert [each["id"] for each in we.chats()] == order
    answer = we.call("PATCH", f"/v3/messages/{sent['id']}", {"text": "photo", "part_index": 1})
    assert "'part_index' is 1, which is not a text part" in refused(answer, 400, 1005)
    answer = we.call("PATCH", f"/v3/messages/{sent['id']}", {"text": "photo", "part_index": 3})
    assert "this message has 3" in refused(answer, 400, 1005)


def test_five_edits_and_no_more(we: Caller) -> None:
    message = we.create()["message"]["id"]
    for number in range(5):
        assert we.call("PATCH", f"/v3/messages/{message}", {"text": f"edit {number}"}).status_code == 200
        # Rejected edits do not count.
        refused(we.call("PATCH", f"/v3/messages/{message}", {"text": " "}), 400, 1004)
    assert "5 times" in refused(we.call("PATCH", f"/v3/messages/{message}", {"text": "once more"}), 400, 1005)
    assert we.message(message)["parts"][0]["value"] == "edit 4"


@pytest.mark.parametrize("reported", [False, True], ids=["waiting", "sent"])
def test_fifteen_minutes_and_no_longer(we: Caller, clock: Clock, reported: bool) -> None:
    message = we.create()["message"]["id"]
    if reported:
        clock.advance(minutes=20)
        we.receipt(message, DeliveryStatus.SENT)
    sent_at = clock()
    # Every call comes a second after the previous event.
    clock.advance(minutes=14, seconds=59)
    assert we.call("PATCH", f"/v3/messages/{message}", {"text": "in time"}).status_code == 200
    assert clock() - sent_at == 15 * 60 * 1_000_000
    assert "15 minutes" in refused(we.call("PATCH", f"/v3/messages/{message}", {"text": "too late"}), 400, 1005)
    assert we.message(message)["parts"][0]["value"] == "in time"


def test_what_somebody_else_wrote_is_theirs_to_edit(we: Caller) -> None:
    heard = we.hear("hi")
    assert heard is not None
    assert "received" in refused(we.call("PATCH", f"/v3/messages/{heard.id}", {"text": "mine"}), 400, 1005)
    we.edits(heard.id, "hi there")
    shown = we.message(heard.id)
    assert (shown["parts"][0]["value"], shown["delivery_status"]) == ("hi there", "received")
    # It still counts as unread.
    assert we.call("POST", f"/v3/chats/{heard.chat_id}/read").status_code == 204
    assert we.message(heard.id)["delivery_status"] == "read"


# Reactions.


def react(we: Caller, message: str, operation: str = "add", kind: str = "love", **more: Any) -> Any:
    return we.post(f"/v3/messages/{message}/reactions", {"operation": operation, "type": kind, **more})


def reactions(we: Caller, message: str, part: int = 0) -> list[tuple[str, str, bool, str | None]]:
    """Who reacted to a part, and how."""
    shown: list[dict[str, Any]] = we.message(message)["parts"][part]["reactions"] or []
    return [(each["handle"]["handle"], each["type"], each["is_me"], each["custom_emoji"]) for each in shown]


def test_reactions(we: Caller) -> None:
    chat = we.create(GROUP)
    message = chat["message"]["id"]
    line = chat["handles"][0]["handle"]
    before, order = we.chat(chat["id"]), [each["id"] for each in we.chats()]
    answer = react(we, message)
    assert answer.status_code == 202
    assert answer.json() == {
        "message": answer.json()["message"],
        "status": "accepted",
        "trace_id": answer.headers["x-trace-id"],
    }
    assert reactions(we, message) == [(line, "love", True, None)]
    [shown] = we.message(message)["parts"][0]["reactions"]
    assert shown["handle"] == chat["handles"][0]
    # The same reaction again changes nothing; another one replaces it; each person has one.
    before_again = we.message(message)
    assert react(we, message).status_code == 202
    assert we.message(message) == before_again
    we.reacts(message, ReactionChange(ReactionType.LAUGH, added=True), BOB)
    assert react(we, message, kind="custom", custom_emoji="🎉").status_code == 202
    assert reactions(we, message) == [(BOB, "laugh", False, None), (line, "custom", True, "🎉")]
    assert react(we, message, kind="custom", custom_emoji="🎂").status_code == 202
    for kind, emoji in (("love", None), ("custom", "🎉"), ("laugh", None)):
        given = {} if emoji is None else {"custom_emoji": emoji}
        assert "to remove" in refused(react(we, message, "remove", kind, **given), 400, 1005)
    assert react(we, message, "remove", "custom", custom_emoji="🎂").status_code == 202
    assert reactions(we, message) == [(BOB, "laugh", False, None)]
    we.reacts(message, ReactionChange(ReactionType.LAUGH, added=False), BOB)
    assert we.message(message)["parts"][0]["reactions"] is None
    # Reactions do not move a chat.
    assert we.chat(chat["id"]) == before
    assert [each["id"] for each in we.chats()] == order


def test_reactions_to_one_part_and_to_what_came_in(we: Caller) -> None:
    chat = we.create()["id"]
    sent = we.send(chat, {"parts": [{"type": "media", "url": "https://example.com/a"}, {"type": "text", "value": "?"}]})
    assert react(we, sent["id"], kind="question", part_index=1).status_code == 202
    assert reactions(we, sent["id"], 0) == []
    assert [each[1] for each in reactions(we, sent["id"], 1)] == ["question"]
    assert "this message has 2" in refused(react(we, sent["id"], part_index=2), 400, 1005)
    heard = we.hear("hi")
    assert heard is not None
    assert react(we, heard.id, kind="like").status_code == 202
    assert [each[1] for each in reactions(we, heard.id)] == ["like"]
    # Nothing that happens to a message marks it as read.
    assert we.message(heard.id)["delivery_status"] == "received"


def test_an_edit_keeps_the_reactions(we: Caller) -> None:
    message = we.create()["message"]["id"]
    react(we, message)
    assert we.call("PATCH", f"/v3/messages/{message}", {"text": "edited"}).status_code == 200
    assert [each[1] for each in reactions(we, message)] == ["love"]


# Deleting.


def test_a_deleted_message_is_gone(we: Caller) -> None:
    chat, expected = fill(we, 4)
    we.create([BOB])
    before, order = we.chat(chat), [each["id"] for each in we.chats()]
    response = we.call("DELETE", f"/v3/messages/{expected[1]}")
    assert (response.status_code, response.content) == (204, b"")
    assert len(response.headers["x-trace-id"]) == 32
    for method, path, body in [
        ("GET", "", None),
        ("DELETE", "", None),
        ("PATCH", "", {"text": "hello"}),
        ("GET", "/thread", None),
        ("POST", "/reactions", {"operation": "add", "type": "love"}),
    ]:
        refused(we.call(method, f"/v3/messages/{expected[1]}{path}", body), 404, 2002)
    assert ids(we.messages(chat)) == [expected[0], *expected[2:]]
    # The message is deleted here, and the chat does not move.
    assert we.chat(chat) == before
    assert [each["id"] for each in we.chats()] == order


def test_a_chat_without_messages_is_still_there(we: Caller) -> None:
    chat = we.create()
    assert we.call("DELETE", f"/v3/messages/{chat['message']['id']}").status_code == 204
    assert we.messages(chat["id"]) == []
    assert we.send(chat["id"])["id"] == we.messages(chat["id"])[0]["id"]


# Reading.


def test_marking_as_read(we: Caller) -> None:
    chat = we.create()
    heard = [we.hear(words) for words in ("one", "two")]
    elsewhere = we.hear("elsewhere", BOB)
    assert elsewhere is not None
    before, order = we.chat(chat["id"]), [each["id"] for each in we.chats()]
    response = we.post(f"/v3/chats/{chat['id']}/read")
    assert (response.status_code, response.content) == (204, b"")
    for each in heard:
        assert each is not None
        shown = we.message(each.id)
        assert (shown["delivery_status"], shown["is_read"]) == ("read", True)
        assert shown["read_at"] == shown["updated_at"] > shown["created_at"]
    assert we.message(elsewhere.id)["delivery_status"] == "received"
    assert we.message(chat["message"]["id"])["delivery_status"] == "pending"
    # Reading does not move a chat, and reading again does nothing.
    assert we.chat(chat["id"]) == before
    assert [each["id"] for each in we.chats()] == order
    messages = we.messages(chat["id"])
    assert we.post(f"/v3/chats/{chat['id']}/read").status_code == 204
    assert we.messages(chat["id"]) == messages


def test_typing(we: Caller) -> None:
    chat = we.create()["id"]
    before = we.chat(chat)
    for method in ("POST", "POST", "DELETE", "DELETE"):
        response = we.call(method, f"/v3/chats/{chat}/typing")
        assert (response.status_code, response.content) == (204, b"")
    assert we.chat(chat) == before


def test_chats_of_somebody_else_are_like_none(we: Caller, they: Caller) -> None:
    theirs, nobodys = they.create(GROUP)["id"], str(uuid.uuid4())
    heard = they.hear("hi", chat_id=theirs)
    assert heard is not None
    for method, path, body in [
        ("GET", "/v3/chats/{}", None),
        ("PUT", "/v3/chats/{}", {"display_name": "Mine"}),
        ("GET", "/v3/chats/{}/messages", None),
        ("POST", "/v3/chats/{}/messages", {"message": text("hello")}),
        ("POST", "/v3/chats/{}/read", None),
        ("POST", "/v3/chats/{}/typing", None),
        ("DELETE", "/v3/chats/{}/typing", None),
        ("POST", "/v3/chats/{}/leave", None),
        ("POST", "/v3/chats/{}/participants", {"handle": "dan@example.com"}),
        ("DELETE", "/v3/chats/{}/participants", {"handle": ALICE}),
    ]:
        answers = [refused(we.call(method, path.format(each), body), 404, 2001) for each in (theirs, nobodys)]
        assert answers[0].replace(theirs, "ID") == answers[1].replace(nobodys, "ID")
    assert they.message(heard.id)["delivery_status"] == "received"
    assert len(they.messages(theirs)) == 2
    assert they.chat(theirs)["display_name"] == ", ".join(GROUP)
