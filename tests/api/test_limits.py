"""The limits of a request: each has an error that says it, and no body holds a worker for long."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from tests.support.caller import Caller, text
from tests.support.chats import ALICE, LINE
from tests.support.envelope import refused
from trunkline.api.body import MAX_VALUES, canonical, read_body
from trunkline.api.parameters import MAX_PAIRS
from trunkline.domain.content import MAX_DECORATIONS, MAX_PARTS, MAX_TEXT, check, objection_to_first
from trunkline.domain.errors import TrunklineError
from trunkline.domain.handle import MAX_LINES
from trunkline.domain.subscription import MAX_EVENTS
from trunkline.domain.urls import MAX_URL
from trunkline.schemas.requests import CreateChatBody, parse_recipients, to_content

BOLD = {"range": [0, 1], "style": "bold"}


def decorated(number: int) -> dict[str, Any]:
    return {"parts": [{"type": "text", "value": "hello", "text_decorations": [BOLD] * number}]}


def subscribing(**fields: Any) -> dict[str, Any]:
    return {"target_url": "https://example.com/hook", "subscribed_events": ["message.sent"], **fields}


def creating(**fields: Any) -> dict[str, Any]:
    return {"from": LINE, "to": [ALICE], "message": text("hello"), **fields}


def parts(*given: Any) -> dict[str, Any]:
    return {"parts": list(given)}


MANY_LINES = [LINE] * (MAX_LINES + 1)
LONG_URL = "https://a.b/" + "c" * MAX_URL

BEYOND: list[tuple[str, Any, int, str]] = [
    (
        "/v3/messages",
        {"to": [ALICE], "message": text("hello"), "exclude_from": MANY_LINES},
        1003,
        "'exclude_from' is not valid: it must have at most 1,000 items",
    ),
    ("/v3/chats", creating(to=[ALICE] * 1001), 1005, "'to' lists 1,001 handles; a chat has at most 31 recipients"),
    (
        "/v3/chats",
        creating(message=parts(*[{"type": "text", "value": "a"}] * (MAX_PARTS + 1))),
        1004,
        "'message.parts' has 101 parts; a message has at most 100",
    ),
    (
        "/v3/chats",
        creating(message=decorated(MAX_DECORATIONS + 1)),
        1004,
        "'message.parts[0].text_decorations' has 101 ranges; a text part has at most 100",
    ),
    (
        "/v3/chats",
        creating(message=text("a" * (MAX_TEXT + 1))),
        1004,
        "'message.parts[0].value' has 20,001 UTF-16 code units; a text part has at most 20,000",
    ),
    (
        "/v3/chats",
        creating(message=parts({"type": "media", "url": LONG_URL})),
        1004,
        "it must be at most 2048 characters long",
    ),
    (
        "/v3/webhook-subscriptions",
        subscribing(subscribed_events=["message.sent"] * (MAX_EVENTS + 1)),
        1003,
        "'subscribed_events' is not valid: it must have at most 200 items",
    ),
    (
        "/v3/webhook-subscriptions",
        subscribing(subscribed_events=["e" * 101]),
        1003,
        "it must have at most 100 characters",
    ),
    (
        "/v3/webhook-subscriptions",
        subscribing(phone_numbers=MANY_LINES),
        1003,
        "'phone_numbers' is not valid: it must have at most 1,000 items",
    ),
    (
        "/v3/blocked_handles",
        {"handle": ALICE, "unknown": [1] * (MAX_VALUES + 1)},
        1003,
        "the body has more than 50,000 values, the most that the service accepts",
    ),
]


@pytest.mark.parametrize(("path", "body", "code", "words"), BEYOND, ids=[each[3] for each in BEYOND])
def test_a_body_beyond_a_limit(we: Caller, path: str, body: Any, code: int, words: str) -> None:
    assert words in refused(we.post(path, body), 400, code)
    assert we.chats() == []


@pytest.mark.parametrize(
    ("path", "query", "code", "words"),
    [
        ("/v3/chats", "cursor=" + "c" * 300, 1005, "'cursor' has 300 characters; it must have at most 255"),
        (
            "/v3/chats",
            "updated_since=" + "c" * 300,
            1005,
            "'updated_since' has 300 characters; it must have at most 255",
        ),
        ("/v3/chats", "to=" + "c" * 300, 1002, "'to' has 300 characters; it must have at most 254"),
        ("/v3/available_number", "to=" + ",".join([ALICE] * 32), 1005, "'to' lists 32 values; it must list at most 31"),
    ],
)
def test_a_query_beyond_a_limit(we: Caller, path: str, query: str, code: int, words: str) -> None:
    assert words in refused(we.call("GET", path, query=query), 400, code)


def test_a_query_has_a_limited_number_of_parameters(we: Caller) -> None:
    """Also of parameters that are ignored, because each is decoded."""
    assert we.call("GET", "/v3/chats", query="&" * (MAX_PAIRS - 1)).status_code == 200
    assert refused(we.call("GET", "/v3/chats", query="&" * MAX_PAIRS), 400, 1005) == (
        "the query has more than 2,000 parameters, the most that the service accepts"
    )


def test_what_is_within_the_limits(we: Caller) -> None:
    # Text may contain any number of the characters that separate values.
    crowded = [{"type": "text", "value": '[,{"' * (MAX_TEXT // 4)}, {"type": "media", "url": "https://a.b/c.jpg"}] * 3
    assert we.try_create(message={"parts": crowded}).status_code == 201
    assert we.try_create(message=decorated(MAX_DECORATIONS)).status_code == 201
    assert we.create([ALICE] * 1000)["id"] == we.create()["id"]
    sent = we.call("POST", "/v3/messages", {"to": [ALICE], "message": text("hi"), "exclude_from": [LINE] * MAX_LINES})
    assert sent.status_code == 202


def test_an_error_does_not_repeat_a_long_value(we: Caller) -> None:
    for value in ("x" * 100_000, "x'" * 50_000, "x` - at `$" * 10_000):
        for body in (
            {"from": LINE, "to": [ALICE], "message": {**text("hi"), "preferred_service": value}},
            {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": value}]}},
        ):
            response = we.call("POST", "/v3/chats", body)
            assert response.status_code == 400
            assert len(response.content) < 1000
            assert "'message." in response.json()["error"]["message"]


SIZE = 990_000  # bytes


def filled(item: str) -> str:
    """A list that repeats an item until the body is as large as it may be."""
    return "[" + ",".join([item] * (SIZE // (len(item) + 1))) + "]"


def with_parts(parts: str) -> str:
    return f'{{"from":"{LINE}","to":["{ALICE}"],"message":{{"parts":{parts}}}}}'


def with_unknown(value: str) -> str:
    return f'{{"from":"{LINE}","to":["{ALICE}"],"message":{{"parts":[{{"type":"text","value":"a"}}]}},"x":{value}}}'


def with_url(rest: str) -> str:
    return with_parts(f'[{{"type":"media","url":"https://a.b/{rest * (SIZE // len(rest))}"}}]')


LONG_TEXT = '{"type":"text","value":"' + "wwwhttp" * 2857 + '"}'

LARGE = {
    "texts": with_parts(filled('{"type":"text","value":"a"}')),
    "files": with_parts(filled('{"type":"media","url":"https://a.b/c.jpg"}')),
    "wide files": with_parts(filled('{"type":"media","url":"https://a.b/c.jpg","unknown":"' + "x" * 40 + '"}')),
    "decorations": with_parts(f'[{{"type":"text","value":"abc","text_decorations":{filled("{}")}}}]'),
    "a link in every part": with_parts("[" + ",".join([LONG_TEXT, '{"type":"media","url":"https://a.b"}'] * 40) + "]"),
    "an escaped URL": with_url("%41"),
    "a URL of extensions": with_url(".gz"),
    "recipients": with_unknown("1").replace(f'["{ALICE}"]', filled(f'"{ALICE}"')),
    "floats": with_unknown(filled("1.0")),
    "names": with_unknown("{" + ",".join([f'"{number}":1' for number in range(90_000)]) + "}"),
    "empty lists": with_unknown(filled("[]")),
    "nested lists": with_unknown(filled("[" * 900 + "]" * 900)),
    "empty texts": with_unknown(filled('""')),
    "an unknown type": with_parts('[{"type":"' + "x` - at `$" * (SIZE // 10) + '"}]'),
}


def cpu_time(work: Callable[[], object]) -> float:
    """The least CPU time of several runs, in seconds."""
    times: list[float] = []
    for _ in range(5):
        started = time.process_time()
        with suppress(TrunklineError):
            work()
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LARGE)
def test_no_body_holds_a_worker_for_long(kind: str) -> None:
    content = LARGE[kind].encode()
    assert 0.8 * SIZE < len(content) <= 1_000_000

    def handle() -> None:
        body = read_body(content, CreateChatBody)
        canonical(content)
        parse_recipients(body.to)
        message = to_content(body.message)
        check(message)
        objection_to_first(message)

    # As a ratio, because machines differ: decoding this body takes about 4 ms, and 15 times that is about 60 ms.
    decoding = cpu_time(lambda: msgspec.json.decode(LARGE["texts"]))
    assert cpu_time(handle) < 15 * decoding
