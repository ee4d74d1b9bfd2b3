"""Typical user code, which both type checkers have to pass in their strict modes (``test_typing.py``); never run."""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime
from typing import assert_type

import httpx2

import linq
from linq import (
    APIConnectionError,
    APIStatusError,
    AsyncLinqAPIV3,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    LinqAPIV3,
    RateLimitError,
)
from linq.pagination import AsyncListChatsPagination, SyncListChatsPagination
from linq.types import Chat, ChatListChatsParams, HealthStatus
from linq.types.shared import ChatHandle, ServiceType


def the_seeds_example() -> None:
    client = LinqAPIV3(
        api_key=os.environ.get("LINQ_API_V3_API_KEY"),  # This is the default and can be omitted
    )
    page = client.chats.list_chats()
    chat = page.chats[0]
    print(chat.id)
    assert_type(page, SyncListChatsPagination[Chat])
    assert_type(chat, Chat)


def fields(chat: Chat) -> str:
    assert_type(chat.created_at, datetime)
    assert_type(chat.handles, list[ChatHandle])
    assert_type(chat.health_status, HealthStatus)
    service: ServiceType | None = chat.service
    match chat.health_status.status:
        case "HEALTHY" | "AT_RISK":
            return service or "none yet"
        case "CRITICAL" | "OPTED_OUT":
            return chat.to_json()


def walks(client: LinqAPIV3, last_cursor: str | None) -> Iterator[Chat]:
    params: ChatListChatsParams = {"from_": "+12223334444", "limit": 100}
    for chat in client.chats.list_chats(**params):
        assert_type(chat, Chat)
        yield chat
    for page in client.chats.list_chats(cursor=last_cursor, prefetch=1).iter_pages():
        assert_type(page, SyncListChatsPagination[Chat])
        yield from page.chats
        if page.has_next_page():
            assert_type(page.get_next_page(), SyncListChatsPagination[Chat])


async def the_async_half() -> None:
    async with AsyncLinqAPIV3(http_client=DefaultAsyncHttpxClient(http2=True)) as client:
        page = await client.chats.list_chats(to="user@example.com")
        assert_type(page, AsyncListChatsPagination[Chat])
        async for chat in client.chats.list_chats(limit=100, prefetch=1):
            assert_type(chat, Chat)
        async for following in page.iter_pages():
            assert_type(following, AsyncListChatsPagination[Chat])
        raw = await client.chats.with_raw_response.list_chats(limit=1)
        assert_type(await raw.parse(), AsyncListChatsPagination[Chat])
        async with client.chats.with_streaming_response.list_chats() as response:
            async for piece in response.iter_bytes():
                assert_type(piece, bytes)


def answers(client: LinqAPIV3) -> None:
    raw = client.with_raw_response.chats.list_chats(from_="+12223334444")
    assert_type(raw.parse(), SyncListChatsPagination[Chat])
    assert_type(raw.headers, httpx2.Headers)
    with client.chats.with_streaming_response.list_chats() as response:
        assert_type(response.parse(to=dict[str, object]), dict[str, object])
    assert_type(client.get("/v3/chats", cast_to=SyncListChatsPagination[Chat]), SyncListChatsPagination[Chat])
    client.post("/v3/chats", cast_to=httpx2.Response, body={"to": ["+1"]}, options={"max_retries": 0})


def errors(client: LinqAPIV3) -> float | None:
    slow = client.with_options(timeout=linq.Timeout(120, connect=5), max_retries=5)
    try:
        slow.chats.list_chats(timeout=None, extra_headers={"X-Team": linq.omit})
    except RateLimitError as error:
        return error.retry_after
    except APIStatusError as error:
        print(error.status_code, error.code, error.trace_id, error.response.headers, error.request.url, error.body)
    except APIConnectionError as error:
        print(error.__cause__)
    return None


def set_up() -> LinqAPIV3:
    return LinqAPIV3(
        base_url="http://127.0.0.1:8080",
        timeout=10,
        max_retries=0,
        default_headers={"X-Team": "support"},
        default_query={"limit": 50},
        http_client=DefaultHttpxClient(proxy="http://localhost:3128", verify=True),
    )


if __name__ == "__main__":
    asyncio.run(the_async_half())
