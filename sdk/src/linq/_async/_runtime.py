"""What has no counterpart in the other world; ``_sync/_runtime.py`` is written by hand too, under the same names.

The rest of ``_async`` is plain code with ``await`` in it, and ``_sync`` is generated from it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from linq._errors import LinqApiv3Error

if TYPE_CHECKING:
    import httpx2

    from linq._async.pages import AsyncListChatsPagination

T = TypeVar("T")

sleep = asyncio.sleep


class AsyncHttpSource:
    """Hands out the HTTP client for the running event loop; shared by a client and its ``with_options`` copies.

    A connection belongs to the event loop it was opened in (and to the process), so every loop gets a client of its
    own. Each ends with its loop, or with this object: an async generator waits at its ``yield`` for either, because
    ``asyncio.run`` closes the generators of its loop, and a loop closes those that nobody holds any longer.
    An HTTP client that the caller brought is only closed by ``close``, and renewed only if it knows how (``fresh``).
    """

    def __init__(self, given: httpx2.AsyncClient | None) -> None:
        self.is_closed = False
        self._given = given
        self._given_is_free = given is not None
        self._held: WeakKeyDictionary[
            asyncio.AbstractEventLoop, tuple[int, httpx2.AsyncClient, AsyncGenerator[None] | None]
        ] = WeakKeyDictionary()

    async def get(self, make: Callable[[], httpx2.AsyncClient]) -> httpx2.AsyncClient:
        """The client for this loop. Raises ``LinqApiv3Error`` once closed."""
        if self.is_closed:
            raise LinqApiv3Error("This client has been closed; make a new one")
        loop = asyncio.get_running_loop()
        process, http, _ = self._held.get(loop, (None, None, None))
        if http is None or process != os.getpid():
            http, lifetime = self._next(make), None
            if http is not self._given:
                lifetime = _until_nobody_needs(http)
                await anext(lifetime)
            self._held[loop] = (os.getpid(), http, lifetime)
        return http

    def _next(self, make: Callable[[], httpx2.AsyncClient]) -> httpx2.AsyncClient:
        if self._given is None:
            return make()
        fresh: Callable[[], httpx2.AsyncClient] | None = getattr(self._given, "fresh", None)
        if self._given_is_free or fresh is None:
            self._given_is_free = False
            return self._given
        return fresh()

    async def close(self) -> None:
        """Close this loop's connections; those of other loops end with their loops."""
        self.is_closed = True
        process, http, _ = self._held.pop(asyncio.get_running_loop(), (None, None, None))
        if http is not None and process == os.getpid():
            await http.aclose()
        elif self._given is not None and self._given_is_free:
            await self._given.aclose()


async def _until_nobody_needs(http: httpx2.AsyncClient) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await http.aclose()


class AsyncAhead(Generic[T]):
    """``fetch`` begun now, in its own task; calling this gives the result. If that failed, the next call fetches."""

    def __init__(self, fetch: Callable[[], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._task: asyncio.Future[T] | None = asyncio.ensure_future(fetch())
        # A walk may be dropped here; an error that nobody waited for is then nobody's.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def __call__(self) -> T:
        task, self._task = self._task, None
        return await (self._fetch() if task is None else task)


class AsyncListChatsPaginator(Generic[T]):
    """What ``list_chats`` gives at once: ``await`` it for the first page, or iterate over the chats of all pages."""

    def __init__(self, fetch: Callable[[], Awaitable[AsyncListChatsPagination[T]]], prefetch: int) -> None:
        self._fetch = fetch
        self._prefetch = prefetch

    def __await__(self) -> Generator[Any, Any, AsyncListChatsPagination[T]]:
        return self._fetch().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        from linq._async.pages import AsyncItems, AsyncPages  # noqa: PLC0415 - needs pydantic, which clients load late

        return AsyncItems(AsyncPages(self._fetch, self._prefetch))


def paginated(fetch: Callable[[], Awaitable[AsyncListChatsPagination[T]]], prefetch: int) -> AsyncListChatsPaginator[T]:
    """What a list method gives: here a promise of the first page."""
    return AsyncListChatsPaginator(fetch, prefetch)
