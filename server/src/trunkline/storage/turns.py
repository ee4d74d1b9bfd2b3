"""Turns: who writes next in this process (docs/decisions/0025).

    partner A   results, reports ──▶ ┐
                requests ──────────▶ ┴──▶ one at a time ──▶ ┐
    partner B   …                    ───▶ one at a time ──▶ ┴──▶ the writing connections, each partner in turn

A write takes its turn before it takes a connection, so a partner that writes much occupies one connection, and its
other writes wait here. A write that waits is cancelled like any other; its place is then free at once.

A write that has an open transaction can hand its turn on with it, so that the next one joins it (``group_commit``).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeAlias, TypeVar

from trunkline.domain.context import Origin
from trunkline.domain.errors import Busy, TooManyRequests

MAX_WAITING = 500
"""The number of requests of a partner that may wait for their turn in a process."""

MAX_WAIT = 30.0
"""How long one of them may wait, in seconds."""

INTERNAL_IN_A_ROW = 4
"""The number of results and reports that go ahead of a request that waits."""

FULL_RETRY_AFTER = 1  # s, for a request beyond ``MAX_WAITING``
BUSY_RETRY_AFTER = 5  # s, for a request beyond ``MAX_WAIT``

T = TypeVar("T")

Writer: TypeAlias = tuple[int, bool]
"""A partner with its changes, or with its claims, which do not wait for the changes."""


def writer_of(partner_id: int, origin: Origin) -> Writer:
    """Whose turn a write takes."""
    return partner_id, origin is Origin.CLAIM


class _Waiting(Generic[T]):
    """A write that waits for its turn: given None, it begins a transaction; given another's, it joins that."""

    __slots__ = ("joins", "turn")

    def __init__(self, *, joins: bool) -> None:
        self.turn: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self.joins = joins


class _Writes(Generic[T]):
    """The writes of a writer: whether one is in progress, and those that wait."""

    __slots__ = ("in_a_row", "internal", "is_writing", "requests")

    def __init__(self, *, is_writing: bool) -> None:
        self.is_writing = is_writing
        self.internal: deque[_Waiting[T]] = deque()
        self.requests: deque[_Waiting[T]] = deque()
        self.in_a_row = 0
        """How many internal writes went ahead of the first request."""

    def first(self) -> _Waiting[T] | None:
        """The write that is next, which goes on waiting; None if none waits."""
        for waiting in (self.internal, self.requests):
            while waiting and waiting[0].turn.done():  # it is being cancelled
                waiting.popleft()
        goes_ahead = bool(self.internal) and (not self.requests or self.in_a_row < INTERNAL_IN_A_ROW)
        waiting = self.internal if goes_ahead else self.requests
        return waiting[0] if waiting else None

    def begin_first(self, shared: T | None) -> None:
        """Gives the write that is next its turn."""
        first = self.first()
        if first is not None:
            goes_ahead = bool(self.internal) and self.internal[0] is first
            (self.internal if goes_ahead else self.requests).popleft()
            self.in_a_row = self.in_a_row + 1 if goes_ahead and self.requests else 0
            self.is_writing = True
            first.turn.set_result(shared)


class Turns(Generic[T]):
    """Gives the writes of a process their turns: at most ``places`` at once, and at most one of each writer.

    ``mixes_partners`` says that a transaction can have changes of several partners.
    """

    def __init__(self, places: int, *, mixes_partners: bool = False) -> None:
        self._free = places
        self._mixes_partners = mixes_partners
        self._writes: dict[Writer, _Writes[T]] = {}
        """Of the writers that write or wait."""
        self._next: deque[Writer] = deque()
        """Those that wait and do not write, in the order of their turns."""

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return sum([len(each.internal) + len(each.requests) for each in self._writes.values()])

    def turn(self, partner_id: int, origin: Origin) -> "_Turn":
        """Waits for the partner's turn, and has it until the end of the block.

        Raises ``TooManyRequests`` or ``Busy`` for a request that cannot wait, or cannot wait any longer.
        """
        return _Turn(self, writer_of(partner_id, origin), origin)

    async def begin(self, writer: Writer, origin: Origin, decline: Callable[[T], None] | None = None) -> T | None:
        """Begins a turn. Returns the transaction that the write joins; None if it begins one.

        A write that does not join has no ``decline``, which passes a transaction on that the write cannot join any
        more, because it is being cancelled.
        """
        if self._free and writer not in self._writes:
            # Nobody waits for a place while one is free.
            self._free -= 1
            self._writes[writer] = _Writes(is_writing=True)
            return None
        return await self._wait(writer, origin, decline)

    async def _wait(self, writer: Writer, origin: Origin, decline: Callable[[T], None] | None) -> T | None:
        writes = self._writes.get(writer)
        if writes is None:
            writes = self._writes[writer] = _Writes(is_writing=False)
            self._next.append(writer)
        is_request = origin is Origin.CLIENT
        waiting = writes.requests if is_request else writes.internal
        if is_request and len(waiting) >= MAX_WAITING:
            raise TooManyRequests(FULL_RETRY_AFTER, f"{MAX_WAITING} of your requests are waiting to be carried out")
        mine = _Waiting[T](joins=decline is not None)
        waiting.append(mine)
        try:
            async with asyncio.timeout(MAX_WAIT if is_request else None):
                return await mine.turn
        except BaseException as error:
            if mine.turn.done() and not mine.turn.cancelled():
                shared = mine.turn.result()
                if shared is None or decline is None:
                    self.end(writer)
                else:
                    decline(shared)
            else:
                with suppress(ValueError):
                    waiting.remove(mine)
                self._forget_if_idle(writer)
            if isinstance(error, TimeoutError):
                raise Busy(BUSY_RETRY_AFTER) from None
            raise

    def is_busy(self, writer: Writer) -> bool:
        """Whether the writer has a turn, or waits for one."""
        return writer in self._writes

    def has_waiting(self, writer: Writer) -> bool:
        """Whether a write of the writer waits."""
        writes = self._writes.get(writer)
        return writes is not None and writes.first() is not None

    def has_request(self, writer: Writer) -> bool:
        """Whether a request of the writer waits."""
        writes = self._writes.get(writer)
        return writes is not None and any(not each.turn.done() for each in writes.requests)

    def others_wait(self) -> bool:
        """Whether another writer waits for a place."""
        return any(self.has_waiting(writer) for writer in self._next)

    def hand_on(self, writer: Writer, shared: T) -> bool:
        """Ends a turn by giving it, with its transaction, to the write that is next.

        Returns False, and the turn goes on, if none waits, or the next one does not join.
        """
        next_writer = self.next_to_join(writer)
        first = self._writes[next_writer].first()
        if first is None or not first.joins:
            return False
        if next_writer != writer:
            self._next.popleft()
            self._writes[writer].is_writing = False
            self._next.append(writer)
            self._forget_if_idle(writer)
        self._writes[next_writer].begin_first(shared)
        return True

    def next_to_join(self, writer: Writer) -> Writer:
        """Who has the next turn in the transaction of a writer, which is the last of those who wait."""
        while self._mixes_partners and self._next:
            if self.has_waiting(self._next[0]):
                return self._next[0]
            del self._writes[self._next.popleft()]
        return writer

    def end(self, writer: Writer) -> None:
        """Ends a turn, and gives the next ones."""
        self._free += 1
        self._writes[writer].is_writing = False
        self._next.append(writer)
        while self._free and self._next:
            writer = self._next.popleft()
            writes = self._writes[writer]
            if writes.first() is None:
                del self._writes[writer]
                continue
            self._free -= 1
            writes.begin_first(None)

    def _forget_if_idle(self, writer: Writer) -> None:
        writes = self._writes.get(writer)
        if writes is not None and not (writes.is_writing or writes.internal or writes.requests):
            del self._writes[writer]
            self._next.remove(writer)


class _Turn:
    """A turn as a context. As a generator, it would take every write 1 µs longer."""

    __slots__ = ("_origin", "_turns", "_writer")

    def __init__(self, turns: Turns[Any], writer: Writer, origin: Origin) -> None:
        self._turns = turns
        self._writer = writer
        self._origin = origin

    async def __aenter__(self) -> None:
        await self._turns.begin(self._writer, self._origin)

    async def __aexit__(self, *error: object) -> None:
        self._turns.end(self._writer)
