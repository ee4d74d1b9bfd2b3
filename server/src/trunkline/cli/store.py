"""Runs a command on the store."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import FrameType
from typing import TypeVar

import typer

from trunkline.cli.output import complain
from trunkline.config import Settings
from trunkline.storage.store import Store, open_store

T = TypeVar("T")


def configured_store(database: str, *, must_exist: bool = True) -> AbstractAsyncContextManager[Store]:
    """Opens a store with the health thresholds and the place of files of the environment. Raises ``CommandError``."""
    return open_store(
        database,
        Settings.from_environment(os.environ, "health_").thresholds,
        attachments=configured_attachments(),
        must_exist=must_exist,
    )


def configured_attachments() -> str:
    """The place of files of the environment."""
    return Settings.from_environment(os.environ, "attachments").attachments


def with_store(database: str, work: Callable[[Store], Awaitable[T]], *, must_exist: bool = True) -> T:
    """Opens the store, does the work and closes the store. Raises ``TrunklineError``, which ``main`` prints.

    Only a command that begins with an empty store creates one; for any other, it ``must_exist``.
    """

    is_interrupted = False

    async def run() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - this coroutine runs in one

        def interrupt(number: int, frame: FrameType | None) -> None:
            nonlocal is_interrupted
            is_interrupted = True
            # A cancellation takes effect only when the work awaits something, an exception may hit a callback of a
            # database driver, which turns it into another one or ignores it: so both.
            loop.call_soon_threadsafe(task.cancel)
            raise KeyboardInterrupt

        signal.signal(signal.SIGINT, interrupt)
        async with configured_store(database, must_exist=must_exist) as store:
            return await work(store)

    try:
        return asyncio.run(run())
    except BaseException:
        if not is_interrupted:
            raise
        complain("trunkline: interrupted; unfinished changes were rolled back")
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
