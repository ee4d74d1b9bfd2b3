"""Objects of httpx, which programs for ``linq-python`` pass, and the mocks of it."""

import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
import respx

import linq
from linq import (
    APIConnectionError,
    APITimeoutError,
    AsyncLinqAPIV3,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    LinqAPIV3,
    NotFoundError,
)
from tests.sdk.clients import KEY, Half
from tests.sdk.samples import page
from tests.sdk.server import Server

BODY = page([])
LIBRARIES: dict[str, Any] = {"httpx": httpx, "httpx2": httpx2}
OLD: Any = httpx
"""httpx, where a type checker would find the mistake that the test is about."""


def answering(half: Half, handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> Any:
    """A client whose requests this handler answers, over an HTTP client of httpx."""
    kind = httpx.Client if half.name == "sync" else httpx.AsyncClient
    return half.client(http_client=kind(transport=httpx.MockTransport(handler)), **options)


def test_a_client_of_httpx_sends_and_its_response_is_of_httpx(half: Half) -> None:
    client = answering(half, lambda request: httpx.Response(200, json=BODY))
    raw = half.run(client.chats.with_raw_response.list_chats())
    assert isinstance(raw.http_response, httpx.Response)
    assert half.run(client.chats.list_chats()).chats == []


def test_a_client_of_httpx_over_a_real_socket(half: Half, server: Server) -> None:
    kind = httpx.Client if half.name == "sync" else httpx.AsyncClient
    client = half.client(base_url=server.url, http_client=kind())
    assert len(half.collect(client.chats.list_chats(limit=2))) == server.total
    half.run(client.close())


def test_its_errors_are_ours(half: Half) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(APITimeoutError) as caught:
        half.run(answering(half, fail, max_retries=0).chats.list_chats())
    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)
    with pytest.raises(NotFoundError) as missing:
        half.run(answering(half, lambda request: httpx.Response(404, json={})).chats.list_chats())
    assert isinstance(missing.value.response, httpx.Response)


def test_a_lost_connection_in_the_middle_of_a_streamed_body_is_ours(half: Half) -> None:
    class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"{"
            raise httpx.ReadError("cut off")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"{"
            raise httpx.ReadError("cut off")

    client = answering(half, lambda request: httpx.Response(200, stream=Broken()))
    manager = client.chats.with_streaming_response.list_chats()
    response = half.enter(manager)
    with pytest.raises(APIConnectionError, match="cut off"):
        half.run(response.read())
    half.leave(manager)


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
@pytest.mark.parametrize("kind", [httpx.Response, httpx2.Response], ids=LIBRARIES)
def test_cast_to_the_response_of_either_library(half: Half, library: Any, kind: Any) -> None:
    http = library.Client if half.name == "sync" else library.AsyncClient

    def handle(request: Any) -> Any:
        zipped = {"content-encoding": "gzip", "x-a": "1"}
        return library.Response(200, content=gzip.compress(json.dumps(BODY).encode()), headers=zipped)

    client = half.client(http_client=http(transport=library.MockTransport(handle)))
    found = half.run(client.get("/v3/chats?x=1", cast_to=kind))
    assert type(found) is kind
    assert (found.json(), found.headers["x-a"], found.request.url.params["x"]) == (BODY, "1", "1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            lambda: {"http_client": httpx2.Client(transport=OLD.HTTPTransport())},
            "its transport is an httpx.HTTPTransp",
        ),
        (lambda: {"http_client": OLD.Client(transport=httpx2.HTTPTransport())}, "take both from httpx2 or both from"),
        (lambda: {"http_client": httpx2.Client(mounts={"all://": OLD.HTTPTransport()})}, "its mounted transport is"),
        (lambda: {"http_client": httpx2.Client(timeout=OLD.Timeout(5))}, "its timeout is an httpx.Timeout"),
        (lambda: {"http_client": httpx.AsyncClient()}, "not httpx.AsyncClient"),
        (lambda: {"http_client": object()}, "not builtins.object"),
    ],
)
def test_what_cannot_work_is_refused_when_the_client_is_made(arguments: Any, message: str) -> None:
    given = arguments()
    with pytest.raises(TypeError, match=message):
        LinqAPIV3(api_key=KEY, **given)


@pytest.mark.parametrize("half", ["sync", "async"])
def test_a_default_client_of_objects_of_httpx_is_a_client_of_httpx(half: str) -> None:
    if half == "sync":
        http: Any = DefaultHttpxClient(transport=httpx.HTTPTransport(), timeout=linq.Timeout(7))
        assert isinstance(http, httpx.Client)
    else:
        http = DefaultAsyncHttpxClient(mounts={"all://": httpx.AsyncHTTPTransport()}, timeout=httpx.Timeout(7))
        assert isinstance(http, httpx.AsyncClient)
    assert (http.timeout, http.follow_redirects) == (httpx.Timeout(7), True)
    assert DefaultHttpxClient(limits=httpx.Limits(max_connections=3)).timeout == linq.DEFAULT_TIMEOUT
    with pytest.raises(TypeError, match="transport is an object of httpx, and auth of httpx2"):
        DefaultHttpxClient(transport=httpx.HTTPTransport(), auth=httpx2.BasicAuth("a", "b"))


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
def test_a_client_without_a_timeout_gets_the_sdks(library: Any) -> None:
    assert LinqAPIV3(api_key=KEY, http_client=library.Client()).timeout == linq.DEFAULT_TIMEOUT
    assert LinqAPIV3(api_key=KEY, http_client=library.Client(timeout=33)).timeout == linq.Timeout(33)
    assert LinqAPIV3(api_key=KEY, http_client=library.Client(), timeout=7).timeout == 7
    assert LinqAPIV3(api_key=KEY).timeout == linq.DEFAULT_TIMEOUT


def test_respx_answers(half: Half) -> None:
    with respx.mock(base_url="https://mocked.example") as mock:
        listed = mock.get("/v3/chats", params={"limit": "2"}).mock(return_value=httpx.Response(200, json=BODY))
        mock.post("/v3/chats").mock(side_effect=httpx.ConnectTimeout)
        client = half.client(base_url="https://mocked.example", max_retries=0)
        assert half.run(client.chats.list_chats(limit=2)).chats == []
        assert listed.calls.last.request.headers["authorization"] == f"Bearer {KEY}"
        with pytest.raises(APITimeoutError):
            half.run(client.chats.create(from_="+1", to=["+2"], message={"parts": []}))
        with pytest.raises(APIConnectionError, match="not mocked"):
            half.run(client.phone_numbers.list())


def test_aiohttp_sends(server: Server) -> None:
    import asyncio  # noqa: PLC0415

    async def go() -> int:
        async with AsyncLinqAPIV3(api_key=KEY, base_url=server.url, http_client=linq.DefaultAioHttpClient()) as client:
            assert client.timeout == linq.DEFAULT_TIMEOUT
            return len([chat async for chat in client.chats.list_chats(limit=2)])

    assert asyncio.run(go()) == server.total


@pytest.mark.parametrize(
    ("hidden", "program"),
    [
        ("httpx_aiohttp", "import linq; linq.DefaultAioHttpClient()"),
        ("httpx", "import linq, httpx2; linq.LinqAPIV3(api_key='k', http_client=httpx2.Client()).timeout; 1 / 0"),
    ],
)
def test_httpx_and_aiohttp_need_not_be_installed(hidden: str, program: str) -> None:
    code = f"import sys; sys.modules[{hidden!r}] = None; {program}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    expected = "pip install 'trunkline-sdk[aiohttp]'" if hidden == "httpx_aiohttp" else "ZeroDivisionError"
    assert expected in done.stderr.splitlines()[-1]
