"""Every list ends its pages at about a megabyte, and a client that follows ``next_cursor`` gets everything once."""

from typing import Any

import pytest

from tests.support.caller import Caller, emails
from tests.support.chats import ALICE
from trunkline.domain.content import MAX_TEXT
from trunkline.domain.paging import MAX_PAGE

LARGE = 8
"""Messages of this many parts of the maximum length; their documents have about 0.35 MB."""


def large(number: int) -> dict[str, Any]:
    value = f"{number} ".ljust(MAX_TEXT, "x")
    part, file = {"type": "text", "value": value}, {"type": "media", "url": "https://example.com/a.png"}
    return {"parts": [part if index % 2 == 0 else file for index in range(2 * 17)]}


def walk(we: Caller, path: str, name: str, **parameters: str) -> list[list[dict[str, Any]]]:
    """The pages of a list."""
    pages: list[list[dict[str, Any]]] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        query = "&".join([f"{key}={value}" for key, value in {**parameters, "cursor": cursor or ""}.items()])
        response = we.call("GET", path, query=query)
        assert response.status_code == 200, response.text
        found = response.json()
        pages.append(found[name])
        cursor = found["next_cursor"]
        assert len(response.content) < 1.05 * MAX_PAGE or len(pages[-1]) == 1
    return pages


def assert_early(pages: list[list[dict[str, Any]]], ids: list[str]) -> None:
    assert [each["id"] for page in pages for each in page] == ids
    assert [len(page) for page in pages] == [2] * (LARGE // 2)


def test_pages_of_messages_and_of_a_thread(we: Caller) -> None:
    chat = we.create()
    first = we.send(chat["id"], large(0))["id"]
    replies = [we.send(chat["id"], {**large(n), "reply_to": {"message_id": first}})["id"] for n in range(1, LARGE)]
    sent = [first, *replies]
    path = f"/v3/chats/{chat['id']}/messages"
    pages = walk(we, path, "messages", limit="100")
    assert [each["id"] for page in pages for each in page] == [*sent[::-1], chat["message"]["id"]]
    assert [len(page) for page in pages] == [2, 2, 2, 3]
    assert_early(walk(we, f"/v3/messages/{first}/thread", "messages"), sent)
    assert_early(walk(we, f"/v3/messages/{first}/thread", "messages", order="desc"), sent[::-1])


@pytest.fixture
def chats(we: Caller) -> list[str]:
    """Chats whose last message is large, the most recently updated first."""
    return [we.create([each], large(0))["id"] for each in emails(LARGE)][::-1]


def test_pages_of_chats_with_their_last_messages(we: Caller, chats: list[str]) -> None:
    assert len(walk(we, "/v3/chats", "chats")) == 1
    pages = walk(we, "/v3/chats", "chats", include="last_message,message_count")
    assert_early(pages, chats)
    assert all(each["last_message"]["parts"][0]["value"].startswith("0 ") for page in pages for each in page)
    # Without it, nothing large is read.
    assert len(walk(we, "/v3/chats", "chats", include="message_count")) == 1


def test_pages_of_changes(we: Caller, chats: list[str]) -> None:
    token = we.call("GET", "/v3/chats", query="limit=1&to=nobody@example.com").headers["x-sync-token"]
    for each in chats:
        assert we.call("POST", f"/v3/chats/{each}/typing").status_code == 204
        we.send(each, large(1))
    shown = walk(we, "/v3/chats", "chats", updated_since=token, include="last_message")
    assert_early(shown, chats)
    tokens = [token]
    seen: list[str] = []
    while True:
        response = we.call("GET", "/v3/chats", query=f"updated_since={tokens[-1]}&include=last_message")
        seen += [each["id"] for each in response.json()["chats"]]
        if response.headers["x-sync-token"] == tokens[-1]:
            break
        tokens.append(response.headers["x-sync-token"])
    assert seen == chats


def test_an_empty_chat_and_an_ordinary_last_message(we: Caller) -> None:
    chat = we.create([ALICE])
    assert walk(we, "/v3/chats", "chats", include="last_message")[0][0]["last_message"]["id"] == chat["message"]["id"]
    we.call("DELETE", f"/v3/messages/{chat['message']['id']}")
    assert walk(we, "/v3/chats", "chats", include="last_message")[0][0]["last_message"] is None
