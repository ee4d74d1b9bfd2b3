"""Real sockets: failures, shared connections, and cleanup."""

import asyncio
import gc
import os
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from linq import (
    APIConnectionError,
    APITimeoutError,
    AsyncLinqAPIV3,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    LinqAPIV3,
)
from tests.sdk.clients import KEY, Half
from tests.sdk.samples import chat
from tests.sdk.server import Fault, Server
from tests.sdk.test_pages import eventually


@pytest.fixture
def tls_server(authority: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with Server(tls=context) as running:
        yield running


def ids(total: int) -> list[str]:
    return [chat(number)["id"] for number in range(total)]


def listed(client: LinqAPIV3) -> list[str]:
    return [one.id for one in client.chats.list_chats()]


async def alisted(client: AsyncLinqAPIV3) -> list[str]:
    return [one.id async for one in client.chats.list_chats()]


@pytest.mark.parametrize("prefetch", [0, 1])
@pytest.mark.parametrize("fault", ["drop", "drop in body", "429", "500"])
def test_pagination_survives_what_happens_to_connections(
    half: Half, server: Server, fault: Fault, prefetch: int
) -> None:
    server.faults = {1: fault, 3: fault}
    client = half.client(base_url=server.url)
    assert [one.id for one in half.collect(client.chats.list_chats(prefetch=prefetch))] == ids(10)
    assert len(server.targets) == 7
    half.run(client.close())


def test_the_next_page_comes_while_the_caller_is_busy_with_the_one_before(server: Server) -> None:
    with LinqAPIV3(api_key=KEY, base_url=server.url) as client:
        pages = client.chats.list_chats(prefetch=1).iter_pages()
        for number in range(1, 5):
            assert [one.id for one in next(pages).chats] == ids(number * 2)[-2:]
            # Busy: the client is not called here, and the server has already sent the next page.
            assert server.has_answered(number + 1)
            assert len(server.targets) == number + 1, "one page ahead, not more"
        assert [one.id for one in next(pages).chats] == ids(10)[-2:]
        assert len(list(pages)) == 0
    assert len(server.targets) == 5


def test_the_next_page_comes_while_the_async_caller_is_busy_with_the_one_before(server: Server) -> None:
    async def main() -> None:
        async with AsyncLinqAPIV3(api_key=KEY, base_url=server.url) as client:
            pages = (await client.chats.list_chats(prefetch=1)).iter_pages()
            for number in range(1, 5):
                assert [one.id for one in (await anext(pages)).chats] == ids(number * 2)[-2:]
                # Busy with something else that is awaited, as async callers are.
                assert await asyncio.to_thread(server.has_answered, number + 1)
                assert len(server.targets) == number + 1, "one page ahead, not more"
            assert [one.id for one in (await anext(pages)).chats] == ids(10)[-2:]
            assert [page async for page in pages] == []

    asyncio.run(main())
    assert len(server.targets) == 5


def test_without_prefetch_a_page_is_asked_for_when_it_is_needed(half: Half, server: Server) -> None:
    client = half.client(base_url=server.url)
    pages = half.run(client.chats.list_chats()).iter_pages()
    for number in range(1, 6):
        half.step(pages)
        assert len(server.targets) == number
        assert not server.has_answered(number + 1, within=0.02)
    half.run(client.close())


def test_a_server_that_does_not_answer_is_a_timeout(half: Half, server: Server) -> None:
    server.faults = {0: "stall"}
    client = half.client(base_url=server.url, max_retries=0)
    with pytest.raises(APITimeoutError, match=f"No answer from {server.url} in time .ReadTimeout"):
        half.run(client.chats.list_chats(timeout=0.05))
    assert len(half.collect(client.chats.list_chats())) == 10
    half.run(client.close())


def test_nobody_listening_is_a_connection_error_that_names_the_address(half: Half) -> None:
    client = half.client(base_url="http://127.0.0.1:9", max_retries=0)
    with pytest.raises(
        APIConnectionError, match=r"Connection to http://127\.0\.0\.1:9 failed: .*refused|attempts failed"
    ):
        half.run(client.chats.list_chats())
    half.run(client.close())


def test_pagination_uses_one_connection(half: Half, server: Server) -> None:
    client = half.client(base_url=server.url)
    half.collect(client.chats.list_chats())
    half.collect(client.with_options(max_retries=7).chats.list_chats())
    assert server.connections == 1
    half.run(client.close())
    assert eventually(lambda: server.open_connections == 0)


def test_requests_go_through_the_proxy_of_the_injected_client(half: Half, server: Server) -> None:
    default = DefaultHttpxClient if half.name == "sync" else DefaultAsyncHttpxClient
    client = half.client(base_url="http://chats.invalid", http_client=default(proxy=server.url))
    assert len(half.collect(client.chats.list_chats(limit=5))) == 10
    assert server.targets[0] == "http://chats.invalid/v3/chats?limit=5"
    half.run(client.close())


def test_a_certificate_counts_once_its_authority_is_trusted(half: Half, tls_server: Server, authority: Path) -> None:
    default = DefaultHttpxClient if half.name == "sync" else DefaultAsyncHttpxClient
    url = tls_server.url.replace("http://127.0.0.1", "https://localhost")
    stranger = half.client(base_url=url, max_retries=0)
    with pytest.raises(APIConnectionError, match=r"(?i)certificate.verify.failed"):
        half.run(stranger.chats.list_chats())
    context = ssl.create_default_context(cafile=str(authority))
    friend = half.client(base_url=url, http_client=default(verify=context))
    assert len(half.collect(friend.chats.list_chats(limit=5))) == 10
    half.run(friend.close())
    half.run(stranger.close())


def test_threads_share_a_client(server: Server) -> None:
    server.faults = dict.fromkeys(range(5, 60, 9), "drop")
    with LinqAPIV3(api_key=KEY, base_url=server.url, max_retries=9) as client, ThreadPoolExecutor(8) as threads:
        for listing in [threads.submit(listed, client) for _ in range(24)]:
            assert listing.result() == ids(10)
    assert eventually(lambda: server.open_connections == 0)


def test_tasks_share_a_client(server: Server) -> None:
    async def main() -> list[list[str]]:
        async with AsyncLinqAPIV3(api_key=KEY, base_url=server.url) as client:
            return await asyncio.gather(*(alisted(client) for _ in range(24)))

    assert asyncio.run(main()) == [ids(10)] * 24


@pytest.fixture(params=["our own", "DefaultHttpxClient"])
def shared(request: pytest.FixtureRequest, server: Server) -> Iterator[LinqAPIV3]:
    http = DefaultHttpxClient() if request.param == "DefaultHttpxClient" else None
    with LinqAPIV3(api_key=KEY, base_url=server.url, http_client=http) as client:
        yield client


def test_a_client_works_on_both_sides_of_a_fork(server: Server, shared: LinqAPIV3) -> None:
    assert listed(shared) == ids(10)
    child = os.fork()
    if child == 0:
        right = False
        try:
            right = listed(shared) == ids(10)
        finally:
            os._exit(0 if right else 1)  # in any case, no second pytest continues from here
    assert listed(shared) == ids(10)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert server.connections == 2, "the child has a connection of its own"


@pytest.mark.parametrize("make", [lambda: None, DefaultAsyncHttpxClient], ids=["our own", "DefaultAsyncHttpxClient"])
def test_one_client_through_several_event_loops(
    server: Server, make: Callable[[], DefaultAsyncHttpxClient | None]
) -> None:
    client = AsyncLinqAPIV3(api_key=KEY, base_url=server.url, http_client=make())
    for _ in range(3):
        assert asyncio.run(alisted(client)) == ids(10)
        assert eventually(lambda: server.open_connections == 0), "every loop closes its connections at its end"
    asyncio.run(client.close())


def test_event_loops_at_the_same_time(server: Server) -> None:
    client = AsyncLinqAPIV3(api_key=KEY, base_url=server.url)
    with ThreadPoolExecutor(4) as threads:
        for listing in [threads.submit(asyncio.run, alisted(client)) for _ in range(8)]:
            assert listing.result() == ids(10)


def test_a_dropped_client_closes_its_connections_at_once(server: Server) -> None:
    gc.disable()
    try:
        client = LinqAPIV3(api_key=KEY, base_url=server.url)
        pages = client.chats.list_chats()
        del client
        assert len(list(pages)) == 10, "a page keeps what it needs to go on"
        del pages
        assert eventually(lambda: server.open_connections == 0)
    finally:
        gc.enable()


def test_a_dropped_async_client_closes_its_connections_in_its_loop(server: Server) -> None:
    async def main() -> None:
        client = AsyncLinqAPIV3(api_key=KEY, base_url=server.url)
        assert await alisted(client) == ids(10)
        assert server.connections == 1
        del client
        gc.collect()
        for _ in range(100):
            await asyncio.sleep(0.01)
            if server.open_connections == 0:
                return
        raise AssertionError("the connection is still open")

    asyncio.run(main())


def test_a_stream_left_early_gives_its_connection_back(half: Half, server: Server) -> None:
    client = half.client(base_url=server.url)
    for _ in range(5):
        manager = client.chats.with_streaming_response.list_chats()
        half.enter(manager)
        half.leave(manager)
    half.run(client.close())
    assert eventually(lambda: server.open_connections == 0)
