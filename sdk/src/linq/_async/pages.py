"""Pages that can fetch the next page, and the iterators over pages and items.

The iterators are objects, not generators. When a page cannot be fetched, the error reaches the caller, and the next
step requests that same page again. A generator would be finished.
"""

# A model's own __iter__ yields fields; a page's yields items.
# mypy: disable-error-code="override"

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, Self, TypeVar

from pydantic import PrivateAttr

from linq._async._runtime import AsyncPaginator, AsyncPrefetched, paginated
from linq._async.response import AsyncAPIResponse
from linq._errors import LinqApiv3Error
from linq._page import CursorPage, PageModel, next_request
from linq._request import Request, check_prefetch

T = TypeVar("T")
R = TypeVar("R")
PageT = TypeVar("PageT", bound="AsyncPages")


class AsyncSender(Protocol):
    """What a page needs from the transport."""

    async def send(self, request: Request[R]) -> R: ...

    async def send_raw(self, request: Request[R]) -> AsyncAPIResponse[R]: ...


@dataclass(frozen=True, slots=True)
class AsyncBinding:
    """How a page was fetched, and how to fetch another."""

    sender: AsyncSender
    request: Request[object]
    sync_token: str | None


class AsyncBoundPage(PageModel):
    """A page that knows the request that fetched it."""

    _binding: AsyncBinding | None = PrivateAttr(default=None)

    def bind(self, sender: AsyncSender, request: Request[object], headers: Mapping[str, str]) -> None:
        """Let this page fetch the next one. Not part of the public interface."""
        self._binding = AsyncBinding(sender, request, headers.get("x-sync-token"))


class AsyncPage(CursorPage[T], AsyncBoundPage, Generic[T]):
    """One page of a list. ``async for item in page`` continues through every page after it.

    The items and ``next_cursor`` are this page's. ``iter_pages`` yields page by page, so that you can stop anywhere and
    resume later with ``cursor=page.next_cursor`` and the same parameters otherwise.
    """

    @classmethod
    def paginate(cls, sender: AsyncSender, request: Request[object]) -> AsyncPaginator[Self, T]:
        """The result of a list method for this request. Not part of the public interface."""
        first = partial(sender.send, request.with_result(cls))
        return paginated(first, lambda: AsyncItemIterator(AsyncPageIterator(first, request.prefetch)))

    async def get_next_page(self) -> Self:
        """Fetch the page after this one. Raises ``NoNextPageError`` on the last page, and ``APIError``."""
        if self._binding is None:
            raise LinqApiv3Error("This page was not fetched by a client, so it cannot fetch the next one")
        return await self._binding.sender.send(next_request(self._binding.request, self, type(self)))

    def prefetch_next_page(self) -> Callable[[], Awaitable[Self]]:
        """Start to fetch the next page; a call returns it. Not part of the public interface."""
        if self._binding is None:
            return self.get_next_page
        return AsyncPrefetchedPage(partial(_next_response, self._binding, self, type(self)))

    def iter_pages(self, *, prefetch: int | None = None) -> AsyncIterator[Self]:
        """This page and every page after it.

        :param prefetch: as for the list method, whose value is the default
        """
        default = self._binding.request.prefetch if self._binding else 0
        return AsyncPageIterator(self._this, check_prefetch(default if prefetch is None else prefetch))

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncItemIterator(self.iter_pages())

    async def _this(self) -> Self:
        return self


async def _next_response(binding: AsyncBinding, page: AsyncPage[T], kind: type[R]) -> AsyncAPIResponse[R]:
    return await binding.sender.send_raw(next_request(binding.request, page, kind))


class AsyncPrefetchedPage(Generic[R]):
    """A page whose response is fetched now, and parsed by the caller.

    If the interpreter exits while another thread runs pydantic, the process aborts.
    """

    def __init__(self, fetch: Callable[[], Awaitable[AsyncAPIResponse[R]]]) -> None:
        self._response = AsyncPrefetched(fetch)

    async def __call__(self) -> R:
        response = await self._response()
        return await response.parse()


class AsyncListChatsPagination(AsyncPage[T], Generic[T]):
    """One page of chats."""

    chats: list[T]
    next_cursor: str | None = None

    unmatched: list[str] | None = None
    """With ``updated_since`` and a filter: the ids of chats that have changed and do not match now. Only Trunkline has
    it."""

    @property
    def sync_token(self) -> str | None:
        """The header ``X-Sync-Token``: pass it as ``updated_since`` to get what changed after this page was read.

        None if the service does not send it. Only Trunkline does.
        """
        return self._binding.sync_token if self._binding else None

    def page_items(self) -> list[T]:
        return self.chats


class AsyncListMessagesPagination(AsyncPage[T], Generic[T]):
    """One page of messages."""

    messages: list[T]
    next_cursor: str | None = None

    def page_items(self) -> list[T]:
        return self.messages


class AsyncPages(Protocol):
    """What the page iterator needs from a page."""

    def has_next_page(self) -> bool: ...

    async def get_next_page(self) -> Self: ...

    def prefetch_next_page(self) -> Callable[[], Awaitable[Self]]: ...


class AsyncPageIterator(Generic[PageT]):
    """Yields page after page. ``_fetch`` fetches the next one; it is None after the last page."""

    def __init__(self, fetch: Callable[[], Awaitable[PageT]], prefetch: int) -> None:
        self._fetch: Callable[[], Awaitable[PageT]] | None = fetch
        self._prefetch = prefetch

    def __aiter__(self) -> AsyncIterator[PageT]:
        return self

    async def __anext__(self) -> PageT:
        if self._fetch is None:
            raise StopAsyncIteration
        page = await self._fetch()
        if not page.has_next_page():
            self._fetch = None
        else:
            self._fetch = page.prefetch_next_page() if self._prefetch else page.get_next_page
        return page


class AsyncItemIterator(Generic[T]):
    """Yields item after item of these pages."""

    def __init__(self, pages: AsyncIterator[AsyncPage[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).page_items() or ())
