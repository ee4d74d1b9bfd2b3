"""A database of schema version 2, with rows as the versions of Trunkline before migration 0003 wrote them.

Documents and tokens are literal: what an old version stored or signed must not depend on the code that reads it.
Chats 1 to 5 were created in this order, and ``CURSORS`` were served with the first page of two. Then chats 1 and 2
changed, and an archive with chat 6 was imported.
"""

from collections.abc import Sequence

import msgspec

from tests.storage.old_schema import Table, create_schema
from tests.support.chats import LINE, NOW, chat_id
from trunkline.domain.instant import SECOND, Instant, render
from trunkline.domain.keys import digest
from trunkline.storage.sql import Value

SECRET = "tk_of_an_old_version"
CURSOR_KEY = bytes(range(32))

CURSORS = {
    "": "AAZHSEZdSQAAAAAAAAAABAAAAAAAAAAFAGlVuQWh73l5RHVeaw8HWSRVReR7",
    f"from={LINE}": "AAZHSEZdSQAAAAAAAAAABAAAAAAAAAAFAGlVuQUM3xbznc9Iiv2P_WgqqeQZ",
    f"to={LINE}": "AAZHSEZdSQAAAAAAAAAABAAAAAAAAAAFAGlVuQWtogwLP1OJLNE3-5rzRHnE",
}
"""The cursor of the second page, by the filters of the list."""

SYNC_TOKEN = "AAAAAAAAAAXRKRJab91WyKEZXPzDRdcb"
"""The sync token of the same page."""

PEOPLE = {number: f"+1310555010{number}" for number in range(1, 6)}
"""The person in each chat."""

SUBSCRIPTION = "5ab5c1b0-0000-0000-0000-000000000001"
UPSTREAM = "https://upstream.example"
RULE = '{"fail":"no such number"}'

UNREAD = ("00000000-0000-0000-0000-000000000601", "00000000-0000-0000-0000-000000000901")
"""The messages that chat 1 received."""

EVENTS = {8: "01900000-0000-0000-0000-000000000008", 11: "01900000-0000-0000-0000-000000000011"}
"""The pending events of chat 1, by their numbers; the first one was attempted twice."""

SENT = "019b76da-d6e0-73f8-a29b-008d35a2ab56"
SEND_PATH = f"/v3/chats/{chat_id(2)}/messages"
SEND_REQUEST = b'{"message":{"parts":[{"type":"text","value":"Your table is ready."}],"idempotency_key":"send-1"}}'
SEND_FINGERPRINT = b"\xbf%G\xa9\x85\x19\xdc\xdc\xb2Q5pdH\x89\x87"
SEND_RESPONSE = (
    b'{"chat_id":"00000000-0000-0000-0000-000000000002","message":{"id":"019b76da-d6e0-73f8-a29b-008d35a2ab56",'
    b'"created_at":"2026-01-01T00:00:12Z","delivery_status":"pending","is_read":false,"from_handle":{"id":'
    b'"58d75925-b6ce-550a-98a2-37364b9fc624","handle":"+12125550100","joined_at":"2026-01-01T00:00:00Z","service":'
    b'"iMessage","is_me":true,"left_at":null,"status":"active"},"parts":[{"type":"text","value":"Your table is ready.",'
    b'"text_decorations":null,"mention":null,"mention_range":null,"mentions":null,"reactions":null}],"effect":null,'
    b'"reply_to":null,"preferred_service":null,"service":null,"sent_at":null,"delivered_at":null}}'
)

ARCHIVED_AT = NOW - 10 * SECOND
ARCHIVED_FROM = "+13105550112"
IMPORTED = "4a6f53c5-83b4-55f8-a704-73c4172a3dcc"
IMPORTED_MESSAGE = "ec7aaedc-397f-5afa-88fe-9a79849110ef"
_IMPORTED_CHAT_DOCUMENT = (
    b'{"id":"4a6f53c5-83b4-55f8-a704-73c4172a3dcc","created_at":"2025-12-31T23:59:50Z","display_name":"+13105550112",'
    b'"handles":[{"id":"a96f83f8-3bf3-5669-8688-5f2ccf18e173","handle":"+12125550100","joined_at":'
    b'"2025-12-31T23:59:50Z","service":"SMS","is_me":true,"left_at":null,"status":"active"},{"id":'
    b'"d0205798-c892-5a56-a996-965a407f2ca5","handle":"+13105550112","joined_at":"2025-12-31T23:59:50Z","service":'
    b'"SMS","is_me":false,"left_at":null,"status":"active"}],"health_status":{"doc_url":"\x1a#healthy","status":'
    b'"HEALTHY","updated_at":"2025-12-31T23:59:50Z"},"is_archived":false,"is_group":false,"updated_at":'
    b'"2025-12-31T23:59:50Z","service":"SMS","group_chat_icon":null}'
)
_IMPORTED_MESSAGE_DOCUMENT = (
    b'{"id":"ec7aaedc-397f-5afa-88fe-9a79849110ef","chat_id":"4a6f53c5-83b4-55f8-a704-73c4172a3dcc","created_at":'
    b'"2025-12-31T23:59:50Z","updated_at":"2025-12-31T23:59:50Z","delivery_status":"read","is_delivered":true,'
    b'"is_from_me":false,"is_read":true,"from":"+13105550112","from_handle":{"id":'
    b'"d0205798-c892-5a56-a996-965a407f2ca5","handle":"+13105550112","joined_at":"2025-12-31T23:59:50Z","service":'
    b'"SMS","is_me":false,"left_at":null,"status":"active"},"parts":[{"type":"text","value":"Look",'
    b'"text_decorations":null,"mention":null,"mention_range":null,"mentions":null,"reactions":null},{"type":"media",'
    b'"id":"79c8b083-2d87-5cf4-804f-466caa92c2b9","url":'
    b'"https://trunkline.invalid/attachments/79c8b083-2d87-5cf4-804f-466caa92c2b9/bread.jpg","filename":"bread.jpg",'
    b'"mime_type":"image/jpeg","size_bytes":77,"reactions":null}],"effect":null,"reply_to":null,'
    b'"preferred_service":null,"service":"SMS","sent_at":"2025-12-31T23:59:50Z","delivered_at":null,"read_at":null}'
)

# The time and the position of each chat: at first, and now.
_FIRST = {number: (NOW + number * SECOND, number) for number in PEOPLE}
_NOW = _FIRST | {1: (NOW + 11 * SECOND, 10), 2: (NOW + 12 * SECOND, 13)}
_COUNTER = 17
_RETRY_AT = NOW + 60 * SECOND


async def create_schema_2(url: str, target_url: str) -> None:
    """Creates the database, in which a subscription with this target has pending deliveries."""
    await create_schema(url, 2, _tables(target_url))


def _handle(number: int, handle: str, *, is_me: bool = False) -> dict[str, object]:
    return {
        "id": f"00000000-0000-0000-{int(is_me):04}-{number:012}",
        "handle": handle,
        "joined_at": render(NOW),
        "service": "iMessage",
        "is_me": is_me,
        "left_at": None,
        "status": "active",
    }


def _chat(number: int, updated_at: Instant) -> bytes:
    """The document of a direct chat; the person in chat 3 has opted out."""
    status = "OPTED_OUT" if number == 3 else "HEALTHY"
    document: dict[str, object] = {
        "id": chat_id(number),
        "created_at": render(NOW),
        "display_name": PEOPLE[number],
        "handles": [_handle(number, LINE, is_me=True), _handle(number, PEOPLE[number])],
        "health_status": {
            "doc_url": f"BASE#{status.lower().replace('_', '-')}",
            "status": status,
            "updated_at": render(NOW),
        },
        "is_archived": False,
        "is_group": False,
        "updated_at": render(updated_at),
        "service": "iMessage",
        "group_chat_icon": None,
    }
    return msgspec.json.encode(document).replace(b"BASE", b"\x1a")


def _message(message_id: str, number: int, at: Instant, text: str, *, is_from_me: bool) -> bytes:
    """The document of a message: one that is pending, or one that was received and is unread."""
    sender = _handle(number, LINE if is_from_me else PEOPLE[number], is_me=is_from_me)
    part = {"type": "text", "value": text, "text_decorations": None, "mention": None, "mention_range": None}
    document: dict[str, object] = {
        "id": message_id,
        "chat_id": chat_id(number),
        "created_at": render(at),
        "updated_at": render(at),
        "delivery_status": "pending" if is_from_me else "received",
        "is_delivered": False,
        "is_from_me": is_from_me,
        "is_read": False,
        "from": sender["handle"],
        "from_handle": sender,
        "parts": [part | {"mentions": None, "reactions": None}],
        "effect": None,
        "reply_to": None,
        "preferred_service": None,
        "service": None if is_from_me else "iMessage",
        "sent_at": None if is_from_me else render(at),
        "delivered_at": None,
        "read_at": None,
    }
    return msgspec.json.encode(document)


def _event(event_id: str, kind: str, at: Instant) -> bytes:
    document: dict[str, object] = {
        "api_version": "v3",
        "webhook_version": "2026-02-03",
        "event_type": kind,
        "event_id": event_id,
        "created_at": render(at),
        "trace_id": "0" * 32,
        "partner_id": "1",
        "data": {"health_status": {"doc_url": "BASE#healthy"}},
    }
    return msgspec.json.encode(document).replace(b"BASE", b"\x1a")


def _tables(target_url: str) -> Sequence[Table]:
    """Every table of schema version 2: its name, its columns and its rows."""
    counts = {1: (2, 2), 2: (1, 0)}
    chats: list[tuple[Value, ...]] = [
        (
            *(1, chat_id(number), LINE, f"{LINE} {PEOPLE[number]}", None, *_NOW[number]),
            *(_chat(number, _NOW[number][0]), *counts.get(number, (0, 0))),
        )
        for number in PEOPLE
    ]
    chats.append((1, IMPORTED, LINE, f"{LINE} {ARCHIVED_FROM}", None, ARCHIVED_AT, 17, _IMPORTED_CHAT_DOCUMENT, 1, 0))
    participants: list[tuple[Value, ...]] = [
        (1, chat_id(number), handle, LINE, number, *_NOW[number])
        for number in PEOPLE
        for handle in (LINE, PEOPLE[number])
    ]
    participants += [(1, IMPORTED, handle, LINE, 17, ARCHIVED_AT, 17) for handle in (LINE, ARCHIVED_FROM)]
    received = [(UNREAD[0], 6, NOW + 10 * SECOND, "Is there bread?"), (UNREAD[1], 9, NOW + 11 * SECOND, "Hello?")]
    messages: list[tuple[Value, ...]] = [
        (
            *(1, each, chat_id(1), each, at, position, 0, "received", None, 0),
            _message(each, 1, at, text, is_from_me=False),
        )
        for each, position, at, text in received
    ]
    sent_at = NOW + 12 * SECOND
    sent = _message(SENT, 2, sent_at, "Your table is ready.", is_from_me=True)
    messages.append((1, SENT, chat_id(2), SENT, sent_at, 12, 1, "pending", "send-1", 0, sent))
    imported = (1, IMPORTED_MESSAGE, IMPORTED, IMPORTED_MESSAGE, ARCHIVED_AT, 16, 0, "read", None, 0)
    messages.append((*imported, _IMPORTED_MESSAGE_DOCUMENT))
    delivered = "01900000-0000-0000-0000-000000000015"
    events: list[tuple[Value, ...]] = [
        (1, number, each, "message.received", chat_id(1), LINE, at, _event(each, "message.received", at))
        for (number, each), at in zip(EVENTS.items(), (NOW + 10 * SECOND, NOW + 11 * SECOND), strict=True)
    ]
    events.append(
        (1, 15, delivered, "message.read", chat_id(4), LINE, sent_at, _event(delivered, "message.read", sent_at))
    )
    outbox: list[tuple[Value, ...]] = [
        (1, SUBSCRIPTION, 8, chat_id(1), "message.received", "8", "waiting", 2, "HTTP 500", NOW + 30 * SECOND),
        (1, SUBSCRIPTION, 11, chat_id(1), "message.received", "11", "waiting", 0, None, NOW + 11 * SECOND),
        (1, "carrier", 14, chat_id(2), "send", SENT, "waiting", 0, None, sent_at),
        (1, SUBSCRIPTION, 15, chat_id(4), "message.read", "15", "done", 1, "HTTP 200", sent_at),
    ]
    key = ("key_1", 1, "first", digest(SECRET.encode()), NOW, None, None)
    subscription = (1, SUBSCRIPTION, target_url, '["message.received", "message.read"]', None, 1)
    return [
        ("store", "schema_version cursor_key last_partner_id", [(2, CURSOR_KEY, 1)]),
        ("partners", "id name counter clock created_at", [(1, "Acme", _COUNTER, NOW + 15 * SECOND, NOW)]),
        ("keys", "id partner_id name digest created_at expires_at revoked_at", [key]),
        ("lines", "partner_id phone_number id label created_at", [(1, LINE, "line 1", "Shop", NOW)]),
        (
            "chats",
            "partner_id id line recipients name updated_at position document message_count unread_count",
            chats,
        ),
        ("participants", "partner_id chat_id handle line since updated_at position", participants),
        (
            "moves",
            "partner_id chat_id line updated_at position moved_to moved_at",
            [
                (1, chat_id(1), LINE, *_FIRST[1], 7, NOW + 10 * SECOND),
                (1, chat_id(1), LINE, NOW + 10 * SECOND, 7, 10, NOW + 11 * SECOND),
                (1, chat_id(2), LINE, *_FIRST[2], 13, sent_at),
            ],
        ),
        ("mirrors", "partner_id base_url next_cursor", [(1, UPSTREAM, "page 7")]),
        (
            "messages",
            "partner_id id chat_id thread created_at position from_me delivery_status idempotency_key edits document",
            messages,
        ),
        (
            "answers",
            "partner_id key fingerprint message_id body created_at",
            [(1, "send-1", SEND_FINGERPRINT, SENT, SEND_RESPONSE, sent_at)],
        ),
        ("opt_outs", "partner_id handle chat_id opted_out_at", [(1, PEOPLE[3], chat_id(3), NOW)]),
        ("blocked_handles", "partner_id handle reason blocked_at", [(1, PEOPLE[4], "spam", NOW)]),
        (
            "subscriptions",
            "partner_id id target_url events phone_numbers is_active secret routing_id_header routing_key_header "
            "created_at updated_at",
            [(*subscription, "whsec_" + "A" * 43 + "=", None, "X-Cluster", NOW, NOW)],
        ),
        ("routing_tokens", "partner_id subscription_id chat_id token", [(1, SUBSCRIPTION, chat_id(1), "west")]),
        ("events", "partner_id number id type chat_id line created_at body", events),
        (
            "outbox",
            "partner_id destination number lane kind subject state attempts outcome updated_at",
            outbox,
        ),
        (
            "lanes",
            "partner_id destination lane head attempts due_at",
            [(1, SUBSCRIPTION, chat_id(1), 8, 2, _RETRY_AT), (1, "carrier", chat_id(2), 14, 0, sent_at)],
        ),
        (
            "queues",
            "partner_id destination due_at claimed_until",
            [(1, SUBSCRIPTION, _RETRY_AT, 0), (1, "carrier", sent_at, 0)],
        ),
        ("carrier_rules", "partner_id handle rule", [(1, PEOPLE[5], RULE)]),
    ]
