"""The life of a chat on the wire: a response of every endpoint, written from the documented types."""

import re
from dataclasses import dataclass
from typing import Any

from tests.sdk.samples import Json, chat

CHAT = "550e8400-e29b-41d4-a716-000000000001"
MESSAGE = "750e8400-e29b-41d4-a716-000000000000"
SUBSCRIPTION = "850e8400-e29b-41d4-a716-000000000000"
ATTACHMENT = "950e8400-e29b-41d4-a716-000000000000"
LINE = "+14155551234"
PERSON = "+14155559876"
NOON = "2026-05-01T12:00:00Z"
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def handle(address: str = PERSON, **changes: object) -> Json:
    return {
        "id": "650e8400-e29b-41d4-a716-000000000009",
        "handle": address,
        "joined_at": NOON,
        "service": "iMessage",
        "is_me": address == LINE,
        "left_at": None,
        "status": "active",
        **changes,
    }


def contact_card() -> Json:
    return {
        "first_name": "Harbor",
        "is_active": True,
        "phone_number": LINE,
        "image_url": "https://x/a.png",
        "last_name": "Bakery",
    }


def health() -> Json:
    return {"doc_url": "https://example.com/guides/chats/chat-health#healthy", "status": "HEALTHY", "updated_at": NOON}


def parts() -> list[Json]:
    """One part of each type, with every field."""
    sticker = {"file_name": "cat.png", "height": 32, "mime_type": "image/png", "url": "https://x/cat.png", "width": 32}
    reaction = {"handle": handle(), "is_me": False, "type": "sticker", "id": "r1", "sticker": sticker}
    inline = {"range": [6, 8], "id": "s1", "file_name": "s.png", "mime_type": "image/png", "url": "https://x/s.png"}
    return [
        {
            "type": "text",
            "value": "Hello 🎂 Ann",
            "reactions": [reaction, {"handle": handle(LINE), "is_me": True, "type": "custom", "custom_emoji": "🦊"}],
            "inline_stickers": [inline],
            "mention": PERSON,
            "mention_range": [9, 12],
            "mentions": [{"handle": PERSON, "is_me": False, "range": [9, 12]}],
            "text_decorations": [{"range": [0, 5], "style": "bold"}, {"range": [0, 1], "animation": "shake"}],
        },
        {
            "type": "media",
            "id": "m1",
            "filename": "a.png",
            "mime_type": "image/png",
            "size_bytes": 12,
            "url": "https://x/a.png",
            "reactions": None,
        },
        {"type": "link", "value": "https://example.com", "reactions": []},
        {
            "type": "imessage_app",
            "app": {"bundle_id": "b", "name": "n", "team_id": "t", "app_store_id": 7},
            "layout": {"caption": "c", "image_url": "https://x/i.png"},
            "url": "https://x",
            "fallback_text": "f",
            "reactions": None,
        },
        {
            "type": "app_clip",
            "value": "https://x",
            "title": "t",
            "description": "d",
            "image_url": "i",
            "reactions": None,
        },
    ]


def message(number: int = 0, **changes: object) -> Json:
    return {
        "id": f"750e8400-e29b-41d4-a716-{number:012d}",
        "chat_id": CHAT,
        "created_at": NOON,
        "delivery_status": "delivered",
        "is_delivered": True,
        "is_from_me": True,
        "is_read": False,
        "updated_at": NOON,
        "delivered_at": NOON,
        "effect": {"name": "confetti", "type": "screen"},
        "from": LINE,
        "from_handle": handle(LINE),
        "parts": parts(),
        "preferred_service": "iMessage",
        "read_at": None,
        "reply_to": {"message_id": MESSAGE, "part_index": 0},
        "sent_at": NOON,
        "service": "iMessage",
        **changes,
    }


def sent_message() -> Json:
    shared = ("id", "created_at", "is_read", "effect", "from_handle", "preferred_service", "reply_to", "service")
    whole = message()
    text = {"type": "text", "value": "Hello", "reactions": None}
    pending = {"delivery_status": "pending", "parts": [text], "sent_at": None, "delivered_at": None}
    return {**{name: whole[name] for name in shared}, **pending}


def created_chat() -> Json:
    shared = ("id", "display_name", "handles", "is_group", "service")
    known = chat(1, handles=[handle(LINE), handle()])
    return {**{name: known[name] for name in shared}, "health_status": health(), "message": sent_message()}


def created_message() -> Json:
    return {
        "chat_id": CHAT,
        "created_new_chat": True,
        "from": LINE,
        "from_selection": {"reason": "new_best_number", "reused_existing_chat": False},
        "handles": [handle(LINE), handle()],
        "is_group": False,
        "message": sent_message(),
        "service": "iMessage",
        "previous_chat_id": None,
    }


def poll() -> Json:
    option = {
        "can_be_edited": False,
        "creator_handle": handle(LINE),
        "option_id": "o1",
        "text": "Yes",
        "voters": [{"handle": PERSON, "voted_at": NOON}],
    }
    return {
        "chat_id": CHAT,
        "created_at": NOON,
        "message_id": MESSAGE,
        "poll": {"options": [option], "total_voters": 1},
        "reactions": [{"handle": handle(), "is_me": False, "type": "love", "id": "r1", "custom_emoji": None}],
        "updated_at": NOON,
    }


def acknowledged(status: str = "accepted") -> Json:
    return {"message": "It will be done", "status": status, "trace_id": "0af7651916cd43dd8448eb211c80319c"}


def subscription(**changes: object) -> Json:
    return {
        "id": SUBSCRIPTION,
        "created_at": NOON,
        "is_active": True,
        "subscribed_events": ["message.received", "chat.created"],
        "target_url": "https://example.com/hook",
        "updated_at": NOON,
        "phone_numbers": [LINE],
        "routing_id_header": None,
        "routing_key_header": None,
        **changes,
    }


def lines() -> list[Json]:
    reputation = {"doc_url": "https://example.com/guides/chats/chat-health#healthy", "status": "HEALTHY"}
    return [{"id": "l1", "phone_number": LINE, "reputation": reputation, "forwarding_number": None}]


def older_lines() -> list[Json]:
    able = {"mms": True, "sms": True, "voice": False}
    return [{"id": "l1", "phone_number": LINE, "capabilities": able, "country_code": "US", "type": "mobile"}]


def blocked() -> Json:
    return {"blocked_at": NOON, "handle": PERSON, "reason": "spam"}


HELLO: Json = {"parts": [{"type": "text", "value": "Hello"}]}
REACHABLE: Json = {"address": PERSON, "available": False, "reason": "not_supported", "selected_service": "SMS"}
ACKNOWLEDGED = acknowledged()
UPDATED_CHAT: Json = {"chat_id": CHAT, "status": "updated"}


@dataclass(frozen=True)
class Endpoint:
    """A method of the client, called with every parameter, and the resulting exchange on the wire."""

    name: str
    """As users write it: ``chats.messages.send``."""
    request: str
    """Method and target."""
    status: int
    answer: Json | None
    """None for a response without a body."""
    arguments: tuple[str, ...] = ()
    named: Any = None
    body: Json | None = None
    gives: str | None = None
    """The name of the model; None if the method returns None."""


ENDPOINTS = [
    Endpoint(
        "chats.create",
        "POST /v3/chats",
        201,
        {"chat": created_chat()},
        named={"from_": LINE, "message": HELLO, "to": [PERSON], "override_optout": True},
        body={"from": LINE, "message": HELLO, "to": [PERSON], "override_optout": True},
        gives="ChatCreateResponse",
    ),
    Endpoint("chats.retrieve", f"GET /v3/chats/{CHAT}", 200, chat(1, updated_at=NOON), (CHAT,), gives="Chat"),
    Endpoint(
        "chats.update",
        f"PUT /v3/chats/{CHAT}",
        200,
        UPDATED_CHAT,
        (CHAT,),
        {"display_name": "Us", "group_chat_icon": "https://x/i.png"},
        {"display_name": "Us", "group_chat_icon": "https://x/i.png"},
        "ChatUpdateResponse",
    ),
    Endpoint(
        "chats.leave_chat", f"POST /v3/chats/{CHAT}/leave", 202, ACKNOWLEDGED, (CHAT,), gives="ChatLeaveChatResponse"
    ),
    Endpoint("chats.mark_as_read", f"POST /v3/chats/{CHAT}/read", 204, None, (CHAT,)),
    Endpoint(
        "chats.list_chats",
        "GET /v3/chats?cursor=1&from=%2B14155551234&limit=1&to=%2B14155559876",
        200,
        {"chats": [chat(1, updated_at=NOON)], "next_cursor": None},
        named={"cursor": "1", "from_": LINE, "limit": 1, "to": PERSON},
        gives="SyncListChatsPagination[Chat]",
    ),
    Endpoint(
        "chats.messages.list",
        f"GET /v3/chats/{CHAT}/messages?cursor=1&limit=1",
        200,
        {"messages": [message(1)], "next_cursor": None},
        (CHAT,),
        {"cursor": "1", "limit": 1},
        gives="SyncListMessagesPagination[Message]",
    ),
    Endpoint(
        "chats.messages.send",
        f"POST /v3/chats/{CHAT}/messages",
        202,
        {"chat_id": CHAT, "message": sent_message()},
        (CHAT,),
        {"message": HELLO, "override_optout": False},
        {"message": HELLO, "override_optout": False},
        "MessageSendResponse",
    ),
    Endpoint(
        "chats.participants.add",
        f"POST /v3/chats/{CHAT}/participants",
        202,
        ACKNOWLEDGED,
        (CHAT,),
        {"handle": PERSON},
        {"handle": PERSON},
        "ParticipantAddResponse",
    ),
    Endpoint(
        "chats.participants.remove",
        f"DELETE /v3/chats/{CHAT}/participants",
        202,
        ACKNOWLEDGED,
        (CHAT,),
        {"handle": PERSON},
        {"handle": PERSON},
        "ParticipantRemoveResponse",
    ),
    Endpoint(
        "chats.polls.create",
        f"POST /v3/chats/{CHAT}/polls",
        201,
        poll(),
        (CHAT,),
        {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}},
        {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}},
        "PollEnvelope",
    ),
    Endpoint("chats.typing.start", f"POST /v3/chats/{CHAT}/typing", 204, None, (CHAT,)),
    Endpoint("chats.typing.stop", f"DELETE /v3/chats/{CHAT}/typing", 204, None, (CHAT,)),
    Endpoint(
        "messages.create",
        "POST /v3/messages",
        202,
        created_message(),
        named={
            "message": HELLO,
            "to": [PERSON, "ann@example.com"],
            "continuation_message": {"text": "It is me"},
            "exclude_from": [LINE],
            "override_optout": True,
            "idempotency_key": "key-1",
        },
        body={
            "message": HELLO,
            "to": [PERSON, "ann@example.com"],
            "continuation_message": {"text": "It is me"},
            "exclude_from": [LINE],
            "override_optout": True,
        },
        gives="MessageCreateResponse",
    ),
    Endpoint("messages.retrieve", f"GET /v3/messages/{MESSAGE}", 200, message(), (MESSAGE,), gives="Message"),
    Endpoint(
        "messages.update",
        f"PATCH /v3/messages/{MESSAGE}",
        200,
        message(),
        (MESSAGE,),
        {"text": "Hullo", "part_index": 0},
        {"text": "Hullo", "part_index": 0},
        "Message",
    ),
    Endpoint("messages.delete", f"DELETE /v3/messages/{MESSAGE}", 204, None, (MESSAGE,)),
    Endpoint(
        "messages.add_reaction",
        f"POST /v3/messages/{MESSAGE}/reactions",
        202,
        ACKNOWLEDGED,
        (MESSAGE,),
        {"operation": "add", "type": "sticker", "emoji": "🦊", "part_index": 0, "placement": {"x": 0.5, "scale": 1.0}},
        {"operation": "add", "type": "sticker", "emoji": "🦊", "part_index": 0, "placement": {"x": 0.5, "scale": 1.0}},
        "MessageAddReactionResponse",
    ),
    Endpoint(
        "messages.list_messages_thread",
        f"GET /v3/messages/{MESSAGE}/thread?cursor=1&limit=1&order=desc",
        200,
        {"messages": [message(1)], "next_cursor": None},
        (MESSAGE,),
        {"cursor": "1", "limit": 1, "order": "desc"},
        gives="SyncListMessagesPagination[Message]",
    ),
    Endpoint(
        "contact_card.create",
        "POST /v3/contact_card",
        200,
        contact_card(),
        named={"first_name": "Harbor", "phone_number": LINE, "image_url": "https://x/a.png", "last_name": "Bakery"},
        body={"first_name": "Harbor", "phone_number": LINE, "image_url": "https://x/a.png", "last_name": "Bakery"},
        gives="SetContactCard",
    ),
    Endpoint(
        "contact_card.retrieve",
        "GET /v3/contact_card?phone_number=%2B14155551234",
        200,
        {"contact_cards": [contact_card()]},
        named={"phone_number": LINE},
        gives="ContactCardRetrieveResponse",
    ),
    Endpoint(
        "contact_card.update",
        "PATCH /v3/contact_card?phone_number=%2B14155551234",
        200,
        contact_card(),
        named={"phone_number": LINE, "first_name": "Harbor"},
        body={"first_name": "Harbor"},
        gives="SetContactCard",
    ),
    Endpoint(
        "chats.share_contact_card",
        f"POST /v3/chats/{CHAT}/share_contact_card",
        204,
        None,
        (CHAT,),
    ),
    Endpoint(
        "available_number.retrieve",
        "GET /v3/available_number?exclude_from=%2B14155551234&to=%2B14155559876%2Ca%40b.c&type=iMessage",
        200,
        {"phone_number": LINE, "vcf_url": "https://example.com/contact_cards/token.vcf"},
        named={"exclude_from": [LINE], "to": [PERSON, "a@b.c"], "type": "iMessage"},
        gives="AvailableNumberRetrieveResponse",
    ),
    Endpoint(
        "messages.poll.retrieve", f"GET /v3/messages/{MESSAGE}/poll", 200, poll(), (MESSAGE,), gives="PollEnvelope"
    ),
    Endpoint(
        "messages.poll.add_options",
        f"POST /v3/messages/{MESSAGE}/poll/options",
        200,
        poll(),
        (MESSAGE,),
        {"options": [{"text": "Maybe"}]},
        {"options": [{"text": "Maybe"}]},
        "PollEnvelope",
    ),
    Endpoint(
        "messages.poll.vote",
        f"POST /v3/messages/{MESSAGE}/poll/votes",
        200,
        poll(),
        (MESSAGE,),
        {"operation": "add", "option_id": "o1"},
        {"operation": "add", "option_id": "o1"},
        "PollEnvelope",
    ),
    Endpoint(
        "attachments.create",
        "POST /v3/attachments",
        200,
        {
            "attachment_id": ATTACHMENT,
            "download_url": "https://x/download",
            "expires_at": NOON,
            "http_method": "PUT",
            "required_headers": {"Content-Type": "image/png", "Content-Length": "12"},
            "upload_url": "https://x/upload",
        },
        (),
        {"content_type": "image/png", "filename": "a.png", "size_bytes": 12},
        {"content_type": "image/png", "filename": "a.png", "size_bytes": 12},
        "AttachmentCreateResponse",
    ),
    Endpoint(
        "attachments.retrieve",
        f"GET /v3/attachments/{ATTACHMENT}",
        200,
        {
            "id": ATTACHMENT,
            "content_type": "image/png",
            "created_at": NOON,
            "filename": "a.png",
            "size_bytes": 12,
            "status": "complete",
            "download_url": "https://x/download",
        },
        (ATTACHMENT,),
        gives="AttachmentRetrieveResponse",
    ),
    Endpoint("attachments.delete", f"DELETE /v3/attachments/{ATTACHMENT}", 204, None, (ATTACHMENT,)),
    Endpoint(
        "chats.send_voicememo",
        f"POST /v3/chats/{CHAT}/voicememo",
        202,
        {
            "voice_memo": {
                "id": MESSAGE,
                "from": LINE,
                "to": [PERSON],
                "status": "pending",
                "service": None,
                "created_at": NOON,
                "voice_memo": {
                    "id": ATTACHMENT,
                    "url": "https://x/memo.m4a",
                    "filename": "memo.m4a",
                    "mime_type": "audio/x-m4a",
                    "size_bytes": 12,
                    "duration_ms": 1500,
                },
                "chat": {
                    "id": CHAT,
                    "handles": [handle(LINE), handle()],
                    "is_group": False,
                    "is_active": True,
                    "service": "iMessage",
                },
            }
        },
        (CHAT,),
        {"attachment_id": ATTACHMENT, "override_optout": True},
        {"attachment_id": ATTACHMENT, "override_optout": True},
        "ChatSendVoicememoResponse",
    ),
    Endpoint(
        "phone_numbers.list", "GET /v3/phone_numbers", 200, {"phone_numbers": lines()}, gives="PhoneNumberListResponse"
    ),
    Endpoint(
        "phonenumbers.list",
        "GET /v3/phonenumbers",
        200,
        {"phone_numbers": older_lines()},
        gives="PhonenumberListResponse",
    ),
    Endpoint(
        "webhook_subscriptions.create",
        "POST /v3/webhook-subscriptions",
        201,
        subscription(signing_secret=SECRET),
        named={
            "subscribed_events": ["message.received"],
            "target_url": "https://example.com/hook",
            "phone_numbers": [LINE],
            "routing_id_header": "X-Chat",
            "routing_key_header": "X-Key",
        },
        body={
            "subscribed_events": ["message.received"],
            "target_url": "https://example.com/hook",
            "phone_numbers": [LINE],
            "routing_id_header": "X-Chat",
            "routing_key_header": "X-Key",
        },
        gives="WebhookSubscriptionCreateResponse",
    ),
    Endpoint(
        "webhook_subscriptions.retrieve",
        f"GET /v3/webhook-subscriptions/{SUBSCRIPTION}",
        200,
        subscription(),
        (SUBSCRIPTION,),
        gives="WebhookSubscription",
    ),
    Endpoint(
        "webhook_subscriptions.update",
        f"PUT /v3/webhook-subscriptions/{SUBSCRIPTION}",
        200,
        subscription(is_active=False, phone_numbers=None),
        (SUBSCRIPTION,),
        {"is_active": False, "phone_numbers": None, "subscribed_events": ["chat.created"]},
        {"is_active": False, "phone_numbers": None, "subscribed_events": ["chat.created"]},
        "WebhookSubscription",
    ),
    Endpoint(
        "webhook_subscriptions.list",
        "GET /v3/webhook-subscriptions",
        200,
        {"subscriptions": [subscription()]},
        gives="WebhookSubscriptionListResponse",
    ),
    Endpoint(
        "webhook_subscriptions.delete", f"DELETE /v3/webhook-subscriptions/{SUBSCRIPTION}", 204, None, (SUBSCRIPTION,)
    ),
    Endpoint(
        "webhook_events.list",
        "GET /v3/webhook-events",
        200,
        {"doc_url": "https://docs.linqapp.com/channel/imessage/guides/webhooks/events", "events": ["message.sent"]},
        gives="WebhookEventListResponse",
    ),
    Endpoint(
        "blocked_handles.list",
        "GET /v3/blocked_handles",
        200,
        {"blocked_handles": [blocked()]},
        gives="BlockedHandleListResponse",
    ),
    Endpoint(
        "blocked_handles.block",
        "POST /v3/blocked_handles",
        201,
        {"blocked_handle": blocked()},
        named={"handle": PERSON, "reason": "spam"},
        body={"handle": PERSON, "reason": "spam"},
        gives="BlockedHandleBlockResponse",
    ),
    Endpoint(
        "blocked_handles.unblock",
        "DELETE /v3/blocked_handles",
        204,
        None,
        named={"handle": PERSON},
        body={"handle": PERSON},
    ),
    Endpoint(
        "capability.check_i_message",
        "POST /v3/capability/check_imessage",
        200,
        REACHABLE,
        named={"address": PERSON, "from_": LINE},
        body={"address": PERSON, "from": LINE},
        gives="HandleCheckResponse",
    ),
    Endpoint(
        "capability.check_RCS",
        "POST /v3/capability/check_rcs",
        200,
        REACHABLE,
        named={"address": PERSON, "from_": LINE},
        body={"address": PERSON, "from": LINE},
        gives="HandleCheckResponse",
    ),
]


def shape(path: str) -> str:
    """The path with a star for each id in it."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path.partition("?")[0])


_BY_SHAPE = {shape(each.request): each for each in ENDPOINTS}


def endpoint(method: str, target: str) -> Endpoint | None:
    """The endpoint that a request is for."""
    return _BY_SHAPE.get(shape(f"{method} {target}"))
