"""An open store in a background thread with its own event loop.

So it works the same for tests that are coroutines, in any event loop, and for those that are not.

    started ──(store opened)──▶ running ──(stop)──▶ running work is cancelled ──▶ store closed, thread ended
"""

import asyncio
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from trunkline.storage.store import Store, open_store

T = TypeVar("T")

OVER = "the test of this service is over"


class BackgroundServer:
    """An open store and its event loop."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.stopping = False
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()

    def begin(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Starts a coroutine in the server's thread; call it from any other. Raises ``RuntimeError`` after ``stop``."""
        if self.stopping:
            work.close()
            raise RuntimeError(OVER)
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the server's thread, and returns its result or raises its exception."""
        return self.begin(work).result()

    def stop(self) -> None:
        """Cancels running work, and closes the store."""
        self.stopping = True
        self._loop.call_soon_threadsafe(self._stop.set)

    async def until_stopped(self) -> None:
        """Returns after ``stop``, when all work has ended."""
        await self._stop.wait()
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextmanager
def background_server(url: str) -> Generator[BackgroundServer]:
    """Opens the store at a URL in a background thread until the end of the block. Raises what opening it raises."""
    ready: Future[BackgroundServer] = Future()
    thread = Thread(target=lambda: asyncio.run(_run_server(url, ready)), name="trunkline", daemon=True)
    thread.start()
    try:
        server = ready.result()
        try:
            yield server
        finally:
            server.stop()
    finally:
        thread.join()


async def _run_server(url: str, ready: "Future[BackgroundServer]") -> None:
    try:
        async with open_store(url) as store:
            server = BackgroundServer(store)
            ready.set_result(server)
            await server.until_stopped()
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)
