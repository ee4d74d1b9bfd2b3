"""A store that is open in a thread of its own, with an event loop of its own.

So it is the same for a test that is a coroutine, whatever runs it, and for one that is not: both are in another thread.

    started ──(store opened)──▶ serving ──(stop)──▶ what still runs is cancelled ──▶ store closed, thread gone
"""

import asyncio
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from trunkline.storage.store import Store, open_store

T = TypeVar("T")

OVER = "the test that this service was for is over"


class Hosted:
    """An open store and its event loop."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.stopping = False
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()

    @property
    def is_here(self) -> bool:
        """Whether the caller is in the thread of the service, which cannot wait for itself."""
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def begin(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Starts the coroutine over there. Called from any other thread. Raises ``RuntimeError`` once stopped."""
        if self.stopping:
            work.close()
            raise RuntimeError(OVER)
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns, or raises."""
        return self.begin(work).result()

    def stop(self) -> None:
        """Cancels what still runs, and closes the store."""
        self.stopping = True
        self._loop.call_soon_threadsafe(self._stop.set)

    async def until_stopped(self) -> None:
        """Returns when there is nothing left to run."""
        await self._stop.wait()
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextmanager
def hosted_store(url: str) -> Generator[Hosted]:
    """The store behind a URL, until the end of the block. Raises what opening it raises."""
    ready: Future[Hosted] = Future()
    thread = Thread(target=lambda: asyncio.run(_host(url, ready)), name="trunkline", daemon=True)
    thread.start()
    try:
        hosted = ready.result()
        try:
            yield hosted
        finally:
            hosted.stop()
    finally:
        thread.join()


async def _host(url: str, ready: "Future[Hosted]") -> None:
    try:
        async with open_store(url) as store:
            hosted = Hosted(store)
            ready.set_result(hosted)
            await hosted.until_stopped()
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)
