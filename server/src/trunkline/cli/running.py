"""Running one command against the store, and turning mistakes into one line."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from trunkline.cli.output import complain
from trunkline.storage.store import Store, open_store

T = TypeVar("T")


def with_store(database: str, work: Callable[[Store], Awaitable[T]]) -> T:
    """Opens the store, does the work, closes it. Raises ``TrunklineError``, which ``main`` prints as one line."""

    async def run() -> T:
        # asyncio would turn Ctrl-C into a cancellation, which work that never waits does not notice until it is done.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        async with open_store(database) as store:
            return await work(store)

    try:
        return asyncio.run(run())
    except KeyboardInterrupt:
        complain("trunkline: interrupted; what was not finished is undone")
        raise typer.Exit(130) from None
