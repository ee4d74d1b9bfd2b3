"""When a request is sent again, after how long, and with what."""

from email.utils import formatdate
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linq import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    RateLimitError,
    _retry,
)
from linq._flow import Send, Sleep, flow
from linq._request import Request
from linq._settings import Settings
from tests.sdk.clients import Half
from tests.sdk.samples import PagedChats, answering, page

NOW = 1_750_000_000.0
GOOD = httpx2.Response(200, json=page())
SOON = {"retry-after-ms": "1"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0),
        ({"retry-after": "60"}, 60),
        ({"retry-after": "61"}, None),
        ({"retry-after": formatdate(NOW + 3600, usegmt=True)}, None),
        # No valid delay: the SDK's own first delay.
        ({}, 0.5),
        ({"retry-after": "soon"}, 0.5),
        ({"retry-after": "-5"}, 0.5),
        ({"retry-after": "nan"}, 0.5),
        ({"retry-after": "inf"}, 0.5),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3),
    ],
)
def test_the_server_says_how_long(headers: dict[str, str], seconds: float | None) -> None:
    assert _retry.delay(0, headers, now=NOW, chance=0) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "retryable"),
    [
        (500, {}, True),
        (501, {}, True),
        (501, {"x-should-retry": "false"}, False),
        (429, {"x-should-retry": "false"}, False),
        (404, {"x-should-retry": "true"}, True),
        (404, {"x-should-retry": "perhaps"}, False),
        (503, {"x-should-retry": ""}, True),
    ],
)
def test_the_server_may_know_whether_a_retry_helps(status: int, headers: dict[str, str], retryable: bool) -> None:
    assert _retry.is_retryable(status, headers) == retryable


@pytest.mark.parametrize(("attempt", "longest"), [(0, 0.5), (1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (5000, 8)])
def test_otherwise_the_delay_doubles_up_to_eight_seconds_less_up_to_a_quarter(attempt: int, longest: float) -> None:
    assert _retry.delay(attempt, {}, now=NOW, chance=0) == longest
    assert _retry.delay(attempt, {}, now=NOW, chance=0.5) == longest * 0.875


@given(
    st.integers(0, 10_000),
    st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text()),
    st.floats(0, 0.999),
)
def test_whatever_the_headers_say_a_delay_is_never_negative_nor_longer_than_a_minute(
    attempt: int, headers: dict[str, str], chance: float
) -> None:
    seconds = _retry.delay(attempt, headers, now=NOW, chance=chance)
    assert seconds is None or 0 <= seconds <= 60


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 599])
def test_these_statuses_are_tried_again(half: Half, status: int) -> None:
    paged = PagedChats(1, faults={0: httpx2.Response(status, headers=SOON), 1: httpx2.Response(status, headers=SOON)})
    assert len(half.run(half.client(paged).chats.list_chats()).chats) == 1
    assert len(paged.requests) == 3


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 410, 413, 422])
def test_these_are_not(half: Half, status: int) -> None:
    paged = PagedChats(1, faults={0: httpx2.Response(status, headers=SOON)})
    with pytest.raises(APIStatusError):
        half.run(half.client(paged).chats.list_chats())
    assert len(paged.requests) == 1


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
@pytest.mark.parametrize("where", ["client", "with_options", "request"])
def test_max_retries_is_kept_to(half: Half, retries: int, where: str) -> None:
    paged = PagedChats(1, faults=dict.fromkeys(range(9), httpx2.Response(500, headers=SOON)))
    client = half.client(paged, max_retries=retries if where == "client" else 3)
    if where == "with_options":
        client = client.with_options(max_retries=retries)
    options = {"max_retries": retries} if where == "request" else {}
    with pytest.raises(InternalServerError):
        half.run(client.get("/v3/chats", cast_to=object, options=options))
    assert len(paged.requests) == 1 + retries


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (httpx2.ConnectError("refused"), APIConnectionError, "https://api.linqapp.com failed: refused"),
        (httpx2.ReadError(""), APIConnectionError, "failed: ReadError"),
        (httpx2.RemoteProtocolError("cut off"), APIConnectionError, "cut off"),
        (httpx2.ProxyError("407"), APIConnectionError, "407"),
        (httpx2.ConnectTimeout(""), APITimeoutError, "in time .ConnectTimeout"),
        (httpx2.ReadTimeout(""), APITimeoutError, "in time .ReadTimeout"),
        (httpx2.WriteTimeout(""), APITimeoutError, "in time"),
        (httpx2.PoolTimeout(""), APITimeoutError, "in time"),
    ],
)
def test_no_answer_is_tried_again_and_then_an_error_with_its_cause(
    error: Exception, kind: type[Exception], said: str
) -> None:
    steps = flow(Settings(api_key="k"), Request("GET", "/v3/chats", object))
    assert isinstance(next(steps), Send)
    for _ in range(2):
        assert isinstance(steps.throw(error), Sleep)
        assert isinstance(steps.send(None), Send)
    with pytest.raises(kind, match=said) as caught:
        steps.throw(error)
    assert caught.value.__cause__ is error
    assert isinstance(caught.value, APIConnectionError)
    assert str(caught.value.request.url) == "https://api.linqapp.com/api/partner/v3/chats"


@pytest.mark.parametrize(
    "error", [httpx2.UnsupportedProtocol("ftp"), httpx2.LocalProtocolError("bad header"), httpx2.TooManyRedirects("20")]
)
def test_what_cannot_be_sent_is_not_tried_again(half: Half, error: Exception) -> None:
    paged = PagedChats(1, faults={0: error})
    with pytest.raises(APIConnectionError):
        half.run(half.client(paged).chats.list_chats())
    assert len(paged.requests) == 1


def test_a_server_that_asks_for_longer_than_a_minute_is_not_asked_again_sooner(half: Half) -> None:
    paged = PagedChats(1, faults={0: httpx2.Response(429, headers={"retry-after": "3600"})})
    with pytest.raises(RateLimitError) as caught:
        half.run(half.client(paged).chats.list_chats())
    assert (len(paged.requests), caught.value.retry_after) == (1, 3600)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_write_keeps_one_idempotency_key_through_its_retries_and_the_next_has_another(
    half: Half, method: str
) -> None:
    paged = PagedChats(1, faults={0: httpx2.Response(503, headers=SOON), 1: httpx2.Response(409, headers=SOON)})
    client = half.client(paged)
    for _ in range(2):
        half.run(getattr(client, method)("/v3/chats", cast_to=object, body={"a": 1}))
    first, again, third, another = (request.headers["idempotency-key"] for request in paged.requests)
    assert first == again == third != another


def test_the_callers_own_idempotency_key_is_sent(half: Half) -> None:
    paged = PagedChats(1)
    client = half.client(paged)
    half.run(client.post("/v3/chats", cast_to=object, options={"idempotency_key": "mine"}))
    half.run(client.post("/v3/chats", cast_to=object, options={"headers": {"idempotency-key": "by header"}}))
    assert [request.headers["idempotency-key"] for request in paged.requests] == ["mine", "by header"]


def test_the_retries_taken_are_counted(half: Half) -> None:
    unwell: Any = [httpx2.Response(500, headers=SOON), httpx2.Response(500, headers=SOON), GOOD]
    assert half.run(half.client(answering(*unwell)).chats.with_raw_response.list_chats()).retries_taken == 2
