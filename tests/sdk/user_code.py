"""Typical user code, which both type checkers have to pass in their strict modes (``test_typing.py``); never run."""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime
from typing import assert_type

import httpx
import httpx2

import linq
from linq import (
    APIConnectionError,
    APIResponse,
    APIStatusError,
    AsyncAPIResponse,
    AsyncLinqAPIV3,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    LinqAPIV3,
    RateLimitError,
)
from linq.pagination import (
    AsyncChatFollower,
    AsyncListChatsPagination,
    AsyncListMessagesPagination,
    ChatFollower,
    SyncListChatsPagination,
    SyncListMessagesPagination,
)
from linq.types import (
    AvailableNumberRetrieveResponse,
    BlockedHandleListResponse,
    Chat,
    ChatCreateParams,
    ChatCreateResponse,
    ChatLeaveChatResponse,
    ChatListChatsParams,
    ChatUpdateResponse,
    HandleCheckResponse,
    HealthStatus,
    Message,
    MessageAddReactionResponse,
    MessageContentParam,
    MessageCreateResponse,
    MessageEventV2,
    MessageReceivedWebhookEvent,
    OtherWebhookEvent,
    PhoneNumberListResponse,
    SetContactCard,
    TextPartParam,
    UnwrapWebhookEvent,
    WebhookEventListResponse,
    WebhookEventType,
    WebhookSubscription,
    WebhookSubscriptionCreateResponse,
)
from linq.types.chats import MessageSendResponse, ParticipantAddResponse, ParticipantRemoveResponse, SentMessage
from linq.types.shared import ChatHandle, MediaPartResponse, Reaction, ServiceType, TextPartResponse


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


def pages(client: LinqAPIV3, last_cursor: str | None) -> Iterator[Chat]:
    params: ChatListChatsParams = {"from_": "+12223334444", "limit": 100}
    for chat in client.chats.list_chats(**params):
        assert_type(chat, Chat)
        yield chat
    for page in client.chats.list_chats(cursor=last_cursor, prefetch=1).iter_pages():
        assert_type(page, SyncListChatsPagination[Chat])
        yield from page.chats
        if page.has_next_page():
            assert_type(page.get_next_page(), SyncListChatsPagination[Chat])


def follows(client: LinqAPIV3, since: str | None) -> Iterator[str | None]:
    with client.chats.follow(since, to="user@example.com", include=["last_message"], wait=30) as changes:
        assert_type(changes, ChatFollower)
        for chat in changes:
            assert_type(chat, Chat)
            assert_type(chat.last_message, Message | None)
            assert_type(chat.unread_count, int | None)
            yield changes.token
    params: ChatListChatsParams = {"updated_since": since, "wait": 5, "include": "unread_count,message_count"}
    assert_type(client.chats.list_chats(**params).sync_token, str | None)


async def follows_async(client: AsyncLinqAPIV3) -> str | None:
    async with client.chats.follow() as changes:
        assert_type(changes, AsyncChatFollower)
        async for chat in changes:
            assert_type(chat, Chat)
    return changes.token


def variants(client: LinqAPIV3, message: MessageContentParam) -> None:
    raw = client.chats.with_raw_response
    assert_type(raw.list_chats(limit=1, extra_headers={"X": "1"}), APIResponse[SyncListChatsPagination[Chat]])
    assert_type(raw.list_chats().parse().get_next_page(), SyncListChatsPagination[Chat])
    assert_type(raw.retrieve("id", timeout=5), APIResponse[Chat])
    assert_type(raw.mark_as_read("id"), APIResponse[None])
    assert_type(raw.messages.list("id"), APIResponse[SyncListMessagesPagination[Message]])
    assert_type(
        client.with_raw_response.messages.create(to=["+1"], message=message), APIResponse[MessageCreateResponse]
    )
    with client.chats.with_streaming_response.retrieve("id") as response:
        assert_type(response, APIResponse[Chat])
        assert_type(response.parse(), Chat)
    # Both type checkers report each of these; mypy would report an ignore that is not needed.
    raw.list_chats(limit="1")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    raw.list_chats(extra_header={})  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    raw.retrieve()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    client.chats.list_chats(include=["unread"])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]


async def the_async_half() -> None:
    async with AsyncLinqAPIV3(http_client=DefaultAsyncHttpxClient(http2=True)) as client:
        page = await client.chats.list_chats(to="user@example.com")
        assert_type(page, AsyncListChatsPagination[Chat])
        async for chat in client.chats.list_chats(limit=100, prefetch=1):
            assert_type(chat, Chat)
        async for following in page.iter_pages():
            assert_type(following, AsyncListChatsPagination[Chat])
        raw = await client.chats.with_raw_response.list_chats(limit=1)
        assert_type(raw, AsyncAPIResponse[AsyncListChatsPagination[Chat]])
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


def set_up_with_httpx() -> LinqAPIV3:
    client = LinqAPIV3(http_client=httpx.Client(), max_retries=1)
    client.api_key, client.base_url, client.timeout = "key", "http://127.0.0.1:8080", httpx2.Timeout(5)
    assert_type(client.post("/v3/x", cast_to=httpx.Response, content=b"x"), httpx.Response)
    LinqAPIV3(http_client=httpx.AsyncClient())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    AsyncLinqAPIV3(http_client=httpx.AsyncClient())
    return client


def set_up() -> LinqAPIV3:
    return LinqAPIV3(
        base_url="http://127.0.0.1:8080",
        timeout=10,
        max_retries=0,
        default_headers={"X-Team": "support"},
        default_query={"limit": 50},
        http_client=DefaultHttpxClient(proxy="http://localhost:3128", verify=True),
    )


def sends(client: LinqAPIV3, chat_id: str, recipients: tuple[str, ...]) -> SentMessage:
    text: TextPartParam = {"type": "text", "value": "Hello", "text_decorations": [{"range": (0, 5), "style": "bold"}]}
    message: MessageContentParam = {"parts": [text, {"type": "media", "url": "https://x/cat.png"}]}
    params: ChatCreateParams = {"from_": "+12223334444", "to": recipients, "message": message}
    created = client.chats.create(**params)
    assert_type(created, ChatCreateResponse)
    answer = client.messages.create(to=recipients, message=message, idempotency_key="k", override_optout=True)
    assert_type(answer, MessageCreateResponse)
    sent = client.chats.messages.send(chat_id, message={"parts": ({"type": "text", "value": v} for v in "ab")})
    assert_type(sent, MessageSendResponse)
    assert_type(client.messages.update(sent.message.id, text="Hullo"), Message)
    client.messages.delete(sent.message.id)
    return created.chat.message


def groups(client: LinqAPIV3, chat_id: str) -> None:
    assert_type(client.chats.retrieve(chat_id), Chat)
    assert_type(client.chats.update(chat_id, display_name="Us"), ChatUpdateResponse)
    assert_type(client.chats.participants.add(chat_id, handle="a@b.c"), ParticipantAddResponse)
    assert_type(client.chats.participants.remove(chat_id, handle="a@b.c"), ParticipantRemoveResponse)
    assert_type(client.chats.leave_chat(chat_id), ChatLeaveChatResponse)
    client.chats.mark_as_read(chat_id)
    client.chats.typing.start(chat_id)
    client.chats.typing.stop(chat_id)


def words(client: LinqAPIV3, chat_id: str) -> Iterator[str]:
    page = client.chats.messages.list(chat_id, limit=50, prefetch=1)
    assert_type(page, SyncListMessagesPagination[Message])
    for message in page:
        assert_type(message, Message)
        for part in message.parts or []:
            match part.type:
                case "text":
                    assert_type(part, TextPartResponse)
                    yield part.value
                case "media":
                    assert_type(part, MediaPartResponse)
                    yield part.filename
                case "link":
                    yield part.value
                case _:
                    assert_type(part.reactions, list[Reaction] | None)
                    yield part.to_json()
    assert_type(client.messages.list_messages_thread("id", order="asc"), SyncListMessagesPagination[Message])
    assert_type(client.messages.add_reaction("id", operation="add", type="love"), MessageAddReactionResponse)


def lines_and_handles(client: LinqAPIV3) -> None:
    assert_type(client.phone_numbers.list(), PhoneNumberListResponse)
    assert_type(client.contact_card.create(phone_number="+12223334444", first_name="Ann"), SetContactCard)
    assert_type(client.contact_card.update(phone_number="+12223334444", last_name=""), SetContactCard)
    assert_type(client.contact_card.retrieve().contact_cards, list[SetContactCard])
    client.chats.share_contact_card("id")
    assert_type(client.available_number.retrieve(to=["a@b.c"], type="iMessage"), AvailableNumberRetrieveResponse)
    assert_type(client.blocked_handles.list(), BlockedHandleListResponse)
    assert_type(client.blocked_handles.block(handle="a@b.c").blocked_handle.handle, str)
    client.blocked_handles.unblock(handle="a@b.c")
    assert_type(client.capability.check_i_message(address="a@b.c"), HandleCheckResponse)
    assert_type(client.capability.check_RCS(address="a@b.c", from_="+12223334444"), HandleCheckResponse)


def subscriptions(client: LinqAPIV3) -> str:
    events: list[WebhookEventType] = ["message.received"]
    created = client.webhook_subscriptions.create(target_url="https://x", subscribed_events=events)
    assert_type(created, WebhookSubscriptionCreateResponse)
    assert_type(client.webhook_subscriptions.update(created.id, phone_numbers=None), WebhookSubscription)
    assert_type(client.webhook_subscriptions.list().subscriptions, list[WebhookSubscription])
    client.webhook_subscriptions.delete(created.id)
    assert_type(client.webhook_events.list(), WebhookEventListResponse)
    return created.signing_secret


def receives(client: LinqAPIV3 | AsyncLinqAPIV3, body: bytes, headers: httpx2.Headers) -> str | None:
    event = client.webhooks.unwrap(body, headers=headers)
    assert_type(event, UnwrapWebhookEvent)
    match event.event_type:
        case "message.received":
            assert_type(event, MessageReceivedWebhookEvent)
            assert_type(event.data, MessageEventV2)
            return event.data.sender_handle.handle
        case "message.sent" | "message.delivered" | "message.read":
            assert_type(event.data, MessageEventV2)
        case "message.failed":
            return event.data.reason
        case "chat.typing_indicator.started":
            return event.data.chat_id
        case "call.initiated":
            assert_type(event, OtherWebhookEvent)
            assert_type(event.data, object)
        case _:
            return event.event_id
    return None


async def the_async_half_sends(client: AsyncLinqAPIV3, chat_id: str, message: MessageContentParam) -> None:
    sending = asyncio.create_task(client.chats.messages.send(chat_id, message=message))
    assert_type(await sending, MessageSendResponse)
    assert_type(await client.chats.messages.list(chat_id), AsyncListMessagesPagination[Message])
    async for each in client.chats.messages.list(chat_id):
        assert_type(each, Message)
    raw = await client.chats.with_raw_response.messages.send(chat_id, message=message)
    assert_type(await raw.parse(), MessageSendResponse)
    async with client.with_streaming_response.messages.create(to=["+1"], message=message) as response:
        assert_type(await response.parse(), MessageCreateResponse)
    await client.chats.mark_as_read(chat_id, timeout=5)
    nothing = await client.chats.typing.with_raw_response.start(chat_id)
    assert_type(await nothing.parse(), None)


if __name__ == "__main__":
    asyncio.run(the_async_half())
