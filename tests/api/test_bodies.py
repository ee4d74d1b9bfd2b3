"""Invalid bodies: one sentence names the field and the problem, and no body makes the service fail."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from tests.support.asgi import BASE, Api
from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, CAROL, LINE
from tests.support.envelope import refused
from trunkline import __version__
from trunkline.api.reference.openapi import describe
from trunkline.api.routes import ROUTES
from trunkline.testing.clock import Clock

MAX_BODY = 1_000_000  # bytes
DOCUMENT = describe(ROUTES, __version__, BASE)

ENDPOINTS = {
    "create": ("POST", "/v3/chats", {"from": LINE, "to": [ALICE], "message": text("hello")}),
    "send": ("POST", "/v3/chats/{chat}/messages", {"message": text("hello")}),
    "send anywhere": ("POST", "/v3/messages", {"to": [ALICE], "message": text("hello")}),
    "update": ("PUT", "/v3/chats/{group}", {"display_name": "Team"}),
    "add": ("POST", "/v3/chats/{group}/participants", {"handle": CAROL}),
    "remove": ("DELETE", "/v3/chats/{group}/participants", {"handle": CAROL}),
    "edit": ("PATCH", "/v3/messages/{message}", {"text": "hello again"}),
    "react": ("POST", "/v3/messages/{message}/reactions", {"operation": "add", "type": "love"}),
    "poll": ("POST", "/v3/chats/{chat}/polls", {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}}),
    "block": ("POST", "/v3/blocked_handles", {"handle": CAROL}),
    "unblock": ("DELETE", "/v3/blocked_handles", {"handle": CAROL}),
}

NO_BODY = [
    b"",
    b"  \n",
    b"{",
    b'{"from"',
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b"\xff\xfe",
    b"{}{}",
    b"\x00",
    b"{'from': 1}",
    b"from=1&to=2",
    b"[" * 50_000,
    b'{"x":' * 50_000,
]


class Site:
    """A partner with a chat, a group and a message, whose ids are in the paths."""

    def __init__(self, we: Caller) -> None:
        self.we = we
        self.chat = we.create()
        self.group = we.create(GROUP)
        we.call("POST", f"/v3/chats/{self.group['id']}/participants", {"handle": CAROL})
        self.ids = {
            "chat": self.chat["id"],
            "group": self.group["id"],
            "message": self.chat["message"]["id"],
        }

    def ask(self, endpoint: str, body: Any) -> Any:
        """The response of an endpoint."""
        method, path, _ = ENDPOINTS[endpoint]
        return self.we.call(method, path.format(**self.ids), body)


@pytest.fixture(scope="module")
def site(timed: Api, clock: Clock) -> Site:
    return Site(Caller(timed, clock))


@pytest.mark.parametrize(
    ("value", "half"),
    [
        (r"\ud83d", r"\ud83d"),
        (r"cut \uD83D", r"\uD83D"),
        (r"\ud83d\u0041", r"\ud83d"),
        (r"\ud83dx", r"\ud83d"),
        (r"\ude00", r"\ude00"),
        (r"\ud83d\ude00\ud83d\n", r"\ud83d"),
        (r"\\\ud83d", r"\ud83d"),
    ],
)
def test_half_of_a_surrogate_pair_is_named(site: Site, value: str, half: str) -> None:
    body = f'{{"message": {{"parts": [{{"type": "text", "value": "{value}"}}]}}}}'.encode()
    assert f"{half} is half of a surrogate pair" in refused(site.ask("send", body), 400, 1003)


@pytest.mark.parametrize("value", [r"\ud83d\ude00", r"\\ud83d", "😀"])
def test_a_whole_surrogate_pair_or_its_letters_are_text(site: Site, value: str) -> None:
    body = f'{{"message": {{"parts": [{{"type": "text", "value": "{value}"}}]}}}}'.encode()
    assert site.ask("send", body).status_code == 202


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("body", NO_BODY, ids=lambda body: repr(body[:12]))
def test_what_is_no_object(site: Site, endpoint: str, body: bytes) -> None:
    before = site.we.chats()
    assert "body" in refused(site.ask(endpoint, body), 400, 1003)
    assert site.we.chats() == before


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("create", "from"),
        ("create", "to"),
        ("create", "message"),
        ("create", "message.parts"),
        ("create", "message.parts[0].type"),
        ("create", "message.parts[0].value"),
        ("send", "message"),
        ("send", "message.parts"),
        ("send anywhere", "to"),
        ("send anywhere", "message"),
        ("add", "handle"),
        ("remove", "handle"),
        ("edit", "text"),
        ("react", "operation"),
        ("react", "type"),
        ("block", "handle"),
        ("unblock", "handle"),
    ],
)
@pytest.mark.parametrize("how", ["left out", "null"])
def test_a_required_field_that_is_missing(site: Site, endpoint: str, name: str, how: str) -> None:
    body = json.loads(json.dumps(ENDPOINTS[endpoint][2]))
    *way, last = [int(step) if step.isdigit() else step for step in name.replace("[", ".").replace("]", "").split(".")]
    place = body
    for step in way:
        place = place[step]
    if how == "null":
        place[last] = None
    else:
        del place[last]
    assert f"'{name}' is" in refused(site.ask(endpoint, body), 400, 1001)


def test_a_group_is_updated_in_something(site: Site) -> None:
    message = refused(site.ask("update", {}), 400, 1001)
    assert "'display_name'" in message
    assert "'group_chat_icon'" in message


@pytest.mark.parametrize(
    ("endpoint", "change", "code", "name"),
    [
        ("create", {"from": 1}, 1003, "'from'"),
        ("create", {"from": ""}, 1002, "'from'"),
        ("create", {"from": "334-328-4472"}, 1002, "'from'"),
        ("create", {"from": "user@example.com"}, 1002, "'from'"),
        ("create", {"to": ["<user@example.com>"]}, 1002, "'to[0]' is '<user@example.com>'"),
        ("create", {"to": ["mailto:user@example.com"]}, 1002, "'to[0]'"),
        ("create", {"to": ALICE}, 1003, "'to'"),
        ("create", {"to": [1]}, 1003, "'to[0]'"),
        ("create", {"to": []}, 1005, "'to'"),
        ("create", {"to": [ALICE, "+0123"]}, 1002, "'to[1]'"),
        ("create", {"to": ["me"]}, 1002, "'to[0]'"),
        ("create", {"to": [LINE]}, 1005, "'to'"),
        ("create", {"message": "hello"}, 1003, "'message'"),
        ("create", {"message": {"parts": {}}}, 1003, "'message.parts'"),
        ("create", {"message": {"parts": []}}, 1004, "'message.parts'"),
        ("create", {"message": {"parts": ["hello"]}}, 1004, "'message.parts[0]'"),
        ("create", {"message": {"parts": [{"type": "voice"}]}}, 1004, "'message.parts[0].type'"),
        ("create", {"message": {"parts": [{"type": "text", "value": 5}]}}, 1004, "'message.parts[0].value'"),
        ("create", {"message": text("hello", preferred_service="MMS")}, 1003, "'message.preferred_service'"),
        ("create", {"message": text("hello", effect="slam")}, 1003, "'message.effect'"),
        ("create", {"message": text("hello", idempotency_key=5)}, 1003, "'message.idempotency_key'"),
        ("create", {"message": text("hello", idempotency_key="")}, 1005, "idempotency key"),
        ("create", {"message": text("hello", idempotency_key="x" * 256)}, 1005, "idempotency key"),
        ("create", {"message": text("hello", idempotency_key="a\0")}, 1005, "idempotency key"),
        ("create", {"override_optout": "yes"}, 1003, "'override_optout'"),
        ("send", {"message": text("x", reply_to={"message_id": "x", "part_index": -1})}, 1003, "part_index"),
        ("send anywhere", {"to": []}, 1005, "'to'"),
        ("send anywhere", {"to": ["me"]}, 1002, "'to[0]'"),
        ("send anywhere", {"exclude_from": ["4155551234x"]}, 1002, "'exclude_from[0]'"),
        ("send anywhere", {"exclude_from": LINE}, 1003, "'exclude_from'"),
        ("send anywhere", {"continuation_message": {}}, 1001, "'continuation_message.text'"),
        ("send anywhere", {"continuation_message": {"text": " "}}, 1004, "'continuation_message.text'"),
        ("update", {"display_name": 5}, 1003, "'display_name'"),
        ("update", {"display_name": "x" * 256}, 1005, "'display_name'"),
        ("update", {"group_chat_icon": "http://example.com/a.png"}, 1005, "'group_chat_icon'"),
        ("update", {"group_chat_icon": 5}, 1003, "'group_chat_icon'"),
        ("add", {"handle": "me"}, 1002, "'handle'"),
        ("add", {"handle": [CAROL]}, 1003, "'handle'"),
        ("remove", {"handle": "me"}, 1002, "'handle'"),
        ("edit", {"text": 5}, 1003, "'text'"),
        ("edit", {"text": " \n"}, 1004, "'text'"),
        ("edit", {"part_index": "0"}, 1003, "'part_index'"),
        ("edit", {"part_index": -1}, 1003, "'part_index'"),
        ("edit", {"part_index": 1}, 1005, "'part_index'"),
        ("react", {"operation": "toggle"}, 1003, "'operation'"),
        ("react", {"type": "sticker"}, 1003, "'type'"),
        ("react", {"type": "custom"}, 1001, "'custom_emoji'"),
        ("react", {"custom_emoji": "🎉"}, 1005, "'custom_emoji'"),
        ("react", {"type": "custom", "custom_emoji": ""}, 1005, "'custom_emoji'"),
        ("react", {"part_index": 1}, 1005, "'part_index'"),
        ("block", {"handle": "!"}, 1002, "'handle'"),
        ("block", {"handle": 5}, 1003, "'handle'"),
        ("block", {"reason": "x" * 501}, 1005, "'reason'"),
        ("unblock", {"handle": "!"}, 1002, "'handle'"),
    ],
    ids=str,
)
def test_a_field_that_is_not_valid(site: Site, endpoint: str, change: dict[str, Any], code: int, name: str) -> None:
    before = site.we.chats()
    message = refused(site.ask(endpoint, ENDPOINTS[endpoint][2] | change), 400, code)
    assert name in message
    assert len(message) < 500
    assert site.we.chats() == before


@pytest.mark.parametrize(
    ("endpoint", "change", "said"),
    [
        (
            "create",
            {"message": {"parts": [{"type": "voice"}]}},
            "'message.parts[0].type' is 'voice', which is not supported here; it must be text, media or link",
        ),
        *[
            (endpoint, {"message": {"parts": [{"type": kind, "value": "https://example.com"}]}}, f"is '{kind}', which")
            for endpoint in ("create", "send", "send anywhere")
            for kind in ("imessage_app", "app_clip", "experience")
        ],
        *[
            (endpoint, {"message": message | {"experience": {"name": "agentpay", "action": "request_payment"}}}, said)
            for endpoint in ("create", "send", "send anywhere")
            for message in ({}, text("hello"))
            for said in ("does not support experiences; send 'message.parts', each of the type text, media or link",)
        ],
        (
            "send",
            {"message": {"parts": [{"type": "text", "value": "🎂", "inline_stickers": [{"range": [0, 2]}]}]}},
            "'message.parts[0].inline_stickers' is given, but this service does not send stickers; omit it",
        ),
        (
            "send",
            {"message": {"parts": [{"type": "media", "url": "https://example.com/a.png", "sticker": True}]}},
            "'message.parts[0].sticker' is given, but this service does not send stickers; omit it",
        ),
        ("create", {"message": {"parts": [{"type": "text", "value": 5}]}}, "it must be text, not a whole number"),
        ("create", {"message": {"parts": ["hello"]}}, "it must be an object, not text"),
        ("create", {"to": ALICE}, "it must be a list, not text"),
        ("create", {"message": text("hello", preferred_service="MMS")}, "'MMS'; it must be iMessage, SMS or RCS"),
        ("create", {"message": text("hello", idempotency_key=5)}, "it must be text or null, not a whole number"),
        ("edit", {"part_index": 0.5}, "it must be a whole number, not a decimal number"),
        ("react", {"operation": "toggle"}, "invalid value 'toggle'; it must be add or remove"),
        ("react", {"type": "lve"}, "it must be love, like, dislike, laugh, emphasize, question or custom"),
    ],
    ids=str,
)
def test_a_refusal_says_what_would_be_right(site: Site, endpoint: str, change: dict[str, Any], said: str) -> None:
    assert said in site.ask(endpoint, ENDPOINTS[endpoint][2] | change).json()["error"]["message"]


@pytest.mark.parametrize("endpoint", ["create", "send", "send anywhere", "update", "edit", "react", "block", "unblock"])
def test_fields_that_nobody_knows_are_ignored(site: Site, endpoint: str) -> None:
    assert site.ask(endpoint, ENDPOINTS[endpoint][2] | {"unknown": {"a": [1, 2, None]}}).status_code < 300


def test_a_whole_number_may_have_a_point(site: Site) -> None:
    message, edited = site.we.send(site.ids["chat"])["id"], b'{"text": "hello", "part_index": %b}'
    for digits in (b"0.0", b"-0", b"0e5"):
        assert site.we.call("PATCH", f"/v3/messages/{message}", edited % digits).status_code == 200
    for digits in (b"0.5", b"1e400", b"1e300"):
        assert "'part_index'" in refused(site.we.call("PATCH", f"/v3/messages/{message}", edited % digits), 400, 1003)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "odd",
    [
        b"1e999",
        b"1" * 400,
        b'"\\ud800"',
        b'"\xff"',
        b"[" * 5_000 + b"]" * 5_000,
        b'"\\u0000"',
        b"nan",
        b"01",
    ],
    ids=lambda odd: repr(odd[:8]),
)
def test_odd_values_where_nobody_looks(site: Site, endpoint: str, odd: bytes) -> None:
    body = json.dumps(ENDPOINTS[endpoint][2]).encode()
    response = site.ask(endpoint, b'{"unknown":' + odd + b"," + body[1:])
    if response.status_code >= 300 and "already" not in response.text and "not in this group" not in response.text:
        refused(response, 400, 1003)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_body_that_is_too_large(site: Site, endpoint: str) -> None:
    padding = {"padding": "x" * MAX_BODY}
    assert str(MAX_BODY) in refused(site.ask(endpoint, ENDPOINTS[endpoint][2] | padding), 413, 1003)


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\x1a", "￿", "\U0001f600", "e\u0301", "\u202e", '","doc_url":"'])
def test_characters_that_are_odd_in_text(site: Site, odd: str) -> None:
    we, group = site.we, site.ids["group"]
    sent = we.send(site.ids["chat"], text(f"<{odd}>"))
    assert we.message(sent["id"])["parts"][0]["value"] == f"<{odd}>"
    assert we.messages(site.ids["chat"])[0]["parts"][0]["value"] == f"<{odd}>"
    assert we.call("PUT", f"/v3/chats/{group}", {"display_name": f"<{odd}>"}).status_code == 200
    assert we.chat(group)["display_name"] == f"<{odd}>".replace("\0", "")
    blocked = we.post("/v3/blocked_handles", {"handle": f"odd{ord(odd[0])}@example.com", "reason": f"<{odd}>"})
    assert blocked.json()["blocked_handle"]["reason"] == f"<{odd}>".replace("\0", "")
    reaction = {"operation": "add", "type": "custom", "custom_emoji": f"<{odd}>"}
    assert we.post(f"/v3/messages/{sent['id']}/reactions", reaction).status_code == 202
    assert we.message(sent["id"])["parts"][0]["reactions"][0]["custom_emoji"] == f"<{odd}>"


def test_an_address_with_a_nul(site: Site) -> None:
    for path in ("/v3/chats/\x00", "/v3/messages/\x00", "/v3/chats/\x00/messages", "/\x00"):
        refused(site.we.call("GET", path), 404, 2001)


@pytest.mark.parametrize("odd", ["%00", "'", "ü", "..", "x" * 5_000, " "])
def test_odd_ids(site: Site, odd: str) -> None:
    we = site.we
    for method, path, body in [
        ("GET", f"/v3/chats/{odd}", None),
        ("GET", f"/v3/chats/{odd}/messages", None),
        ("POST", f"/v3/chats/{odd}/messages", {"message": text("hello")}),
        ("POST", f"/v3/chats/{odd}/read", None),
    ]:
        assert len(refused(we.call(method, path, body), 404, 2001)) < 200
    for method, path, body in [
        ("GET", f"/v3/messages/{odd}", None),
        ("DELETE", f"/v3/messages/{odd}", None),
        ("GET", f"/v3/messages/{odd}/thread", None),
        ("PATCH", f"/v3/messages/{odd}", {"text": "hello"}),
    ]:
        assert len(refused(we.call(method, path, body), 404, 2002)) < 200
    for unknown in (odd, f"{odd}\x00"):
        answer = we.try_send(site.ids["chat"], text("hello", reply_to={"message_id": unknown}))
        assert "'message.reply_to.message_id'" in refused(answer, 404, 2002)


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**30),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.sampled_from(["text", "media", "link", "add", "custom", "iMessage", ALICE, LINE, "https://example.com"]),
)
NAMES = (
    *("from", "to", "message", "parts", "type", "value", "url", "handle", "reason", "text", "part_index", "operation"),
    *("text_decorations", "range", "style", "effect", "name", "reply_to", "message_id", "mention", "display_name"),
)
names = st.sampled_from(NAMES)
bodies = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=9,
)


def assert_documented(endpoint: str, response: Any) -> None:
    """The status is documented, and the body matches its schema."""
    method, path, _ = ENDPOINTS[endpoint]
    template = path.replace("{chat}", "{chat_id}").replace("{group}", "{chat_id}").replace("{message}", "{message_id}")
    documented = DOCUMENT["paths"][template][method.lower()]["responses"]
    [success] = [status for status in documented if status < "300"]
    assert str(response.status_code) == success
    if "content" not in documented[success]:
        assert response.content == b""
        return
    schema = documented[success]["content"]["application/json"]["schema"]
    validator = OAS31Validator({**schema, "components": DOCUMENT["components"]})
    assert [error.message for error in validator.iter_errors(response.json())] == []


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_example_of_each_endpoint_succeeds(we: Caller, endpoint: str) -> None:
    site = Site(we)
    if endpoint == "add":
        we.call("DELETE", f"/v3/chats/{site.group['id']}/participants", {"handle": CAROL})
    assert_documented(endpoint, site.ask(endpoint, ENDPOINTS[endpoint][2]))


@settings(max_examples=150)
@given(st.sampled_from(sorted(ENDPOINTS)), st.data())
def test_any_body(site: Site, endpoint: str, data: st.DataObject) -> None:
    good = ENDPOINTS[endpoint][2]
    replaced = data.draw(st.dictionaries(st.sampled_from(sorted(good)), bodies, max_size=2))
    response = site.ask(endpoint, good | replaced | data.draw(st.dictionaries(names, bodies, max_size=1)))
    if response.status_code < 300:
        assert_documented(endpoint, response)
    else:
        error = response.json()["error"]
        assert error["status"] < 500
        refused(response, error["status"], error["code"])


def test_a_message_that_explicitly_has_no_stickers(site: Site) -> None:
    parts: list[dict[str, Any]] = [
        {"type": "text", "value": "hello", "inline_stickers": []},
        {"type": "media", "url": "https://example.com/a.png", "sticker": False},
    ]
    message = site.we.send(site.ids["chat"], {"parts": parts, "experience": None})
    assert [part["type"] for part in message["parts"]] == ["text", "media"]
