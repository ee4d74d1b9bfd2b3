"""What the two halves do differently. ``_async/_runtime.py`` has the same names and is written by hand too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from linq._errors import LinqApiv3Error
from linq._lazy import importing

if TYPE_CHECKING:
    from linq._http import DefaultHttpxClient

T = TypeVar("T")
PageT = TypeVar("PageT")

sleep = time.sleep


class HttpxClientLike(Protocol):
    """An ``httpx2.Client`` or an ``httpx.Client``: what the SDK needs from it."""

    @property
    def timeout(self) -> object: ...

    @property
    def follow_redirects(self) -> bool: ...

    @property
    def build_request(self) -> Callable[..., Any]: ...

    @property
    def send(self) -> Callable[..., Any]: ...

    def close(self) -> None: ...


class HttpSource:
    """Provides the HTTP client for this process; shared by a client, its ``with_options`` copies and their threads.

    A connection must not be used on both sides of a fork, so every process gets its own HTTP client. The child leaves
    the parent's alone, because another thread may have held a lock of its pool at the fork. This class has no lock
    for the same reason: two threads that arrive first at once make two HTTP clients, and one is closed unused.
    ``DefaultHttpxClient`` closes itself when nothing references it any longer.
    A ``DefaultHttpxClient`` from the caller serves the process in which it was passed. An HTTP client of any other
    class serves every process, because only the caller knows how to make another.
    """

    def __init__(self, given: HttpxClientLike | None) -> None:
        self.is_closed = False
        self.given = given
        self._held: dict[int, HttpxClientLike] = {} if given is None else {os.getpid(): given}

    def get(self, kind: type[DefaultHttpxClient]) -> HttpxClientLike:
        """The client for this process. Raises ``LinqApiv3Error`` once closed."""
        if self.is_closed:
            raise LinqApiv3Error("This client has been closed; make a new one")
        process = os.getpid()
        held = self._held.get(process)
        if held is not None:
            return held
        given = self.given
        if given is not None and not isinstance(given, kind):
            return given
        with importing:  # httpx2 imports the rest of its modules here
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


class Prefetched(Generic[T]):
    """``fetch``, started now in its own thread; a call returns its result. After a failure, the next call fetches."""

    def __init__(self, fetch: Callable[[], T]) -> None:
        self._fetch = fetch
        self._future: Future[T] | None = Future()
        # A daemon thread, so that an iterator that was dropped does not delay the end of the program.
        Thread(target=_run, args=(self._future, fetch), name="linq-prefetch", daemon=True).start()

    def __call__(self) -> T:
        future, self._future = self._future, None
        return self._fetch() if future is None else future.result()


def _run(future: Future[T], fetch: Callable[[], T]) -> None:
    try:
        future.set_result(fetch())
    except BaseException as error:
        future.set_exception(error)


def paginated(first: Callable[[], PageT], items: Callable[[], Iterator[T]]) -> PageT:
    """The result of a list method: here the first page itself, which iterates over the items of all pages."""
    return first()
