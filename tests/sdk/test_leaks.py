"""Ten thousand requests and a thousand clients, made and dropped, leave memory and open files where they were.

Over real sockets, against a server in a process of its own: what is counted here is ours alone.
"""

import asyncio
import gc
import threading
from collections.abc import Iterator

import psutil
import pytest

from linq import AsyncLinqAPIV3, BadRequestError, LinqAPIV3
from tests.sdk.clients import KEY
from tests.sdk.server_process import apart
from tests.sdk.test_pages import eventually

MEGABYTE = 1 << 20
ROUND = 10
"""Requests of ``work``."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with apart() as running:
        yield running


class Left:
    """What this process holds, compared with what it held when this object was created."""

    def __init__(self) -> None:
        gc.collect()
        self._process = psutil.Process()
        self._files = self._process.num_fds()
        self._threads = threading.active_count()
        self._memory = self._process.memory_info().rss
        self._objects = len(gc.get_objects())

    def assert_nothing(self) -> None:
        gc.collect()
        assert eventually(lambda: threading.active_count() <= self._threads)
        assert eventually(lambda: self._process.num_fds() <= self._files)
        assert len(gc.get_objects()) - self._objects < 500
        assert self._process.memory_info().rss - self._memory < 4 * MEGABYTE


def work(client: LinqAPIV3) -> None:
    """Lists with and without prefetch, one left early, a response left unread, and an error: ``ROUND`` requests."""
    assert len(list(client.chats.list_chats())) == 4
    assert len(list(client.chats.list_chats(prefetch=1))) == 4
    assert len(list(client.chats.list_chats().iter_pages())) == 2
    next(iter(client.chats.list_chats()))
    with client.chats.with_streaming_response.list_chats(cursor="2") as answer:
        assert answer.status_code == 200
    with pytest.raises(BadRequestError):
        client.chats.list_chats(limit=0)
    client.chats.with_raw_response.list_chats().parse()


async def awork(client: AsyncLinqAPIV3) -> None:
    """The same for the async half."""
    assert len([chat async for chat in client.chats.list_chats()]) == 4
    assert len([chat async for chat in client.chats.list_chats(prefetch=1)]) == 4
    assert len([page async for page in (await client.chats.list_chats()).iter_pages()]) == 2
    await anext(aiter(client.chats.list_chats()))
    async with client.chats.with_streaming_response.list_chats(cursor="2") as answer:
        assert answer.status_code == 200
    with pytest.raises(BadRequestError):
        await client.chats.list_chats(limit=0)
    await (await client.chats.with_raw_response.list_chats()).parse()


@pytest.mark.slow
def test_five_thousand_requests_leave_nothing(url: str) -> None:
    with LinqAPIV3(api_key=KEY, base_url=url) as client:
        for _ in range(300 // ROUND):
            work(client)
        left = Left()
        for _ in range(5_000 // ROUND):
            work(client)
        left.assert_nothing()


@pytest.mark.slow
def test_five_thousand_async_requests_leave_nothing(url: str) -> None:
    async def main() -> None:
        async with AsyncLinqAPIV3(api_key=KEY, base_url=url) as client:
            for _ in range(300 // ROUND):
                await awork(client)
            left = Left()
            for _ in range(5_000 // ROUND):
                await awork(client)
            left.assert_nothing()

    asyncio.run(main())


def test_five_hundred_clients_dropped_leave_nothing(url: str) -> None:
    def made_and_dropped(clients: int) -> None:
        for _ in range(clients):
            LinqAPIV3(api_key=KEY, base_url=url).chats.list_chats()

    made_and_dropped(50)
    left = Left()
    made_and_dropped(500)
    left.assert_nothing()


def test_five_hundred_async_clients_dropped_leave_nothing(url: str) -> None:
    async def made_and_dropped(clients: int) -> None:
        for _ in range(clients):
            await AsyncLinqAPIV3(api_key=KEY, base_url=url).chats.list_chats()

    async def in_one_loop() -> None:
        await made_and_dropped(50)
        await closed_by_the_loop()
        left = Left()
        await made_and_dropped(400)
        await closed_by_the_loop()
        left.assert_nothing()

    asyncio.run(in_one_loop())
    left = Left()
    for _ in range(100):
        asyncio.run(made_and_dropped(1))
    left.assert_nothing()


async def closed_by_the_loop() -> None:
    """Lets the loop close what was dropped, which takes a few iterations."""
    gc.collect()
    for _ in range(20):
        await asyncio.sleep(0.005)
