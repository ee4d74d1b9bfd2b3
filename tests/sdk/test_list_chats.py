"""``chats.list_chats``: the request, and the caller's result."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from linq import LinqApiv3Error, omit
from linq.pagination import AsyncListChatsPagination, SyncListChatsPagination
from linq.types import Chat, HealthStatus
from linq.types.shared import ChatHandle
from tests.sdk.clients import KEY, Half
from tests.sdk.samples import PagedChats, answering, body_of, chat, page


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({}, {}),
        ({"from_": "+12223334444", "limit": 20}, {"from": "+12223334444", "limit": "20"}),
        ({"to": "user@example.com", "cursor": "20"}, {"to": "user@example.com", "cursor": "20"}),
        ({"cursor": None, "from_": omit, "to": None, "limit": omit}, {}),
        (
            {
                "health": ["AT_RISK", "CRITICAL"],
                "service": "SMS",
                "is_group": False,
                "q": "Zoë & co",
                "sort": "created",
            },
            {"health": "AT_RISK,CRITICAL", "service": "SMS", "is_group": "false", "q": "Zoë & co", "sort": "created"},
        ),
        ({"health": "AT_RISK", "service": None, "is_group": None, "q": omit, "sort": None}, {"health": "AT_RISK"}),
        (
            {"extra_query": {"q": "a b&c", "is_group": True, "limit": 5}, "limit": 1},
            {"q": "a b&c", "is_group": "true", "limit": "5"},
        ),
        ({"extra_query": {"ids": [1, 2], "a": {"b": {"c": 1}}, "none": None}}, {"ids": "1,2", "a[b][c]": "1"}),
    ],
)
def test_the_query_says_what_was_given_and_nothing_else(
    half: Half, arguments: dict[str, Any], query: dict[str, str]
) -> None:
    paged = PagedChats(1)
    half.run(half.client(paged).chats.list_chats(**arguments))
    assert dict(paged.requests[0].url.params) == query


def test_the_plus_of_a_number_is_encoded(half: Half) -> None:
    paged = PagedChats(1)
    half.run(half.client(paged).chats.list_chats(from_="+12223334444", limit=20))
    assert paged.requests[0].url.raw_path == b"/api/partner/v3/chats?from=%2B12223334444&limit=20"


def test_the_request_carries_the_key_and_says_who_asks(half: Half) -> None:
    paged = PagedChats(1)
    half.run(half.client(paged).chats.list_chats())
    (request,) = paged.requests
    assert request.method == "GET"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("LinqAPIV3/Python")
    assert request.content == b""
    assert "idempotency-key" not in request.headers


def test_extra_headers_replace_ours_whatever_their_capitals_and_omit_leaves_one_out(half: Half) -> None:
    paged = PagedChats(1)
    client = half.client(paged, default_headers={"X-Team": "blue", "X-Mood": "calm"})
    half.run(client.chats.list_chats(extra_headers={"AUTHORIZATION": "Bearer other", "x-team": omit, "X-New": "1"}))
    headers = paged.requests[0].headers
    assert headers.get_list("authorization") == ["Bearer other"]
    assert "x-team" not in headers
    assert (headers["x-mood"], headers["x-new"]) == ("calm", "1")


def test_extra_body_is_sent_as_json(half: Half) -> None:
    paged = PagedChats(1)
    half.run(half.client(paged).chats.list_chats(extra_body={"a": 1}))
    assert body_of(paged.requests[0]) == {"a": 1}
    assert paged.requests[0].headers["content-type"] == "application/json"


def test_a_page_of_the_seeds_chats_is_typed(half: Half) -> None:
    result = half.run(half.client(answering(httpx2.Response(200, json=page([chat(7)], "c")))).chats.list_chats())
    assert type(result) is {"sync": SyncListChatsPagination, "async": AsyncListChatsPagination}[half.name][Chat]
    assert result.next_cursor == "c"
    (only,) = result.chats
    assert isinstance(only, Chat)
    assert only.id == "550e8400-e29b-41d4-a716-000000000007"
    assert only.updated_at == datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
    assert only.updated_at.tzinfo is not None
    assert only.service == "iMessage"
    assert only.group_chat_icon is None
    assert isinstance(only.health_status, HealthStatus)
    assert only.health_status.status == "AT_RISK"
    assert [type(handle) for handle in only.handles] == [ChatHandle, ChatHandle]
    assert only.handles[0].is_me is True
    assert only.handles[1].left_at is None


def test_what_a_newer_server_adds_is_let_through(half: Half) -> None:
    newer = chat(1, service="Carrier Pigeon", mood={"text": "hi"})
    newer["health_status"]["status"] = "RADIANT"
    newer["handles"][0]["line_type"] = "RCS"
    del newer["is_archived"]
    result = half.run(
        half.client(answering(httpx2.Response(200, json={**page([newer]), "total": 1}))).chats.list_chats()
    )
    (only,) = result.chats
    assert (only.service, only.health_status.status) == ("Carrier Pigeon", "RADIANT")
    assert only.mood == {"text": "hi"}
    assert only.handles[0].line_type == "RCS"
    assert only.is_archived is None
    assert result.total == 1


@pytest.mark.parametrize("prefetch", [-1, 2, 10])
def test_prefetch_is_one_page_or_none(half: Half, prefetch: int) -> None:
    with pytest.raises(ValueError, match=f"prefetch must be 0 .* or 1 .*, not {prefetch}"):
        half.run(half.client(PagedChats(1)).chats.list_chats(prefetch=prefetch))


def test_the_answer_to_something_else_is_a_clear_error(half: Half) -> None:
    login = httpx2.Response(200, html="<html>Please log in")
    with pytest.raises(LinqApiv3Error, match=r"responded 200 with a body .text/html.*<html>Please log in"):
        half.run(half.client(answering(login)).chats.list_chats())


def test_a_page_of_changes_says_which_chats_do_not_match(half: Half) -> None:
    body = page([chat(1)]) | {"unmatched": [chat(2)["id"]]}
    client = half.client(answering(httpx2.Response(200, json=body), httpx2.Response(200, json=page([chat(1)]))))
    assert half.run(client.chats.list_chats(updated_since="t", q="a")).unmatched == [chat(2)["id"]]
    assert half.run(client.chats.list_chats()).unmatched is None
