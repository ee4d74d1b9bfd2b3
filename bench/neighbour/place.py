"""Where a bad neighbour is: the service, its own tenants, and what it has counted."""

import asyncio
import itertools
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TypeAlias

import msgspec

from bench.client import Client, NoResponse, Response

EVENTS = ("message.sent", "message.delivered")
_START = 30.0  # s
_FAILURE_PAUSE = 0.05  # s after a request without a response


class Tenant(msgspec.Struct, frozen=True):
    """A partner that the neighbour owns."""

    name: str
    key: str
    line: str


class Plan(msgspec.Struct, frozen=True):
    """Which attack to carry out where. ``scale`` multiplies the sizes of an attack; it is less than 1 in tests.

    ``receiver_port`` is reserved for the neighbour's receivers of webhooks, ``folder`` for its files.
    """

    attack: str
    port: int
    database: str
    tenants: Sequence[Tenant]
    receiver_port: int
    folder: str
    scale: float = 1.0


class Counts(msgspec.Struct):
    """The requests of the neighbour, how many were refused with a 4xx or 503, and how many got no response."""

    requests: int = 0
    refused: int = 0
    failed: int = 0


Request: TypeAlias = tuple[str, str, object]
"""Method, path and body."""


class Place:
    """What an attack works with. An attack sets ``is_loud`` when it is at full strength."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.chats: list[list[str]] = []
        """The ids of the chats of each tenant."""
        self.is_loud = asyncio.Event()
        self.counts = Counts()
        self._subscriptions: list[tuple[Tenant, str]] = []

    def scaled(self, size: int) -> int:
        """A size of the attack."""
        return max(1, round(size * self.plan.scale))

    def client(self, tenant: int = 0) -> Client:
        """A connection with the key of a tenant."""
        return Client(self.plan.port, self.plan.tenants[tenant].key)

    async def add_chats(self, number: int, text: str = "Hello", *, tenants: int = 1) -> None:
        """Creates chats of the first tenants, with a message each."""
        for tenant in range(tenants):
            line, found = self.plan.tenants[tenant].line, list[str]()
            async with self.client(tenant) as client:
                for chat in range(self.scaled(number)):
                    body = {"from": line, "to": [f"+1310555{chat:04}"], "message": message(text)}
                    found.append((await client.insist("POST", "/v3/chats", body)).json()["chat"]["id"])
            self.chats.append(found)

    async def subscribe(self, behaviour: str, number: int, *, tenants: int = 1) -> None:
        """Adds inactive subscriptions of the first tenants to receivers with a behaviour (``bench.receivers``).

        There are fewer of them if the service allows fewer.
        """
        for index, tenant in enumerate(self.plan.tenants[:tenants]):
            async with self.client(index) as client:
                for each in range(self.scaled(number)):
                    target = f"http://127.0.0.1:{self.plan.receiver_port}/{behaviour}/{index}-{each}"
                    body = {"target_url": target, "subscribed_events": EVENTS}
                    created = await client.request("POST", "/v3/webhook-subscriptions", body)
                    if not created.is_success:
                        break
                    self._subscriptions.append((tenant, created.json()["id"]))
        await self._set_active(is_active=False)

    @asynccontextmanager
    async def receiving(self) -> AsyncGenerator[None]:
        """The subscriptions are active, and the receivers run, until the end of the block."""
        command = ("-m", "bench.receivers", "--port", str(self.plan.receiver_port))
        process = await asyncio.create_subprocess_exec(sys.executable, *command)
        try:
            await _listening(self.plan.receiver_port)
            await self._set_active(is_active=True)
            try:
                yield
            finally:
                await self._set_active(is_active=False)
        finally:
            process.kill()
            await process.wait()

    async def _set_active(self, *, is_active: bool) -> None:
        async with AsyncExitStack() as stack:
            clients = {
                each.key: await stack.enter_async_context(Client(self.plan.port, each.key))
                for each in self.plan.tenants
            }
            for tenant, subscription in self._subscriptions:
                path = f"/v3/webhook-subscriptions/{subscription}"
                await clients[tenant.key].insist("PUT", path, {"is_active": is_active})

    async def ask(self, client: Client, request: Request) -> Response | None:
        """One request, counted. None if there is no response."""
        self.counts.requests += 1
        try:
            response = await client.request(*request)
        except NoResponse:
            self.counts.failed += 1
            await asyncio.sleep(_FAILURE_PAUSE)
            return None
        self.counts.refused += not response.is_success
        return response

    async def repeat(self, clients: int, requests: Iterator[Request], *, tenant: int = 0) -> None:
        """Sends requests one after the other over each of some connections, as fast as the service responds."""

        async def one() -> None:
            async with self.client(tenant) as client:
                for request in requests:
                    await self.ask(client, request)

        await self.concurrently(clients, one)

    async def concurrently(self, number: int, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Does the work so many times at once: the attack is then at full strength."""
        self.is_loud.set()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self.scaled(number)):
                tasks.create_task(work())

    async def pace(self, rate: float, requests: Iterator[Request], *, tenant: int = 0) -> None:
        """Sends so many requests a second, one at a time."""
        self.is_loud.set()
        async with self.client(tenant) as client:
            for request in requests:
                await self.ask(client, request)
                await asyncio.sleep(1 / rate)

    def messages(self, tenant: int = 0) -> Iterator[Request]:
        """Messages to each chat in turn, without end."""
        for chat in itertools.cycle(self.chats[tenant]):
            yield "POST", f"/v3/chats/{chat}/messages", {"message": message("Hello again")}


def message(text: str) -> dict[str, object]:
    """A message of one text."""
    return {"parts": [{"type": "text", "value": text}]}


async def _listening(port: int) -> None:
    async with asyncio.timeout(_START):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
