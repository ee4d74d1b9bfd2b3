# Generated from _async/pages.py by sdk/tools/generate_sync.py; run make generate.
"""Pages that can fetch the next page, and the iterators over pages and items.

The iterators are objects, not generators. When a page cannot be fetched, the error reaches the caller, and the next
step requests that same page again. A generator would be finished.
"""

# A model's own __iter__ yields fields; a page's yields items.
# mypy: disable-error-code="override"

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, Self, TypeVar

from pydantic import PrivateAttr

from linq._errors import LinqApiv3Error
from linq._page import CursorPage, PageModel, next_request
from linq._request import Request, check_prefetch
from linq._sync._runtime import Prefetched, paginated
from linq._sync.response import APIResponse

T = TypeVar("T")
R = TypeVar("R")
PageT = TypeVar("PageT", bound="Pages")


class Sender(Protocol):
    """What a page needs from the transport."""

    def send(self, request: Request[R]) -> R: ...

    def send_raw(self, request: Request[R]) -> APIResponse[R]: ...


@dataclass(frozen=True, slots=True)
class Binding:
    """How a page was fetched, and how to fetch another."""

    sender: Sender
    request: Request[object]
    sync_token: str | None


class BoundPage(PageModel):
    """A page that knows the request that fetched it."""

    _binding: Binding | None = PrivateAttr(default=None)

    def bind(self, sender: Sender, request: Request[object], headers: Mapping[str, str]) -> None:
        """Let this page fetch the next one. Not part of the public interface."""
        self._binding = Binding(sender, request, headers.get("x-sync-token"))


class Page(CursorPage[T], BoundPage, Generic[T]):
    """One page of a list. ``for item in page`` continues through every page after it.

    The items and ``next_cursor`` are this page's. ``iter_pages`` yields page by page, so that you can stop anywhere and
    resume later with ``cursor=page.next_cursor`` and the same parameters otherwise.
    """

    @classmethod
    def paginate(cls, sender: Sender, request: Request[object]) -> Self:
        """The result of a list method for this request. Not part of the public interface."""
        first = partial(sender.send, request.with_result(cls))
        return paginated(first, lambda: ItemIterator(PageIterator(first, request.prefetch)))

    def get_next_page(self) -> Self:
        """Fetch the page after this one. Raises ``NoNextPageError`` on the last page, and ``APIError``."""
        if self._binding is None:
            raise LinqApiv3Error("This page was not fetched by a client, so it cannot fetch the next one")
        return self._binding.sender.send(next_request(self._binding.request, self, type(self)))

    def prefetch_next_page(self) -> Callable[[], Self]:
        """Start to fetch the next page; a call returns it. Not part of the public interface."""
        if self._binding is None:
            return self.get_next_page
        return PrefetchedPage(partial(_next_response, self._binding, self, type(self)))

    def iter_pages(self, *, prefetch: int | None = None) -> Iterator[Self]:
        """This page and every page after it.

        :param prefetch: as for the list method, whose value is the default
        """
        default = self._binding.request.prefetch if self._binding else 0
        return PageIterator(self._this, check_prefetch(default if prefetch is None else prefetch))

    def __iter__(self) -> Iterator[T]:
        return ItemIterator(self.iter_pages())

    def _this(self) -> Self:
        return self


def _next_response(binding: Binding, page: Page[T], kind: type[R]) -> APIResponse[R]:
    return binding.sender.send_raw(next_request(binding.request, page, kind))


class PrefetchedPage(Generic[R]):
    """A page whose response is fetched now, and parsed by the caller.

    If the interpreter exits while another thread runs pydantic, the process aborts.
    """

    def __init__(self, fetch: Callable[[], APIResponse[R]]) -> None:
        self._response = Prefetched(fetch)

    def __call__(self) -> R:
        response = self._response()
        return response.parse()


class SyncListChatsPagination(Page[T], Generic[T]):
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


class SyncListMessagesPagination(Page[T], Generic[T]):
    """One page of messages."""

    messages: list[T]
    next_cursor: str | None = None

    def page_items(self) -> list[T]:
        return self.messages


class Pages(Protocol):
    """What the page iterator needs from a page."""

    def has_next_page(self) -> bool: ...

    def get_next_page(self) -> Self: ...

    def prefetch_next_page(self) -> Callable[[], Self]: ...


class PageIterator(Generic[PageT]):
    """Yields page after page. ``_fetch`` fetches the next one; it is None after the last page."""

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
            self._fetch = page.prefetch_next_page() if self._prefetch else page.get_next_page
        return page


class ItemIterator(Generic[T]):
    """Yields item after item of these pages."""

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
