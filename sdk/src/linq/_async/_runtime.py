"""What the two halves do differently. ``_sync/_runtime.py`` has the same names and is written by hand too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from linq._errors import LinqApiv3Error
from linq._lazy import importing

if TYPE_CHECKING:
    from linq._http import DefaultAsyncHttpxClient

T = TypeVar("T")
PageT = TypeVar("PageT")

sleep = asyncio.sleep


class AsyncHttpxClientLike(Protocol):
    """An ``httpx2.AsyncClient`` or an ``httpx.AsyncClient``: what the SDK needs from it."""

    @property
    def timeout(self) -> object: ...

    @property
    def follow_redirects(self) -> bool: ...

    @property
    def build_request(self) -> Callable[..., Any]: ...

    @property
    def send(self) -> Callable[..., Awaitable[Any]]: ...

    def aclose(self) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class _Held:
    """An HTTP client in use in one loop of one process, and what closes it (None if that is stored elsewhere)."""

    process: int
    http: AsyncHttpxClientLike
    lifetime: AsyncGenerator[None] | None


class AsyncHttpSource:
    """Provides the HTTP client for the running event loop; shared by a client and its ``with_options`` copies.

    A connection belongs to the event loop and the process that opened it, so every loop gets its own HTTP client. That
    client ends with its loop, or with this object: an async generator waits at its ``yield`` for either, because
    ``asyncio.run`` closes the generators of its loop, and a loop closes a generator that is no longer referenced.
    A ``DefaultAsyncHttpxClient`` from the caller serves the first loop. An HTTP client of any other class serves every
    loop, because only the caller knows how to make another.
    """

    def __init__(self, given: AsyncHttpxClientLike | None) -> None:
        self.is_closed = False
        self.given = given
        self._held: WeakKeyDictionary[asyncio.AbstractEventLoop, _Held] = WeakKeyDictionary()

    async def get(self, kind: type[DefaultAsyncHttpxClient]) -> AsyncHttpxClientLike:
        """The client for this loop. Raises ``LinqApiv3Error`` once closed."""
        if self.is_closed:
            raise LinqApiv3Error("This client has been closed; make a new one")
        given = self.given
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
        elif self.given is not None and not self._held:
            await self.given.aclose()


async def _opened(kind: type[DefaultAsyncHttpxClient], given: DefaultAsyncHttpxClient | None) -> _Held:
    if given is not None and given.lifetime is None:
        # It is the caller's: dropping our client must not close it, so it holds its generator itself.
        given.lifetime = await _until_dropped(given)
        return _Held(os.getpid(), given, None)
    with importing:  # httpx2 imports the rest of its modules here
        http = kind() if given is None else given.fresh()
    return _Held(os.getpid(), http, await _until_dropped(http))


async def _until_dropped(http: AsyncHttpxClientLike) -> AsyncGenerator[None]:
    """A started generator that closes ``http`` when it is closed."""

    async def wait() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await http.aclose()

    lifetime = wait()
    await anext(lifetime)
    return lifetime


class AsyncPrefetched(Generic[T]):
    """``fetch``, started now in its own task; a call returns its result. After a failure, the next call fetches."""

    def __init__(self, fetch: Callable[[], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._task: asyncio.Future[T] | None = asyncio.ensure_future(fetch())
        # If the iterator is dropped, nobody awaits the task: retrieve its error, or asyncio would log it.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def __call__(self) -> T:
        task, self._task = self._task, None
        return await (self._fetch() if task is None else task)


class AsyncPaginator(Generic[PageT, T]):
    """The result of a list method: ``await`` it for the first page, or iterate over the items of all pages."""

    def __init__(self, first: Callable[[], Awaitable[PageT]], items: Callable[[], AsyncIterator[T]]) -> None:
        self._first = first
        self._items = items

    def __await__(self) -> Generator[Any, Any, PageT]:
        return self._first().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        return self._items()


def paginated(first: Callable[[], Awaitable[PageT]], items: Callable[[], AsyncIterator[T]]) -> AsyncPaginator[PageT, T]:
    """The result of a list method: here nothing is sent before it is awaited or iterated."""
    return AsyncPaginator(first, items)
