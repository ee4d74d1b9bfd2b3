"""What has no counterpart in the other world; ``_async/_runtime.py`` is written by hand too, under the same names."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from linq._errors import LinqApiv3Error

if TYPE_CHECKING:
    import httpx2

    from linq._http import DefaultHttpxClient
    from linq._sync.pages import Page
    from linq._sync.pages import SyncListChatsPagination as SyncListChatsPagination  # noqa: PLC0414 - for the resources
    from linq._sync.pages import SyncListMessagesPagination as SyncListMessagesPagination  # noqa: PLC0414 - as well

T = TypeVar("T")
PageT = TypeVar("PageT", bound="Page[Any]")

sleep = time.sleep


class HttpSource:
    """Hands out the HTTP client for this process; shared by a client, its ``with_options`` copies and their threads.

    A connection must not be used on both sides of a fork, so every process gets a client of its own; the parent's is
    left alone in the child, since a lock of its pool may have been held at the fork. There is no lock here either, for
    the same reason: two threads that come first at once make two, and one of them is closed unused. When nobody holds
    this object any longer, ``DefaultHttpxClient`` closes itself.
    A ``DefaultHttpxClient`` that the caller brought serves the process it was brought in; one of another kind serves
    them all, since only the caller knows how to make its like.
    """

    def __init__(self, given: httpx2.Client | None) -> None:
        self.is_closed = False
        self._given = given
        self._held: dict[int, httpx2.Client] = {} if given is None else {os.getpid(): given}

    def get(self, kind: type[DefaultHttpxClient]) -> httpx2.Client:
        """The client for this process. Raises ``LinqApiv3Error`` once closed."""
        if self.is_closed:
            raise LinqApiv3Error("This client has been closed; make a new one")
        process = os.getpid()
        held = self._held.get(process)
        if held is not None:
            return held
        given = self._given
        if given is not None and not isinstance(given, kind):
            return given
        made = kind() if given is None else given.fresh()
        held = self._held.setdefault(process, made)
        if held is not made:
            made.close()
        return held

    def close(self) -> None:
        """Close this process's connections."""
        self.is_closed = True
        http = self._held.pop(os.getpid(), None)
        if http is not None:
            http.close()


class Ahead(Generic[T]):
    """``fetch`` begun now, in its own thread; calling this gives the result. If that failed, the next call fetches."""

    def __init__(self, fetch: Callable[[], T]) -> None:
        self._fetch = fetch
        self._future: Future[T] | None = Future()
        # A daemon: a walk that was dropped does not hold up the end of the program.
        Thread(target=_settle, args=(self._future, fetch), name="linq-prefetch", daemon=True).start()

    def __call__(self) -> T:
        future, self._future = self._future, None
        return self._fetch() if future is None else future.result()


def _settle(future: Future[T], fetch: Callable[[], T]) -> None:
    try:
        future.set_result(fetch())
    except BaseException as error:
        future.set_exception(error)


def paginated(fetch: Callable[[], PageT], prefetch: int) -> PageT:
    """What a list method gives: here the first page itself, which knows of ``prefetch`` from its own call."""
    return fetch()
