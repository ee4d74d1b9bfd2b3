"""Faults on demand: a queue of faults, each for the next matching requests."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import httpx2

from trunkline.domain.errors import InternalError, TooManyRequests, TrunklineError

When: TypeAlias = Callable[[httpx2.Request], bool]


@dataclass(frozen=True, slots=True)
class Fail:
    """An error response. ``retry_after`` is in seconds; None omits the header."""

    error: TrunklineError
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection ends without a response; with ``halfway``, in the middle of it, after the service has done its
    work.
    """

    halfway: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """The response takes this number of seconds; None is longer than any client waits."""

    seconds: float | None


Effect: TypeAlias = Fail | Drop | Delay


@dataclass(slots=True)
class _Fault:
    name: str
    effect: Effect
    left: int | None
    """For how many more requests; None is all of them."""
    when: When | None
    occurred: bool = False


class Faults:
    """A queue of faults. Each request takes the first one that matches it.

    ``times`` is the number of requests that a fault applies to; None is all until ``clear``. ``when`` decides whether a
    fault matches a request; without it, the fault matches every request.
    """

    def __init__(self) -> None:
        self._queue: list[_Fault] = []
        self._turn = Lock()  # the test adds faults, the service's thread takes them

    def rate_limit(self, times: int | None = 1, *, retry_after: int = 0, when: When | None = None) -> None:
        """429 with code 1007. ``retry_after`` is how many seconds the SDK waits before it retries."""
        if retry_after < 0:
            raise ValueError(f"retry_after is {retry_after}; it must be at least 0 seconds")
        self._add("rate_limit()", Fail(TooManyRequests(retry_after), None), times, when)

    def error(self, times: int | None = 1, *, retry_after: int | None = 0, when: When | None = None) -> None:
        """500 with code 3006.

        With ``retry_after``, the SDK retries after that many seconds; with None, after its own delay of half a second
        or more.
        """
        error = InternalError("something failed in the service; its log has the details under the trace id")
        self._add("error()", Fail(error, retry_after), times, when)

    def drop(self, times: int | None = 1, *, halfway: bool = False, when: When | None = None) -> None:
        """Ends the connection before the response, or ``halfway`` through it: then the service has done its work."""
        self._add("drop()", Drop(halfway), times, when)

    def slow(self, seconds: float, times: int | None = 1, *, when: When | None = None) -> None:
        """Delays the response, in real time. A client with a shorter timeout gets its timeout, when it is due."""
        if seconds < 0:
            raise ValueError(f"the delay is {seconds}; it must be at least 0 seconds")
        self._add(f"slow({seconds:g})", Delay(seconds), times, when)

    def timeout(self, times: int | None = 1, *, when: When | None = None) -> None:
        """Makes the client's timeout fire at once, however long it is."""
        self._add("timeout()", Delay(None), times, when)

    def clear(self) -> None:
        """Removes every fault, so that none counts as unused."""
        with self._turn:
            self._queue.clear()

    @property
    def unused(self) -> list[str]:
        """The faults that have not occurred as often as requested, each as it was requested."""
        with self._turn:
            return [
                fault.name if fault.left in (None, 1) else f"{fault.name}, {fault.left} times"
                for fault in self._queue
                if fault.left is not None or not fault.occurred
            ]

    def take(self, request: httpx2.Request) -> Effect | None:
        """Takes the fault for this request off the queue."""
        with self._turn:
            for fault in self._queue:
                if fault.when is None or fault.when(request):
                    fault.occurred = True
                    if fault.left is not None:
                        fault.left -= 1
                        self._queue = [each for each in self._queue if each.left != 0]
                    return fault.effect
        return None

    def _add(self, name: str, effect: Effect, times: int | None, when: When | None) -> None:
        if times is not None and times < 1:
            raise ValueError(f"times is {times}; it must be at least 1, or None for every request")
        with self._turn:
            self._queue.append(_Fault(name, effect, times, when))
