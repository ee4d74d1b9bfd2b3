"""Runs a command on the store."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import typer

from trunkline.cli.output import complain
from trunkline.config import Settings
from trunkline.storage.store import Store, open_store

T = TypeVar("T")


def configured_store(database: str) -> AbstractAsyncContextManager[Store]:
    """Opens a store with the health thresholds and the place of files of the environment. Raises ``CommandError``."""
    return open_store(
        database,
        Settings.from_environment(os.environ, "health_").thresholds,
        attachments=configured_attachments(),
    )


def configured_attachments() -> str:
    """The place of files of the environment."""
    return Settings.from_environment(os.environ, "attachments").attachments


def with_store(database: str, work: Callable[[Store], Awaitable[T]]) -> T:
    """Opens the store, does the work and closes the store. Raises ``TrunklineError``, which ``main`` prints."""

    async def run() -> T:
        # asyncio would turn Ctrl-C into a cancellation, which takes effect only when the work awaits something.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        async with configured_store(database) as store:
            return await work(store)

    try:
        return asyncio.run(run())
    except KeyboardInterrupt:
        complain("trunkline: interrupted; unfinished changes were rolled back")
        raise typer.Exit(130) from None
