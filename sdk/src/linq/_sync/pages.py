# Generated from _async/pages.py by sdk/tools/generate_sync.py: change that, then run this.
"""Pages that can fetch the next one, and the walks over them.

A walk is an object that knows its place, not a generator: when a page cannot be had, the error goes to the caller, and
the next step asks for that same page again.
"""

# A model's own __iter__ goes over its fields; a page goes over its items.
# mypy: disable-error-code="override"

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import PrivateAttr

from linq._errors import LinqApiv3Error
from linq._page import CursorPage, check_prefetch, following
from linq._request import Call
from linq._sync._runtime import Ahead

T = TypeVar("T")
PageT = TypeVar("PageT", bound="Page[Any]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page came from: the call that fetched it, and how to make another like it."""

    call: Call
    fetch: Callable[[Call], Any]
    prefetch: int


class Page(CursorPage[T], Generic[T]):
    """One page of a list. ``for item in page`` goes on through every page after it.

    The items and ``next_cursor`` are this page's; ``iter_pages`` walks page by page, so that a walk can be stopped
    anywhere and resumed later with ``cursor=page.next_cursor`` and the same parameters otherwise.
    """

    _origin: Origin | None = PrivateAttr(default=None)

    def come_from(self, origin: Origin) -> Self:
        """This page, able to fetch the next one."""
        self._origin = origin
        return self

    def get_next_page(self) -> Self:
        """The page after this one. Raises ``LinqApiv3Error`` at the end, and ``APIError`` when it cannot be fetched."""
        if self._origin is None:
            raise LinqApiv3Error("This page was not fetched by a client, so it cannot fetch the next one")
        page: Self = self._origin.fetch(following(self._origin.call, self))
        return page

    def iter_pages(self, *, prefetch: int | None = None) -> Iterator[Self]:
        """This page and every page after it. ``prefetch`` is as the list method was told, unless given: see there."""
        told = self._origin.prefetch if self._origin else 0
        return Pages(self._this, check_prefetch(told if prefetch is None else prefetch))

    def __iter__(self) -> Iterator[T]:
        return Items(self.iter_pages())

    def _this(self) -> Self:
        return self


class SyncListChatsPagination(Page[T], Generic[T]):
    """One page of chats."""

    chats: list[T]
    next_cursor: str | None = None

    def page_items(self) -> list[T]:
        return self.chats


class SyncListMessagesPagination(Page[T], Generic[T]):
    """One page of messages."""

    messages: list[T]
    next_cursor: str | None = None

    def page_items(self) -> list[T]:
        return self.messages


class Pages(Generic[PageT]):
    """Page after page. ``_fetch`` is the place: how to get the next one, None at the end."""

    def __init__(self, fetch: Callable[[], PageT], prefetch: int) -> None:
        self._fetch: Callable[[], PageT] | None = fetch
        self._prefetch = prefetch

    def __iter__(self) -> Iterator[PageT]:
        return self

    def __next__(self) -> PageT:
        if self._fetch is None:
            raise StopIteration
        page = self._fetch()
        if not page.has_next_page():
            self._fetch = None
        else:
            self._fetch = Ahead(page.get_next_page) if self._prefetch else page.get_next_page
        return page


class Items(Generic[T]):
    """Item after item of a walk over pages."""

    def __init__(self, pages: Iterator[Page[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((next(self._pages)).page_items() or ())
