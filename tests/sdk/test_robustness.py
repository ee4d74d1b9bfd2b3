"""What a long-running program meets: redirects, odd answers, endless cursors, forks, errors between processes."""

import copy
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx2
import pytest
import standardwebhooks

import linq
from linq import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    APIWebhookValidationError,
    LinqAPIV3,
    LinqApiv3Error,
    RateLimitError,
    WebhookVerificationError,
    types,
)
from tests.sdk.clients import KEY, Half
from tests.sdk.samples import PagedChats, chat, page
from tests.sdk.server import Server

MESSAGE: Any = {"parts": [{"type": "text", "value": "Hello"}]}


def answering(*answers: Any) -> tuple[list[httpx2.Request], Any]:
    """The requests, and a handler that gives each of these answers in turn."""
    requests: list[httpx2.Request] = []
    left = list(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        answer = left.pop(0)
        return httpx2.Response(200, json=answer) if isinstance(answer, dict) else answer

    return requests, handle


def redirecting(half: Half, handler: Any) -> Any:
    kind = httpx2.Client if half.name == "sync" else httpx2.AsyncClient
    http = kind(transport=httpx2.MockTransport(handler), follow_redirects=True)
    return half.client(http_client=http, base_url="http://old.example", max_retries=0)


def moved(status: int, to: str = "http://new.example/v3/x") -> httpx2.Response:
    return httpx2.Response(status, headers={"location": to})


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_redirected_write_never_becomes_a_read(half: Half, status: int, method: str) -> None:
    requests, handler = answering(moved(status), {}, {})
    call = getattr(redirecting(half, handler), method)
    if (status, method) in [(301, "put"), (301, "patch"), (301, "delete")]:  # these keep their method
        half.run(call("/v3/x", cast_to=object, body={"a": 1}))
    else:
        with pytest.raises(
            APIStatusError, match=r"was redirected to http://new.example/v3/x, and not followed: .* Set b"
        ):
            half.run(call("/v3/x", cast_to=object, body={"a": 1}))
    assert {request.method for request in requests} == {method.upper()}


@pytest.mark.parametrize("status", [307, 308])
def test_a_write_that_stays_a_write_is_redirected_without_the_key(half: Half, status: int) -> None:
    requests, handler = answering(moved(status), {"a": 1})
    assert half.run(redirecting(half, handler).post("/v3/x", cast_to=object, body={"b": 2})) == {"a": 1}
    first, second = requests
    assert (second.method, str(second.url), second.content) == ("POST", "http://new.example/v3/x", first.content)
    assert "authorization" not in second.headers


def test_writes_that_are_redirected_in_a_circle_end(half: Half) -> None:
    requests, handler = answering(*[moved(308, "http://old.example/v3/x")] * 30)
    with pytest.raises(APIStatusError, match="was redirected to"):
        half.run(redirecting(half, handler).post("/v3/x", cast_to=object, body={}))
    assert len(requests) == 21


ABOUT: list[tuple[Callable[[Any], Any], str]] = [
    (lambda client: client.chats.create(from_="+1", to=["+2"], message=MESSAGE), "chat"),
    (lambda client: client.chats.messages.send("c1", message=MESSAGE), "message"),
    (lambda client: client.messages.create(to=["+2"], message=MESSAGE), "message"),
    (lambda client: client.chats.retrieve("c1"), "id"),
    (lambda client: client.chats.list_chats(), "chats"),
    (lambda client: client.chats.messages.list("c1"), "messages"),
    (lambda client: client.phone_numbers.list(), "phone_numbers"),
]


@pytest.mark.parametrize(("call", "field"), ABOUT)
def test_an_answer_without_what_it_is_about_is_an_error(half: Half, call: Any, field: str) -> None:
    _, handler = answering({"ok": True})
    with pytest.raises(APIResponseValidationError, match=f"it has no '{field}'"):
        half.run(call(half.client(handler, max_retries=0)))


@pytest.mark.parametrize("cursors", ["aa", "abab", "abcabcabc", "xyzabcabcabcabcabc"])
def test_cursors_in_a_circle_end_with_an_error(half: Half, cursors: str) -> None:
    _, handler = answering(*[page([chat(0)], cursor) for cursor in cursors * 4])
    client = half.client(handler)
    with pytest.raises(LinqApiv3Error, match="back as the next one, so pagination would never end"):
        half.collect(client.chats.list_chats())


def test_a_page_can_be_requested_again_without_a_circle(half: Half) -> None:
    first = half.run(half.client(PagedChats(6, 2)).chats.list_chats())
    for _ in range(3):
        assert half.run(first.get_next_page()).next_cursor == half.run(first.get_next_page()).next_cursor


def test_after_the_last_page_the_error_is_a_runtime_error_too(half: Half) -> None:
    last = half.run(half.client(PagedChats(1)).chats.list_chats())
    with pytest.raises(RuntimeError, match="the last page"):
        half.run(last.get_next_page())


@pytest.mark.parametrize(
    "text",
    ['"A\\ud83d!"', '"A\\ude00!"', '"A\\ude00\\ud83d!"'],
)
def test_half_a_surrogate_pair_does_not_lose_the_page(half: Half, text: str) -> None:
    body = json.dumps(page([chat(0, display_name="ODD"), chat(1)])).replace('"ODD"', text)
    found = half.run(half.client(lambda _: httpx2.Response(200, text=body)).chats.list_chats()).chats
    name = found[0].display_name
    assert name.startswith("A\N{REPLACEMENT CHARACTER}")
    assert name.endswith("!")
    name.encode()
    assert (found[1], type(found[0].created_at)) == (types.Chat.model_validate(chat(1)), type(found[1].created_at))
    untyped = half.run(half.client(lambda _: httpx2.Response(200, text=body)).get("/x", cast_to=dict[str, Any]))
    assert untyped["chats"][0]["display_name"] == name


def test_a_whole_pair_and_an_escaped_backslash_stay(half: Half) -> None:
    body = json.dumps(page([chat(0, display_name="😀 \\ud83d")]))
    (found,) = half.run(half.client(lambda _: httpx2.Response(200, text=body)).chats.list_chats()).chats
    assert found.display_name == "😀 \\ud83d"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "in 100 seconds"}, pytest.approx(100, abs=30)),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_an_error_tells_the_delay_in_whatever_form_it_came(half: Half, headers: dict[str, str], seconds: Any) -> None:
    if headers.get("retry-after") == "in 100 seconds":
        headers = {"retry-after": formatdate(time.time() + 100, usegmt=True)}
    client = half.client(lambda _: httpx2.Response(429, headers=headers, json={}), max_retries=0)
    with pytest.raises(RateLimitError) as caught:
        half.run(client.chats.list_chats())
    assert caught.value.retry_after == seconds


AGAIN: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301
]


def errors() -> list[LinqApiv3Error]:
    request = httpx2.Request("GET", "http://x/v3/chats", headers={"Authorization": f"Bearer {KEY}", "X-A": "1"})
    body = {"error": {"code": 1007, "message": "Slow down", "retry_after": 3}, "trace_id": "t1"}
    response = httpx2.Response(429, request=request, json=body)
    response.read()
    return [
        RateLimitError("slow", response=response, body=body),
        APIResponseValidationError(response, body, message="odd"),
        APIConnectionError(message="lost", request=request),
        APITimeoutError(request),
        APIWebhookValidationError("no event", None, body="{}"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        WebhookVerificationError("forged"),
        LinqApiv3Error("wrong"),
    ]


@pytest.mark.parametrize("error", errors(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", AGAIN)
def test_an_error_can_be_copied_and_pickled(error: LinqApiv3Error, again: Any) -> None:
    same = again(error)
    assert (type(same), str(same), same.args) == (type(error), str(error), error.args)
    for name in ("message", "status_code", "code", "trace_id", "retry_after", "body"):
        assert getattr(same, name, None) == getattr(error, name, None)
    if isinstance(error, APIStatusError):
        assert same.response.json() == error.response.json()
        assert (same.code, same.retry_after, same.trace_id) == (1007, 3, "t1")
    if isinstance(error, APIStatusError | APIConnectionError):
        assert (error.request.headers["authorization"], same.request.headers["x-a"]) == (f"Bearer {KEY}", "1")


@pytest.mark.parametrize("error", errors(), ids=lambda error: type(error).__name__)
def test_a_pickled_error_does_not_contain_the_key(error: LinqApiv3Error) -> None:
    assert KEY.encode() not in pickle.dumps(error)


def fail(url: str) -> None:
    LinqAPIV3(api_key=KEY, base_url=url, max_retries=0).chats.list_chats()


@pytest.mark.slow
def test_an_error_arrives_from_another_process(server: Server) -> None:
    server.faults = {0: "401"}
    with multiprocessing.get_context("spawn").Pool(1) as pool, pytest.raises(APIError) as caught:
        pool.apply_async(fail, [server.url]).get(timeout=30)
    assert isinstance(caught.value, linq.AuthenticationError)


FORK_AFTER_IMPORTS = """
import os, signal, sys, threading
from linq import LinqAPIV3
from linq._lazy import importing
client = LinqAPIV3(api_key="k", base_url=sys.argv[1])
reached, forked = threading.Event(), threading.Event()

def pause(frame, event, function):
    if event == "c_return" and getattr(function, "__self__", None) is importing and not importing._is_owned():
        reached.set()
        forked.wait()
        forked.clear()

def request():
    sys.setprofile(pause)
    client.chats.list_chats()

thread = threading.Thread(target=request, daemon=True)
thread.start()
forks = 0
while thread.is_alive():
    if reached.wait(0.05):
        reached.clear()
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            client.chats.list_chats()
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit("the child did not get a response")
        forks += 1
        forked.set()
print(forks)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_as_soon_as_another_thread_has_imported_works(server: Server) -> None:
    """A fork that waits for an import happens next, while the other thread is on its way."""
    command = [sys.executable, "-W", "ignore", "-c", FORK_AFTER_IMPORTS, server.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1


FORK = """
import os, sys, threading, time
from linq import LinqAPIV3
client = LinqAPIV3(api_key="k", base_url=sys.argv[1])
thread = threading.Thread(target=client.chats.list_chats)
thread.start()
time.sleep(float(sys.argv[2]))
child = os.fork()
client.chats.list_chats()
if child == 0:
    os._exit(0)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("delay", [0, 0.02, 0.05, 0.1, 0.15, 0.2])
def test_a_fork_during_the_first_request_of_another_thread_works(server: Server, delay: float) -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORK, server.url, str(delay)]
    assert subprocess.run(command, timeout=30, check=False).returncode == 0


def test_a_rejected_webhook_is_an_error_of_standardwebhooks_too(half: Half) -> None:
    client = half.client(webhook_secret="whsec_AAAA")
    with pytest.raises(standardwebhooks.WebhookVerificationError) as caught:
        client.webhooks.unwrap("{}", headers={})
    assert isinstance(caught.value, WebhookVerificationError)


def test_without_standardwebhooks_it_is_ours() -> None:
    code = (
        "import sys; sys.modules['standardwebhooks'] = None\n"
        "import linq\n"
        "try: linq.LinqAPIV3(api_key='k', webhook_secret='whsec_AAAA').webhooks.unwrap('{}', headers={})\n"
        "except linq.WebhookVerificationError as error: print(type(error).__mro__[1].__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "LinqApiv3Error\n", done.stderr


def test_an_assigned_setting_holds_for_pages_that_are_there_already(half: Half) -> None:
    paged = PagedChats(4, 2)
    client = half.client(paged)
    first = half.run(client.chats.list_chats())
    client.api_key, client.max_retries, client.timeout, client.base_url = "other", 0, 3, "http://new.example/api/"
    half.run(first.get_next_page())
    request = paged.requests[-1]
    assert request.headers["authorization"] == "Bearer other"
    assert (request.url.host, request.extensions["timeout"]["read"]) == ("new.example", 3)
    assert (client.api_key, client.max_retries, client.timeout) == ("other", 0, 3)
    with pytest.raises(LinqApiv3Error, match="base_url must be"):
        client.base_url = "nowhere"
    assert str(client.base_url) == "http://new.example/api/"


@pytest.mark.parametrize("content", [b"raw", "raw", [b"r", b"aw"], pytest.param(iter([b"raw"]), id="iterator")])
def test_content_is_the_same_in_every_attempt(half: Half, content: Any) -> None:
    requests, handler = answering(httpx2.Response(503, headers={"retry-after": "0"}), {})
    if not isinstance(content, str | bytes | list):
        content = iter([b"raw"])
    half.run(half.client(handler).post("/x", cast_to=object, content=content))
    assert [request.content for request in requests] == [b"raw", b"raw"]


def test_construct_builds_models_at_every_depth() -> None:
    made = types.Chat.construct(**chat(1), mood="good")
    assert (made.handles[0], made.mood) == (types.ChatHandle.model_validate(chat(1)["handles"][0]), "good")  # type: ignore[attr-defined]  # pyright: ignore
    assert types.Chat.model_construct(id="c1").handles is None
    sent = types.MessageCreateResponse.construct(from_="+1")
    assert (sent.from_, sent.to_dict()) == ("+1", {"from": "+1"})
