"""Faults on demand: a queue of what is to go wrong, each for the next request or requests that it is meant for."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import httpx2

from trunkline.domain.errors import InternalError, TooManyRequests, TrunklineError

When: TypeAlias = Callable[[httpx2.Request], bool]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The envelope of an error instead of an answer. ``retry_after`` is in seconds; None leaves the header out."""

    error: TrunklineError
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection ends without an answer; ``halfway`` through it, when the service has done what was asked."""

    halfway: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer takes so many seconds; None is longer than any client waits."""

    seconds: float | None


Effect: TypeAlias = Refuse | Drop | Delay


@dataclass(slots=True)
class _Fault:
    name: str
    effect: Effect
    left: int | None
    """How many requests it is still for; None is every one."""
    when: When | None
    struck: bool = False


class Faults:
    """What is to go wrong. Each request takes the first fault in the queue that is meant for it.

    ``times`` is how many requests a fault is for; None is every one until ``clear``. ``when`` says of a request whether
    the fault is meant for it; without it, it is meant for any.
    """

    def __init__(self) -> None:
        self._queue: list[_Fault] = []
        self._turn = Lock()  # the test adds, the service's thread takes

    def rate_limit(self, times: int | None = 1, *, retry_after: int = 0, when: When | None = None) -> None:
        """429 with code 1007. ``retry_after`` is the seconds that the SDK waits before it tries again."""
        if retry_after < 0:
            raise ValueError(f"retry_after is seconds from 0 up, not {retry_after}")
        self._add("rate_limit()", Refuse(TooManyRequests(retry_after), None), times, when)

    def error(self, times: int | None = 1, *, retry_after: int | None = 0, when: When | None = None) -> None:
        """500 with code 3006.

        ``retry_after`` lets the SDK try again at once; with None it waits as long as it thinks best, half a second and
        more.
        """
        error = InternalError("something failed on our side; the trace id finds it in the log")
        self._add("error()", Refuse(error, retry_after), times, when)

    def drop(self, times: int | None = 1, *, halfway: bool = False, when: When | None = None) -> None:
        """A connection that ends before the answer, or ``halfway`` through it: the service has then done its work."""
        self._add("drop()", Drop(halfway), times, when)

    def slow(self, seconds: float, times: int | None = 1, *, when: When | None = None) -> None:
        """An answer that takes so long, in real time; a client that waits less gets its timeout, when it is due."""
        if seconds < 0:
            raise ValueError(f"an answer takes seconds from 0 up, not {seconds}")
        self._add(f"slow({seconds:g})", Delay(seconds), times, when)

    def timeout(self, times: int | None = 1, *, when: When | None = None) -> None:
        """An answer that no client waits for: the timeout fires, and at once, whatever the client's is."""
        self._add("timeout()", Delay(None), times, when)

    def clear(self) -> None:
        """Forgets every fault, and that any was unused."""
        with self._turn:
            self._queue.clear()

    @property
    def unused(self) -> list[str]:
        """The faults that have not struck as often as they were to, each as it was asked for."""
        with self._turn:
            return [
                fault.name if fault.left in (None, 1) else f"{fault.name}, {fault.left} times"
                for fault in self._queue
                if fault.left is not None or not fault.struck
            ]

    def take(self, request: httpx2.Request) -> Effect | None:
        """What goes wrong with this request; it is then off the queue."""
        with self._turn:
            for fault in self._queue:
                if fault.when is None or fault.when(request):
                    fault.struck = True
                    if fault.left is not None:
                        fault.left -= 1
                        self._queue = [each for each in self._queue if each.left != 0]
                    return fault.effect
        return None

    def _add(self, name: str, effect: Effect, times: int | None, when: When | None) -> None:
        if times is not None and times < 1:
            raise ValueError(f"a fault strikes once or more, or every time (None), not {times} times")
        with self._turn:
            self._queue.append(_Fault(name, effect, times, when))
