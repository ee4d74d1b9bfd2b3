"""Running one command against the store, and turning mistakes into one line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from trunkline.storage.store import Store, open_store

T = TypeVar("T")


def with_store(database: str, work: Callable[[Store], Awaitable[T]]) -> T:
    """Opens the store, does the work, closes it. Raises ``TrunklineError``, which ``main`` prints as one line."""

    async def run() -> T:
        async with open_store(database) as store:
            return await work(store)

    return asyncio.run(run())
