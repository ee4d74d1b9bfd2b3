"""Every endpoint of the life of a chat, over real sockets: the request, and the caller's result."""

import json
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linq import omit
from linq.types import Message, MessageContentParam, UnknownPart
from linq.types.chats import SentMessage
from linq.types.shared import Reaction, TextDecoration, TextPartResponse
from tests.sdk.clients import Half, SyncHalf
from tests.sdk.endpoints import CHAT, ENDPOINTS, HELLO, LINE, MESSAGE, PERSON, Endpoint, message, parts
from tests.sdk.samples import Json, answering, body_of
from tests.sdk.server import Fault, Server
from tests.sdk.test_models import anything

each_endpoint = pytest.mark.parametrize("one", ENDPOINTS, ids=lambda one: one.name)


@pytest.fixture
def server() -> Iterator[Server]:
    """Two chats and two messages, one per page: the endpoints request the last of them."""
    with Server(total=2, limit=1) as running:
        yield running


def called(client: Any, one: Endpoint, through: str = "") -> Any:
    """The method's result; ``through`` is inserted before the last name of its path."""
    resource, _, method = one.name.rpartition(".")
    return attrgetter(f"{resource}.{through}{method}")(client)(*one.arguments, **(one.named or {}))


def moments(value: Any) -> Any:
    """JSON with parsed times, so that two notations of one time are equal."""
    if isinstance(value, dict):
        return {name: moments(item) for name, item in cast("Json", value).items()}
    if isinstance(value, list):
        return [moments(item) for item in cast("list[Any]", value)]
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def check(given: Any, one: Endpoint, half: Half) -> None:
    """Asserts that the result is the documented model, with everything that was sent."""
    if one.gives is None:
        assert given is None
        return
    name = one.gives if half.name == "sync" else one.gives.replace("Sync", "Async")
    assert type(given).__name__ == name
    assert moments(given.to_dict(mode="json")) == moments(one.answer)
    assert moments(json.loads(given.to_json())) == moments(one.answer)


@each_endpoint
def test_a_method_asks_as_documented_and_gives_the_model(half: Half, server: Server, one: Endpoint) -> None:
    server.changes = {"updated_at": "2026-05-01T12:00:00Z"}
    client = half.client(base_url=server.url)
    check(half.run(called(client, one)), one, half)
    (asked,) = server.requests
    assert f"{asked.method} {asked.target}" == one.request
    assert asked.body == one.body
    assert ("content-type" in asked.headers) == (one.body is not None)
    half.run(client.close())


@each_endpoint
def test_a_raw_answer_parses_to_what_the_method_gives(half: Half, server: Server, one: Endpoint) -> None:
    server.changes = {"updated_at": "2026-05-01T12:00:00Z"}
    client = half.client(base_url=server.url)
    raw = half.run(called(client, one, "with_raw_response."))
    assert raw.status_code == one.status
    check(half.run(raw.parse()), one, half)
    half.run(client.close())


@each_endpoint
def test_a_streamed_answer_is_opened_when_its_context_is_entered(half: Half, server: Server, one: Endpoint) -> None:
    server.changes = {"updated_at": "2026-05-01T12:00:00Z"}
    client = half.client(base_url=server.url)
    manager = called(client, one, "with_streaming_response.")
    assert server.requests == []
    response = half.enter(manager)
    assert response.status_code == one.status
    check(half.run(response.parse()), one, half)
    half.leave(manager)
    assert response.is_closed
    half.run(client.close())


@each_endpoint
def test_forms_can_be_chosen_at_the_client_and_half_way(half: Half, server: Server, one: Endpoint) -> None:
    client = half.client(base_url=server.url)
    assert half.run(called(client.with_raw_response, one)).status_code == one.status
    first, _, rest = one.name.partition(".")
    half_way = attrgetter(f"{first}.with_raw_response.{rest}")(client)
    assert half.run(half_way(*one.arguments, **(one.named or {}))).status_code == one.status
    manager = called(client.with_streaming_response, one)
    assert half.enter(manager).status_code == one.status
    half.leave(manager)
    half.run(client.close())


@each_endpoint
def test_every_method_takes_extras(half: Half, server: Server, one: Endpoint) -> None:
    client = half.client(base_url=server.url)
    named = {"extra_headers": {"X-A": "1"}, "extra_query": {"q": "x y"}, "extra_body": {"more": 1}, "timeout": 7}
    half.run(
        called(client, Endpoint(one.name, one.request, one.status, None, one.arguments, (one.named or {}) | named))
    )
    (asked,) = server.requests
    assert asked.headers["x-a"] == "1"
    assert asked.target.endswith("?q=x%20y" if "?" not in one.request else "&q=x%20y")
    assert asked.body == {**(one.body or {}), "more": 1}
    half.run(client.close())


@each_endpoint
def test_what_is_left_out_is_not_sent(half: Half, server: Server, one: Endpoint) -> None:
    named: dict[str, Any] = one.named or {}
    needed = (
        ("message", "handle", "address") if "?" in one.request else ("message", "to", "handle", "address", "options")
    )
    left_out = {name: omit for name in named if name not in needed}
    client = half.client(base_url=server.url)
    half.run(called(client, Endpoint(one.name, "", 0, None, one.arguments, named | left_out)))
    (asked,) = server.requests
    assert "?" not in asked.target
    assert set(asked.body or {}) == set(named) - set(left_out)
    half.run(client.close())


@pytest.mark.parametrize("one", [each for each in ENDPOINTS if each.arguments], ids=lambda one: one.name)
@pytest.mark.parametrize("wrong", ["", ".", ".."])
def test_an_id_that_leads_elsewhere_is_refused_before_anything_is_asked(
    half: Half, server: Server, one: Endpoint, wrong: str
) -> None:
    client = half.client(base_url=server.url)
    with pytest.raises(ValueError, match=rf"^\w+_id must be an id, not {wrong!r}$"):
        half.run(called(client, Endpoint(one.name, "", 0, None, (wrong,), one.named)))
    assert server.requests == []


def test_an_id_cannot_change_the_path(half: Half, server: Server) -> None:
    client = half.client(base_url=server.url)
    half.run(client.messages.delete("../chats?x=1#y"))
    assert server.targets == ["/v3/messages/..%2Fchats%3Fx%3D1%23y"]
    half.run(client.close())


def test_the_key_of_a_message_is_the_header_or_in_the_message_never_two(half: Half, server: Server) -> None:
    client = half.client(base_url=server.url)
    own = {**HELLO, "idempotency_key": "own"}
    half.run(client.messages.create(to=[PERSON], message=HELLO, idempotency_key="given"))
    half.run(client.messages.create(to=[PERSON], message=own))
    half.run(client.chats.messages.send(CHAT, message=own))
    half.run(client.chats.create(from_=LINE, to=[PERSON], message=own))
    half.run(client.chats.messages.send(CHAT, message=HELLO))
    keys = [asked.headers.get("idempotency-key") for asked in server.requests]
    assert keys[:4] == ["given", None, None, None]
    assert UUID(keys[4]).version == 4
    half.run(client.close())


@pytest.mark.parametrize("fault", ["429", "500", "drop"])
def test_a_send_that_is_tried_again_is_the_same_send(half: Half, server: Server, fault: Fault) -> None:
    server.faults = {0: fault}
    client = half.client(base_url=server.url)
    half.run(client.chats.messages.send(CHAT, message=HELLO))
    first, second = server.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.content == second.content
    half.run(client.close())


def test_a_message_may_be_made_of_anything_that_iterates(half: Half, server: Server) -> None:
    decorated = TextDecoration.model_validate({"range": [0, 2], "style": "bold", "more": 1})
    content: Any = {
        "parts": (part for part in [{"type": "text", "value": "Hé", "text_decorations": iter([decorated])}]),
        "preferred_service": omit,
        "reply_to": {"message_id": MESSAGE, "part_index": omit},
    }
    client = half.client(base_url=server.url)
    half.run(client.chats.messages.send(CHAT, message=content))
    assert server.requests[0].body == {
        "message": {
            "parts": [
                {"type": "text", "value": "Hé", "text_decorations": [{"range": [0, 2], "style": "bold", "more": 1}]}
            ],
            "reply_to": {"message_id": MESSAGE},
        }
    }
    half.run(client.close())


def test_what_is_no_json_is_refused_before_anything_is_asked(half: Half, server: Server) -> None:
    with pytest.raises(TypeError, match="bytes is not JSON serializable"):
        half.run(half.client(base_url=server.url).chats.update(CHAT, display_name=b"Us"))
    assert server.requests == []


@pytest.mark.parametrize("prefetch", [0, 1])
@pytest.mark.parametrize("name", ["chats.messages.list", "messages.list_messages_thread"])
def test_messages_are_paged_as_chats_are(half: Half, server: Server, name: str, prefetch: int) -> None:
    server.total = 5
    server.faults = {2: "500"}
    client = half.client(base_url=server.url)
    listed = attrgetter(name)(client)(MESSAGE, limit=2, prefetch=prefetch)
    assert [each.id for each in half.collect(listed)] == [message(number)["id"] for number in range(5)]
    assert [target.partition("?")[2] for target in server.targets] == [
        "limit=2",
        "cursor=2&limit=2",
        "cursor=4&limit=2",
        "cursor=4&limit=2",
    ]
    half.run(client.close())


def test_a_page_of_messages_has_what_a_page_of_chats_has(half: Half, server: Server) -> None:
    client = half.client(base_url=server.url)
    page = half.run(client.chats.messages.list(CHAT))
    assert (len(page.messages), page.next_cursor, page.has_next_page()) == (1, "1", True)
    assert page.next_page_info().params == {"cursor": "1"}
    last = half.run(page.get_next_page())
    assert (last.messages[0].id, last.has_next_page()) == (message(1)["id"], False)
    assert len(half.collect(page.iter_pages())) == 2
    half.run(client.close())


def one_message(**changes: Any) -> Message:
    client = SyncHalf().client(answering(httpx2.Response(200, json=message(**changes))))
    return client.messages.retrieve(MESSAGE)


def test_the_parts_of_a_message_are_told_apart_by_their_type() -> None:
    found = one_message()
    assert found.from_ == LINE
    text, media, link, app, clip = found.parts or []
    assert isinstance(text, TextPartResponse)
    assert isinstance((text.reactions or [])[0], Reaction)
    assert (text.text_decorations or [])[1].animation == "shake"
    assert (text.mentions or [])[0].handle == PERSON
    assert media.type == "media"
    assert media.size_bytes == 12
    assert link.type == "link"
    assert app.type == "imessage_app"
    assert app.layout.caption == "c"
    assert clip.type == "app_clip"
    assert clip.title == "t"


def test_what_a_newer_server_says_of_a_message_is_let_through() -> None:
    poll = {"type": "poll", "question": "When?", "options": [{"text": "now"}]}
    newer = {"type": "text", "value": "x", "font": "serif", "reactions": [{"handle": None, "is_me": 1, "type": "wave"}]}
    found = one_message(parts=[poll, newer, {"value": "no type"}, 7], delivery_status="lost", weight=3)
    sent = [part if isinstance(part, int) else part.to_dict(mode="json", warnings=False) for part in found.parts or []]
    assert sent == [poll, newer, {"value": "no type"}, 7]
    first, second, third, _ = cast("list[Any]", found.parts)
    assert (type(first), first.type, first.question) == (UnknownPart, "poll", "When?")
    assert (type(second), second.font, second.reactions[0].type) == (TextPartResponse, "serif", "wave")
    assert (type(third), third.type, third.value) == (UnknownPart, None, "no type")
    assert (found.delivery_status, cast("Any", found).weight) == ("lost", 3)


def odd_text(changes: Json) -> Json:
    return message(parts=[{**parts()[0], **changes}])


@given(
    odd=st.dictionaries(st.sampled_from([*message(), "more"]), anything)
    | st.dictionaries(st.sampled_from([*parts()[0], "more"]), anything).map(odd_text)
    | anything
)
def test_no_message_is_odd_enough_to_break_a_page(odd: Any) -> None:
    answer = httpx2.Response(200, json={"messages": [message(0), odd, message(2)], "next_cursor": None})
    first, middle, last = SyncHalf().client(answering(answer)).chats.messages.list(CHAT).messages
    assert (first, last) == (Message.model_validate(message(0)), Message.model_validate(message(2)))
    if isinstance(odd, dict):
        assert middle.to_dict(mode="json", warnings=False).keys() == cast("Json", odd).keys()
    else:
        assert middle == odd


def test_a_known_part_with_something_missing_keeps_its_type() -> None:
    (part,) = one_message(parts=[{"type": "media", "id": "m"}]).parts or []
    assert part.type == "media"
    assert (part.id, part.url) == ("m", None)


def test_an_unknown_part_costs_no_leniency_elsewhere() -> None:
    found = one_message(parts=[{"type": "poll"}, {"type": "text", "value": "x"}])
    assert [type(part) for part in found.parts or []] == [UnknownPart, TextPartResponse]
    assert isinstance(found.sent_at, datetime)


def test_parameters_can_be_collected_first() -> None:
    requests: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(202, json={"chat_id": CHAT, "message": {"id": MESSAGE, "delivery_status": "pending"}})

    content: MessageContentParam = {"parts": [{"type": "link", "value": "https://example.com"}]}
    sent = SyncHalf().client(handler).chats.messages.send(CHAT, message=content)
    assert body_of(requests[0]) == {"message": content}
    assert isinstance(sent.message, SentMessage)
    assert sent.message.delivery_status == "pending"
    assert sent.message.parts is None
