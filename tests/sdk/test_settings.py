"""Where a client gets its settings, its errors about invalid ones, and how ``with_options`` changes them."""

from typing import Any

import httpx2
import pytest

from linq import (
    AsyncLinqAPIV3,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    LinqAPIV3,
    LinqApiv3Error,
    Timeout,
)
from tests.sdk.clients import KEY, Half
from tests.sdk.samples import PagedChats


def test_without_a_key_the_error_says_where_one_may_come_from(half: Half) -> None:
    with pytest.raises(LinqApiv3Error, match=r"api_key=… .* LINQ_API_V3_API_KEY"):
        half.client(PagedChats(1), api_key=None)


def test_everything_can_come_from_the_environment(half: Half, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINQ_API_V3_API_KEY", "from-env")
    monkeypatch.setenv("LINQ_API_V3_BASE_URL", "http://localhost:8080/api/partner/")
    monkeypatch.setenv("LINQ_API_V3_CUSTOM_HEADERS", "X-A: 1\n\n X-B : two: 2 \n")
    monkeypatch.setenv("LINQ_WEBHOOK_SECRET", "whsec_x")
    paged = PagedChats(1)
    client = half.client(paged, api_key=None)
    half.run(client.chats.list_chats())
    (request,) = paged.requests
    assert str(request.url) == "http://localhost:8080/api/partner/v3/chats"
    assert request.headers["authorization"] == "Bearer from-env"
    assert (request.headers["x-a"], request.headers["x-b"]) == ("1", "two: 2")
    assert client.webhook_secret == "whsec_x"


def test_an_argument_wins_over_the_environment(half: Half, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINQ_API_V3_API_KEY", "from-env")
    monkeypatch.setenv("LINQ_API_V3_BASE_URL", "http://env")
    monkeypatch.setenv("LINQ_API_V3_CUSTOM_HEADERS", "X-A: 1")
    paged = PagedChats(1)
    client = half.client(paged, base_url="http://argument", default_headers={"x-a": "2"}, default_query={"q": "z"})
    half.run(client.chats.list_chats())
    assert str(paged.requests[0].url) == "http://argument/v3/chats?q=z"
    assert paged.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert paged.requests[0].headers.get_list("x-a") == ["2"]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"api_key": "lk_1\n"}, LinqApiv3Error, "api_key contains a line break"),
        ({"api_key": "lk_ü"}, LinqApiv3Error, "a non-ASCII character"),
        (
            {"base_url": "api.linqapp.com"},
            LinqApiv3Error,
            "base_url must be an http:// or https:// URL, .* not 'api.linqapp.com'",
        ),
        ({"base_url": "ftp://x"}, LinqApiv3Error, "'ftp://x'"),
        ({"base_url": "http://"}, LinqApiv3Error, "must be an http:// or https:// URL"),
        ({"max_retries": -1}, ValueError, "max_retries must be 0 or more, not -1"),
        ({"max_retries": 1.5}, TypeError, "not 1.5"),
        ({"max_retries": None}, TypeError, "max_retries must be a whole number .* not None"),
        ({"max_retries": True}, TypeError, "not True"),
        ({"http_client": object()}, TypeError, r"http_client must be an httpx2\..*Client .* not builtins.object"),
        ({"timeout": "3"}, TypeError, "timeout must be seconds, .* not '3'"),
        ({"timeout": -1}, ValueError, "timeout must be 0 or more seconds, not -1"),
    ],
)
def test_a_wrong_setting_is_one_clear_error(
    half: Half, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        half.client(None, **options)
    assert "lk" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "LINQ_API_V3_CUSTOM_HEADERS",
            "X-Secret s3cret",
            "LINQ_API_V3_CUSTOM_HEADERS: every line must be 'Name: value'",
        ),
        ("LINQ_API_V3_LOG", "loud", "LINQ_API_V3_LOG must be 'info' or 'debug', not 'loud'"),
    ],
)
def test_a_wrong_variable_is_one_clear_error(
    half: Half, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(LinqApiv3Error, match=message) as caught:
        half.client()
    assert "s3cret" not in str(caught.value)


def test_with_options_changes_what_it_is_told_and_keeps_the_rest(half: Half) -> None:
    paged = PagedChats(1)
    client = half.client(paged, base_url="http://a", default_headers={"X-A": "1"}, default_query={"p": "1"}, timeout=5)
    changed = client.with_options(
        api_key="other", base_url="http://b", timeout=None, default_headers={"X-B": "2"}, default_query={"q": "2"}
    )
    assert type(changed) is type(client)
    half.run(changed.chats.list_chats())
    request = paged.requests[0]
    assert str(request.url) == "http://b/v3/chats?p=1&q=2"
    assert (request.headers["authorization"], request.headers["x-a"], request.headers["x-b"]) == (
        "Bearer other",
        "1",
        "2",
    )
    assert request.extensions["timeout"]["read"] is None
    half.run(client.copy(set_default_headers={"X-C": "3"}, set_default_query={}).chats.list_chats())
    assert "x-a" not in paged.requests[1].headers
    assert str(paged.requests[1].url) == "http://a/v3/chats"
    assert paged.requests[1].extensions["timeout"]["read"] == 5
    assert (client.api_key, str(client.base_url), client.max_retries, client.timeout) == (KEY, "http://a/", 2, 5)
    assert (client.default_headers["X-A"], client.default_query) == ("1", {"p": "1"})


@pytest.mark.parametrize("what", ["headers", "query"])
def test_adding_and_replacing_at_once_is_refused(half: Half, what: str) -> None:
    with pytest.raises(ValueError, match=f"pass default_{what} .* or set_default_{what} .*, not both"):
        half.client().copy(**{f"default_{what}": {"a": "1"}, f"set_default_{what}": {"b": "2"}})


def test_closing_a_copy_closes_what_it_shares_and_a_closed_client_says_so(half: Half) -> None:
    client = half.client(PagedChats(1))
    half.run(client.with_options(max_retries=0).close())
    assert client.is_closed()
    with pytest.raises(LinqApiv3Error, match="has been closed"):
        half.run(client.chats.list_chats())


def test_a_with_block_closes(half: Half) -> None:
    client = half.client(PagedChats(1))
    entered = half.enter(client)
    assert entered is client
    assert not client.is_closed()
    half.leave(client)
    assert client.is_closed()


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, (5, 60)),
        ({"timeout": 3}, (3, 3)),
        ({"timeout": Timeout(9, connect=1)}, (1, 9)),
        ({"timeout": None}, (None, None)),
    ],
)
def test_the_timeout_is_five_seconds_to_connect_and_sixty_otherwise_unless_told(
    half: Half, given: dict[str, Any], seconds: tuple[float | None, float | None]
) -> None:
    paged = PagedChats(1)
    default = DefaultHttpxClient if half.name == "sync" else DefaultAsyncHttpxClient
    client = half.client(http_client=default(transport=httpx2.MockTransport(paged)), **given)
    half.run(client.chats.list_chats())
    half.run(client.chats.list_chats(timeout=1.5))
    first, second = (request.extensions["timeout"] for request in paged.requests)
    assert (first["connect"], first["read"]) == seconds
    assert (second["connect"], second["read"]) == (1.5, 1.5)


def test_the_injected_clients_own_headers_and_timeout_hold(half: Half) -> None:
    paged = PagedChats(1)
    kind = httpx2.Client if half.name == "sync" else httpx2.AsyncClient
    http = kind(transport=httpx2.MockTransport(paged), headers={"X-Mine": "1"}, timeout=33)
    half.run(half.client(http_client=http).chats.list_chats())
    assert paged.requests[0].headers["x-mine"] == "1"
    assert paged.requests[0].extensions["timeout"]["read"] == 33


def test_the_clients_for_proxies_and_certificates_take_httpx2s_arguments() -> None:
    with DefaultHttpxClient(proxy="http://localhost:3128", trust_env=False) as http:
        assert http.timeout == Timeout(60, connect=5)
        assert http.follow_redirects


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_any_path_can_be_asked(half: Half, method: str) -> None:
    paged = PagedChats(1)
    client = half.client(paged, base_url="http://h/api")
    options = {"params": {"a": 1}, "headers": {"X-Y": "z"}, "timeout": 4}
    body = {} if method == "get" else {"body": {"b": 2}}
    found = half.run(getattr(client, method)("/v3/chats", cast_to=dict[str, object], options=options, **body))
    assert sorted(found) == ["chats", "next_cursor"]
    (request,) = paged.requests
    assert (request.method, str(request.url)) == (method.upper(), "http://h/api/v3/chats?a=1")
    assert request.headers["x-y"] == "z"
    assert request.extensions["timeout"]["read"] == 4


@pytest.mark.parametrize("path", ["//elsewhere.example/x", "v3/chats", "", "@elsewhere.example/", "http:/x"])
def test_every_path_stays_below_the_base_url(half: Half, path: str) -> None:
    paged = PagedChats(1)
    half.run(half.client(paged, base_url="http://h/api").get(path, cast_to=object))
    (request,) = paged.requests
    assert str(request.url) == f"http://h/api/{path.lstrip('/')}"
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("url", "has_key"),
    [
        ("http://h/other?x=1", True),
        ("https://h/other", False),
        ("http://h:8080/other", False),
        ("http://h@elsewhere.example/steal", False),
        ("https://elsewhere.example/steal", False),
    ],
)
def test_an_absolute_url_gets_the_key_only_on_the_host_of_the_base_url(half: Half, url: str, has_key: bool) -> None:
    paged = PagedChats(1)
    half.run(half.client(paged, base_url="http://h/api").get(url, cast_to=object))
    (request,) = paged.requests
    assert str(request.url) == url
    assert (request.headers.get("authorization") == f"Bearer {KEY}") == has_key


def test_extra_json_is_merged_into_a_body(half: Half) -> None:
    paged = PagedChats(1)
    client = half.client(paged)
    half.run(client.post("/v3/chats", cast_to=object, body={"a": 1, "b": 1}, options={"extra_json": {"b": 2}}))
    assert paged.requests[0].content == b'{"a":1,"b":2}'
    with pytest.raises(TypeError, match="from one dict into another, not into a list"):
        half.run(client.post("/v3/chats", cast_to=object, body=[1], options={"extra_json": {"b": 2}}))


def test_the_old_names_are_there() -> None:
    from linq import AsyncClient, Client  # noqa: PLC0415 - this is what the test is about

    assert (Client, AsyncClient) == (LinqAPIV3, AsyncLinqAPIV3)
