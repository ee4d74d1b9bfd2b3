"""What has no counterpart in the other world; ``_sync/_runtime.py`` is written by hand too, under the same names.

The rest of ``_async`` is plain code with ``await`` in it, and ``_sync`` is generated from it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from linq._errors import LinqApiv3Error

if TYPE_CHECKING:
    import httpx2

    from linq._async.pages import AsyncListChatsPagination, AsyncListMessagesPagination, AsyncPage
    from linq._http import DefaultAsyncHttpxClient

T = TypeVar("T")
PageT = TypeVar("PageT", bound="AsyncPage[Any]")

sleep = asyncio.sleep


@dataclass(frozen=True, slots=True)
class _Held:
    """An HTTP client in use in one loop of one process, and what closes it; None where that is kept elsewhere."""

    process: int
    http: httpx2.AsyncClient
    lifetime: AsyncGenerator[None] | None


class AsyncHttpSource:
    """Hands out the HTTP client for the running event loop; shared by a client and its ``with_options`` copies.

    A connection belongs to the event loop it was opened in (and to the process), so every loop gets a client of its
    own. Each ends with its loop, or with this object: an async generator waits at its ``yield`` for either, because
    ``asyncio.run`` closes the generators of its loop, and a loop closes those that nobody holds any longer.
    A ``DefaultAsyncHttpxClient`` that the caller brought serves the first loop; one of another kind serves them all,
    since only the caller knows how to make its like.
    """

    def __init__(self, given: httpx2.AsyncClient | None) -> None:
        self.is_closed = False
        self._given = given
        self._held: WeakKeyDictionary[asyncio.AbstractEventLoop, _Held] = WeakKeyDictionary()

    async def get(self, kind: type[DefaultAsyncHttpxClient]) -> httpx2.AsyncClient:
        """The client for this loop. Raises ``LinqApiv3Error`` once closed."""
        if self.is_closed:
            raise LinqApiv3Error("This client has been closed; make a new one")
        given = self._given
        if given is not None and not isinstance(given, kind):
            return given
        loop = asyncio.get_running_loop()
        held = self._held.get(loop)
        if held is None or held.process != os.getpid():
            held = self._held[loop] = await _opened(kind, given)
        return held.http

    async def close(self) -> None:
        """Close this loop's connections; those of other loops end with their loops."""
        self.is_closed = True
        held = self._held.pop(asyncio.get_running_loop(), None)
        if held is not None and held.process == os.getpid():
            await held.http.aclose()
        elif self._given is not None and not self._held:
            await self._given.aclose()


async def _opened(kind: type[DefaultAsyncHttpxClient], given: DefaultAsyncHttpxClient | None) -> _Held:
    if given is not None and given.lifetime is None:
        # It is the caller's: dropping our client must not close it, so it keeps its lifetime itself.
        given.lifetime = await _begun(given)
        return _Held(os.getpid(), given, None)
    http = kind() if given is None else given.fresh()
    return _Held(os.getpid(), http, await _begun(http))


async def _begun(http: httpx2.AsyncClient) -> AsyncGenerator[None]:
    async def until_nobody_needs_it() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await http.aclose()

    lifetime = until_nobody_needs_it()
    await anext(lifetime)
    return lifetime


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


class AsyncPaginator(Generic[PageT, T]):
    """What a list method gives at once: ``await`` it for the first page, or iterate over the items of all pages."""

    def __init__(self, fetch: Callable[[], Awaitable[PageT]], prefetch: int) -> None:
        self._fetch = fetch
        self._prefetch = prefetch

    def __await__(self) -> Generator[Any, Any, PageT]:
        return self._fetch().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        from linq._async.pages import AsyncItems, AsyncPages  # noqa: PLC0415 - needs pydantic, which clients load late

        return AsyncItems(AsyncPages(self._fetch, self._prefetch))


if TYPE_CHECKING:
    AsyncListChatsPaginator: TypeAlias = AsyncPaginator[AsyncListChatsPagination[T], T]
    AsyncListMessagesPaginator: TypeAlias = AsyncPaginator[AsyncListMessagesPagination[T], T]


def paginated(fetch: Callable[[], Awaitable[PageT]], prefetch: int) -> AsyncPaginator[PageT, Any]:
    """What a list method gives: here a promise of the first page."""
    return AsyncPaginator(fetch, prefetch)
