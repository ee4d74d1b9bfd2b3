"""``webhooks.unwrap``: which webhooks are accepted, and what they contain."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks import WebhookVerificationError as TheirError

from linq import APIError, LinqApiv3Error, WebhookVerificationError, types
from linq._webhooks import TOLERANCE, verify
from linq.types import MessageReceivedWebhookEvent, OtherWebhookEvent, UnwrapWebhookEvent
from linq.types.shared import ChatHandle, TextPartResponse
from tests.sdk.clients import Half, SyncHalf
from tests.sdk.endpoints import CHAT, LINE, MESSAGE, NOON, PERSON, SECRET, handle, health, parts
from tests.sdk.samples import Json, answering
from tests.sdk.test_models import anything

OTHER_SECRET = "whsec_" + "b3RoZXIh" * 4
NOBODY = answering(httpx2.Response(500))


def event(kind: str = "message.received", data: Any = None, **changes: object) -> Json:
    return {
        "api_version": "v3",
        "webhook_version": "2026-02-03",
        "event_type": kind,
        "event_id": "evt-1",
        "created_at": NOON,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "partner_id": "partner",
        "data": EVENTS[kind] if data is None else data,
        **changes,
    }


def message_data(**changes: object) -> Json:
    chat = {"id": CHAT, "health_status": health(), "is_group": False, "owner_handle": handle(LINE)}
    without = [{name: value for name, value in part.items() if name != "reactions"} for part in parts()]
    return {
        "id": MESSAGE,
        "chat": chat,
        "direction": "inbound",
        "parts": without,
        "sender_handle": handle(),
        "service": "iMessage",
        "delivered_at": None,
        "effect": {"name": "slam", "type": "bubble"},
        "idempotency_key": None,
        "preferred_service": "auto",
        "read_at": None,
        "reply_to": {"message_id": MESSAGE, "part_index": 0},
        "sent_at": NOON,
        **changes,
    }


def edited() -> Json:
    kept = {name: message_data()[name] for name in ("id", "chat", "direction", "sender_handle")}
    return {**kept, "edited_at": NOON, "part": {"index": 0, "text": "Hullo"}}


REACTION: Json = {
    "is_from_me": False,
    "reaction_type": "love",
    "chat_id": CHAT,
    "from": PERSON,
    "from_handle": handle(),
    "message_id": MESSAGE,
    "part_index": 0,
    "reacted_at": NOON,
    "service": "iMessage",
}
CHANGE: Json = {
    "chat_id": CHAT,
    "updated_at": NOON,
    "changed_by_handle": handle(),
    "new_value": "Us",
    "old_value": None,
}
TYPING: Json = {"chat_id": CHAT, "actor_handle": handle()}
EVENTS: dict[str, Json] = {
    "message.sent": message_data(direction="outbound"),
    "message.received": message_data(),
    "message.delivered": message_data(direction="outbound", delivered_at=NOON),
    "message.read": message_data(direction="outbound", delivered_at=NOON, read_at=NOON),
    "message.failed": {"code": 4001, "failed_at": NOON, "chat_id": CHAT, "message_id": MESSAGE, "reason": "no route"},
    "message.edited": edited(),
    "reaction.added": REACTION,
    "reaction.removed": REACTION,
    "participant.added": {"handle": PERSON, "added_at": NOON, "chat_id": CHAT, "participant": handle()},
    "participant.removed": {"handle": PERSON, "removed_at": NOON, "chat_id": CHAT, "participant": handle()},
    "chat.created": {
        "id": CHAT,
        "created_at": NOON,
        "display_name": PERSON,
        "handles": [handle(LINE), handle()],
        "health_status": health(),
        "is_group": False,
        "updated_at": NOON,
        "service": "iMessage",
    },
    "chat.group_name_updated": CHANGE,
    "chat.group_icon_updated": CHANGE,
    "chat.typing_indicator.started": TYPING,
    "chat.typing_indicator.stopped": TYPING,
    "phone_number.status_updated": {
        "changed_at": NOON,
        "new_reputation": "AT_RISK",
        "new_status": "FLAGGED",
        "phone_number": LINE,
        "previous_reputation": "HEALTHY",
        "previous_status": "ACTIVE",
    },
}


def signed(content: str, secret: str = SECRET, at: datetime | None = None, identity: str = "evt-1") -> dict[str, str]:
    """The headers that the reference implementation would send."""
    moment = at or datetime.now(tz=UTC)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(identity, moment, content),
    }


def unwrapped(body: Json) -> Any:
    content = json.dumps(body)
    client = SyncHalf().client(NOBODY, webhook_secret=SECRET)
    return client.webhooks.unwrap(content, headers=signed(content))


@pytest.mark.parametrize("kind", EVENTS)
def test_each_event_is_its_own_type_with_everything_in_it(half: Half, kind: str) -> None:
    content = json.dumps(event(kind))
    client = half.client(NOBODY, webhook_secret=SECRET)
    found = client.webhooks.unwrap(content, headers=signed(content))
    name = "".join(word.capitalize() for word in kind.replace(".", "_").split("_"))
    assert type(found) is getattr(types, f"{name}WebhookEvent")
    assert found.event_type == kind
    assert isinstance(found.data, pydantic.BaseModel)
    assert found.created_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert found.to_dict(mode="json") == event(kind)


def test_the_data_of_an_event_is_typed_all_the_way_down() -> None:
    received = unwrapped(event())
    assert isinstance(received, MessageReceivedWebhookEvent)
    assert isinstance(received.data.parts[0], TextPartResponse)
    assert received.data.parts[0].reactions is None
    assert isinstance(received.data.sender_handle, ChatHandle)
    assert received.data.chat.health_status.status == "HEALTHY"
    assert unwrapped(event("reaction.added")).data.from_ == PERSON


@pytest.mark.parametrize("kind", ["call.initiated", "call.ended", "of.next.year", "", None, 7, ["message.sent"]])
def test_any_other_event_is_what_came(kind: Any) -> None:
    found = unwrapped({**event(data={"a": [1, {"b": None}]}), "event_type": kind, "weight": 3})
    assert isinstance(found, OtherWebhookEvent)
    assert (found.event_type, found.event_id, cast("Any", found).weight) == (kind, "evt-1", 3)
    assert found.data == {"a": [1, {"b": None}]}


def test_what_a_newer_server_says_in_an_event_is_let_through() -> None:
    data = message_data(mood="calm", direction="sideways", parts=[{"type": "poll", "question": "?"}])
    del data["chat"]
    found = unwrapped(event(data=data, seen=True))
    assert isinstance(found, MessageReceivedWebhookEvent)
    assert (found.data.chat, found.data.direction, cast("Any", found.data).mood) == (None, "sideways", "calm")
    assert cast("Any", found.data.parts[0]).question == "?"
    assert found.created_at.year == 2026
    assert cast("Any", found).seen


@given(kind=st.sampled_from([*EVENTS, "of.next.year"]), data=anything, more=st.dictionaries(st.text(), anything))
def test_no_event_is_odd_enough_to_be_refused(kind: str, data: Any, more: Json) -> None:
    odd = {**more, "data": data, "event_type": kind}
    found = unwrapped(odd)
    assert found.event_type == kind
    assert found.to_dict(mode="json", warnings=False).keys() == odd.keys()


def test_pydantic_itself_tells_the_events_apart() -> None:
    adapter: pydantic.TypeAdapter[UnwrapWebhookEvent] = pydantic.TypeAdapter(UnwrapWebhookEvent)
    for kind in EVENTS:
        assert adapter.validate_python(event(kind)) == unwrapped(event(kind))
    assert isinstance(adapter.validate_python(event("call.initiated", data=1)), OtherWebhookEvent)
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python(event("message.read", data={}))


def test_the_key_is_the_argument_else_the_clients_else_the_environments(
    half: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.dumps(event())
    headers = signed(content)
    assert half.client(NOBODY).webhooks.unwrap(content, headers=headers, key=SECRET).event_id == "evt-1"
    own = half.client(NOBODY, webhook_secret=OTHER_SECRET)
    assert own.webhooks.unwrap(content, headers=headers, key=SECRET).event_id == "evt-1"
    assert own.with_options(webhook_secret=SECRET).webhooks.unwrap(content, headers=headers).event_id == "evt-1"
    monkeypatch.setenv("LINQ_WEBHOOK_SECRET", f"{SECRET}\n")
    assert half.client(NOBODY).webhooks.unwrap(content, headers=headers).event_id == "evt-1"
    with pytest.raises(WebhookVerificationError):
        own.webhooks.unwrap(content, headers=headers)


def test_without_a_secret_it_says_how_to_give_one(half: Half) -> None:
    with pytest.raises(LinqApiv3Error, match=r"pass key=.*webhook_secret=.*LINQ_WEBHOOK_SECRET") as caught:
        half.client(NOBODY).webhooks.unwrap("{}", headers=signed("{}"))
    assert not isinstance(caught.value, WebhookVerificationError | APIError), "it is our fault, not the sender's"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", "§", b"whsec_*"])
def test_a_secret_that_is_none_is_our_fault_and_not_shown(secret: str | bytes) -> None:
    with pytest.raises(LinqApiv3Error, match="must have the form whsec_<base64>") as caught:
        verify(b"{}", signed("{}"), secret, time.time())
    assert not isinstance(caught.value, WebhookVerificationError)
    assert "not base64!" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [SECRET.removeprefix("whsec_"), SECRET.rstrip("="), b"0123456789abcdef0123456789abcdef", SECRET.encode()],
)
def test_a_key_may_come_without_its_prefix_or_padding_or_as_bytes(key: str | bytes) -> None:
    content = json.dumps(event())
    client = SyncHalf().client(NOBODY)
    assert client.webhooks.unwrap(content, headers=signed(content), key=key).event_id == "evt-1"


@pytest.mark.parametrize("convert", [str.lower, str.upper, str.title])
def test_headers_may_have_any_capitals_and_the_body_be_bytes(half: Half, convert: Any) -> None:
    content = json.dumps(
        event(data=message_data(parts=[{"type": "text", "value": "Žluťoučký 🐎"}])), ensure_ascii=False
    )
    headers = {convert(name): value for name, value in signed(content).items()}
    client = half.client(NOBODY, webhook_secret=SECRET)
    for payload in (content, content.encode()):
        assert client.webhooks.unwrap(payload, headers=headers).data.parts[0].value == "Žluťoučký 🐎"
    assert client.webhooks.unwrap(content, headers=httpx2.Headers(headers)).event_id == "evt-1"


def test_one_right_signature_among_others_is_enough() -> None:
    content = json.dumps(event())
    headers = signed(content)
    right, wrong = headers["webhook-signature"], signed(content, OTHER_SECRET)["webhook-signature"]
    for several in (f"{wrong} {right}", f"{right} {wrong}", f"v2,zzz v1a,{right[3:]} {right}", f"v1 nonsense {right}"):
        verify(content.encode(), {**headers, "webhook-signature": several}, SECRET, time.time())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"webhook-id": None}, "The header webhook-id is missing"),
        ({"webhook-timestamp": None}, "The header webhook-timestamp is missing"),
        ({"webhook-signature": None}, "The header webhook-signature is missing"),
        ({"webhook-id": "another"}, "does not match this secret and this body"),
        ({"webhook-timestamp": "now"}, "must be seconds since 1970, not 'now'"),
        ({"webhook-timestamp": "9" * 5000}, "must be seconds since 1970"),
        ({"webhook-timestamp": "٣"}, "must be seconds since 1970"),
        ({"webhook-signature": "v2,abc"}, "no signature of version v1"),
        ({"webhook-signature": "v1,"}, "does not match this secret"),
        ({"webhook-signature": "v1,é"}, "does not match this secret"),
        ({"webhook-signature": "nonsense"}, "no signature of version v1"),
    ],
)
def test_a_webhook_that_is_not_as_it_was_signed_is_refused_with_the_reason(
    half: Half, changes: dict[str, str | None], said: str
) -> None:
    content = json.dumps(event())
    headers = {name: value for name, value in {**signed(content), **changes}.items() if value is not None}
    with pytest.raises(WebhookVerificationError, match=said):
        half.client(NOBODY, webhook_secret=SECRET).webhooks.unwrap(content, headers=headers)


def test_another_body_or_another_secret_is_refused(half: Half) -> None:
    content = json.dumps(event())
    client = half.client(NOBODY, webhook_secret=SECRET)
    for body, headers in (
        (json.dumps(event(), indent=2), signed(content)),
        (content + "\n", signed(content)),
        (content, signed(content, OTHER_SECRET)),
    ):
        with pytest.raises(WebhookVerificationError, match="does not match this secret and this body"):
            client.webhooks.unwrap(body, headers=headers)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (0, None),
        (TOLERANCE, None),
        (-TOLERANCE, None),
        (TOLERANCE + 1, "301 seconds old; at most 300 are allowed"),
        (-TOLERANCE - 1, "301 seconds ahead"),
    ],
)
def test_five_minutes_either_way_are_allowed(age: int, said: str | None) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    headers = signed("{}", at=now - timedelta(seconds=age))
    if said is None:
        verify(b"{}", headers, SECRET, now.timestamp())
        return
    with pytest.raises(WebhookVerificationError, match=said):
        verify(b"{}", headers, SECRET, now.timestamp())


def test_an_old_webhook_is_refused_by_the_client_itself(half: Half) -> None:
    content = json.dumps(event())
    headers = signed(content, at=datetime.now(tz=UTC) - timedelta(hours=1))
    with pytest.raises(WebhookVerificationError, match="seconds old"):
        half.client(NOBODY, webhook_secret=SECRET).webhooks.unwrap(content, headers=headers)


def test_the_client_s_own_clock_says_how_old_a_webhook_is(half: Half) -> None:
    content = json.dumps(event())
    sent = datetime(2026, 1, 1, tzinfo=UTC)
    headers = signed(content, at=sent)
    client = half.client(NOBODY, clock=sent.timestamp).with_options(webhook_secret=SECRET)
    assert client.webhooks.unwrap(content, headers=headers).event_id == "evt-1"
    late = half.client(NOBODY, webhook_secret=SECRET, clock=(sent + timedelta(seconds=TOLERANCE + 1)).timestamp)
    with pytest.raises(WebhookVerificationError, match="301 seconds old"):
        late.webhooks.unwrap(content, headers=headers)


@pytest.mark.parametrize("content", ["", "[1]", "no json", "7"])
def test_what_is_signed_and_no_event_is_told_so(half: Half, content: str) -> None:
    with pytest.raises(LinqApiv3Error, match="correctly signed, but its body is not an event"):
        half.client(NOBODY, webhook_secret=SECRET).webhooks.unwrap(content, headers=signed(content))


keys = st.binary(min_size=1).filter(lambda key: not key.startswith(b"whsec_"))


@given(
    content=st.text(st.characters(codec="utf-8")),
    key=keys,
    identity=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    other=st.tuples(st.text(st.characters(codec="utf-8")), keys, st.text(min_size=1)),
)
def test_we_agree_with_the_reference_implementation(
    content: str, key: bytes, identity: str, other: tuple[str, bytes, str]
) -> None:
    now = datetime.now(tz=UTC)
    seconds = str(int(now.timestamp()))
    headers = {
        "webhook-id": identity,
        "webhook-timestamp": seconds,
        "webhook-signature": Webhook(key).sign(identity, now, content),
    }
    verify(content.encode(), headers, key, now.timestamp())
    for body, secret, changed in (
        (other[0], key, headers),
        (content, other[1], headers),
        (content, key, {**headers, "webhook-id": other[2]}),
    ):
        try:
            Webhook(secret).verify(body, changed, json_parse=False)
        except TheirError:
            with pytest.raises(WebhookVerificationError):
                verify(body.encode(), changed, secret, now.timestamp())
