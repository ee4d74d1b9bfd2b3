"""The sync and the async client behind one interface, so that one table of cases covers both."""

import asyncio
from typing import Any, Protocol

import httpx2

from linq import AsyncLinqAPIV3, LinqAPIV3
from tests.sdk.samples import Handler

KEY = "lk_live_1234567890"


class Half(Protocol):
    """One half of the SDK. Results of a client's methods go through ``run`` or ``collect``."""

    name: str

    def client(self, handler: Handler | None = None, **options: Any) -> Any:
        """A client whose requests the handler answers (without one, they go over the network)."""
        ...

    def run(self, given: Any) -> Any:
        """The value that a method returned, awaited if necessary."""
        ...

    def collect(self, given: Any) -> list[Any]:
        """Everything that an iterator yields."""
        ...

    def step(self, iterator: Any) -> Any:
        """The next item that an iterator yields."""
        ...

    def enter(self, manager: Any) -> Any: ...

    def leave(self, manager: Any) -> None: ...


def with_key(options: dict[str, Any]) -> dict[str, Any]:
    return {"api_key": KEY, **options}


class SyncHalf:
    name = "sync"

    def client(self, handler: Handler | None = None, **options: Any) -> LinqAPIV3:
        if handler is not None:
            options["http_client"] = httpx2.Client(transport=httpx2.MockTransport(handler))
        return LinqAPIV3(**with_key(options))

    def run(self, given: Any) -> Any:
        return given

    def collect(self, given: Any) -> list[Any]:
        return list(given)

    def step(self, iterator: Any) -> Any:
        return next(iterator)

    def enter(self, manager: Any) -> Any:
        return manager.__enter__()

    def leave(self, manager: Any) -> None:
        manager.__exit__(None, None, None)


class AsyncHalf:
    name = "async"

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner

    def client(self, handler: Handler | None = None, **options: Any) -> AsyncLinqAPIV3:
        if handler is not None:
            options["http_client"] = httpx2.AsyncClient(transport=httpx2.MockTransport(handler))
        return AsyncLinqAPIV3(**with_key(options))

    def run(self, given: Any) -> Any:
        async def wait() -> Any:
            return await given

        return self._runner.run(wait())

    def collect(self, given: Any) -> list[Any]:
        async def wait() -> list[Any]:
            return [item async for item in given]

        return self._runner.run(wait())

    def step(self, iterator: Any) -> Any:
        return self.run(anext(iterator))

    def enter(self, manager: Any) -> Any:
        return self.run(manager.__aenter__())

    def leave(self, manager: Any) -> None:
        self.run(manager.__aexit__(None, None, None))
