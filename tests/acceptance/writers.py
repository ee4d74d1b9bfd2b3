"""Clients that write without pause, and retry under the same idempotency key until they get a response."""

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import msgspec

from tests.support.chats import LINE, OTHER_LINE
from tests.support.partners import Tenant

_PEOPLE = [f"+1310555{number:04}" for number in range(100, 110)]
_PATIENCE = 90.0  # s for one write, across a restart or two
_PAUSE = 0.05  # s before a write is tried again


class Write(msgspec.Struct, frozen=True):
    """A request that sends a message."""

    tenant: Tenant
    path: str
    body: dict[str, Any]
    key: str
    """The idempotency key, and the text of the message or of the first option: unique."""


class Acknowledged(msgspec.Struct, frozen=True):
    """A write that the service has accepted, and its response."""

    write: Write
    chat_id: str
    message_id: str
    response: bytes


class Writers:
    """Tasks that write for partners, mostly for the newest one."""

    def __init__(self, url: str, seed: int, tasks: int, unavailable: Collection[int]) -> None:
        self._url = url
        self._seed = seed
        self._unavailable = unavailable
        self._tenants: list[Tenant] = []
        self._started = asyncio.Event()
        self._stopped = False
        self._tasks = [asyncio.create_task(self._work(number)) for number in range(tasks)]
        self.acknowledged: list[list[Acknowledged]] = [[] for _ in range(tasks)]
        """The acknowledged writes of each task, in order."""

    def add(self, tenant: Tenant) -> None:
        """Adds a partner to write for."""
        self._tenants.append(tenant)
        self._started.set()

    async def finish(self) -> None:
        """Lets each task finish its present write. Raises the exception of a task."""
        self._stopped = True
        await asyncio.gather(*self._tasks)

    async def cancel(self) -> None:
        """Cancels the tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def repeat(self, done: Acknowledged) -> bytes:
        """Sends a write again, and returns the response."""
        async with httpx2.AsyncClient(base_url=self._url) as client:
            return await self._send(client, done.write)

    async def _work(self, number: int) -> None:
        chances = random.Random(f"{self._seed}, {number}")  # noqa: S311
        chats: dict[int, list[str]] = {}
        async with httpx2.AsyncClient(base_url=self._url) as client:
            for count in itertools.count():
                await self._started.wait()
                if self._stopped:
                    return
                tenant = self._tenants[-1] if chances.random() < 0.7 else chances.choice(self._tenants)
                write = _write(chances, tenant, chats.setdefault(tenant.id, []), f"{number}.{count}")
                done = _acknowledged(write, await self._send(client, write))
                self.acknowledged[number].append(done)
                if done.chat_id not in chats[tenant.id]:
                    chats[tenant.id].append(done.chat_id)

    async def _send(self, client: httpx2.AsyncClient, write: Write) -> bytes:
        headers = {"Authorization": f"Bearer {write.tenant.secret}", "Idempotency-Key": write.key}
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    response = await client.post(write.path, headers=headers, json=write.body)
                except httpx2.TransportError:
                    await asyncio.sleep(_PAUSE)
                    continue
                if response.status_code in {201, 202}:
                    return response.content
                assert response.status_code in self._unavailable, response.text
                await asyncio.sleep(_PAUSE)


@asynccontextmanager
async def writing(url: str, seed: int, tasks: int, *, unavailable: Collection[int] = (503,)) -> AsyncGenerator[Writers]:
    """Writers that work until the end of the block, and retry after a response whose status is in ``unavailable``."""
    writers = Writers(url, seed, tasks, unavailable)
    try:
        yield writers
    finally:
        await writers.cancel()


def _write(chances: random.Random, tenant: Tenant, chats: Sequence[str], key: str) -> Write:
    """A poll or a message to an existing chat, or a message to a handle or a group, from one line or any."""
    message = {"parts": [{"type": "text", "value": key}]}
    kind = chances.random()
    if chats and kind < 0.1:
        poll = {"options": [{"text": key}, {"text": "another"}]}
        return Write(tenant, f"/v3/chats/{chances.choice(chats)}/polls", {"poll": poll}, key)
    if chats and kind < 0.5:
        return Write(tenant, f"/v3/chats/{chances.choice(chats)}/messages", {"message": message}, key)
    if kind < 0.8:
        people = chances.sample(_PEOPLE, chances.choice([1, 1, 1, 2]))
        line = chances.choice([LINE, OTHER_LINE])
        return Write(tenant, "/v3/chats", {"from": line, "to": people, "message": message}, key)
    return Write(tenant, "/v3/messages", {"to": [chances.choice(_PEOPLE)], "message": message}, key)


def _acknowledged(write: Write, response: bytes) -> Acknowledged:
    body: dict[str, Any] = msgspec.json.decode(response)
    chat: dict[str, Any] = body.get("chat", body)
    message_id = chat.get("message_id") or chat["message"]["id"]
    return Acknowledged(write, chat.get("id") or chat["chat_id"], message_id, response)
