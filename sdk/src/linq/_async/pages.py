"""Pages that can fetch the next one, and the walks over them.

A walk is an object that knows its place, not a generator: when a page cannot be had, the error goes to the caller, and
the next step asks for that same page again.
"""

# A model's own __iter__ goes over its fields; a page goes over its items.
# mypy: disable-error-code="override"

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import PrivateAttr

from linq._async._runtime import AsyncAhead
from linq._errors import LinqApiv3Error
from linq._page import CursorPage, check_prefetch, following
from linq._request import Call

T = TypeVar("T")
PageT = TypeVar("PageT", bound="AsyncPage[Any]")


@dataclass(frozen=True, slots=True)
class AsyncOrigin:
    """Where a page came from: the call that fetched it, and how to make another like it."""

    call: Call
    fetch: Callable[[Call], Awaitable[Any]]
    prefetch: int


class AsyncPage(CursorPage[T], Generic[T]):
    """One page of a list. ``async for item in page`` goes on through every page after it.

    The items and ``next_cursor`` are this page's; ``iter_pages`` walks page by page, so that a walk can be stopped
    anywhere and resumed later with ``cursor=page.next_cursor`` and the same parameters otherwise.
    """

    _origin: AsyncOrigin | None = PrivateAttr(default=None)

    def come_from(self, origin: AsyncOrigin) -> Self:
        """This page, able to fetch the next one."""
        self._origin = origin
        return self

    async def get_next_page(self) -> Self:
        """The page after this one. Raises ``LinqApiv3Error`` at the end, and ``APIError`` when it cannot be fetched."""
        if self._origin is None:
            raise LinqApiv3Error("This page was not fetched by a client, so it cannot fetch the next one")
        page: Self = await self._origin.fetch(following(self._origin.call, self))
        return page

    def iter_pages(self, *, prefetch: int | None = None) -> AsyncIterator[Self]:
        """This page and every page after it. ``prefetch`` is as the list method was told, unless given: see there."""
        told = self._origin.prefetch if self._origin else 0
        return AsyncPages(self._this, check_prefetch(told if prefetch is None else prefetch))

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncItems(self.iter_pages())

    async def _this(self) -> Self:
        return self


class AsyncListChatsPagination(AsyncPage[T], Generic[T]):
    """One page of chats."""

    chats: list[T]
    next_cursor: str | None = None

    def page_items(self) -> list[T]:
        return self.chats


class AsyncListMessagesPagination(AsyncPage[T], Generic[T]):
    """One page of messages."""

    messages: list[T]
    next_cursor: str | None = None

    def page_items(self) -> list[T]:
        return self.messages


class AsyncPages(Generic[PageT]):
    """Page after page. ``_fetch`` is the place: how to get the next one, None at the end."""

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
            self._fetch = AsyncAhead(page.get_next_page) if self._prefetch else page.get_next_page
        return page


class AsyncItems(Generic[T]):
    """Item after item of a walk over pages."""

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
