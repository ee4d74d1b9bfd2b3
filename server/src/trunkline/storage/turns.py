"""Turns: who writes next in this process (docs/decisions/0025).

    partner A   results, reports ──▶ ┐
                requests ──────────▶ ┴──▶ one at a time ──▶ ┐
    partner B   …                    ───▶ one at a time ──▶ ┴──▶ the writing connections, each partner in turn

A write takes its turn before it takes a connection, so a partner that writes much occupies one connection, and its
other writes wait here. A write that waits is cancelled like any other; its place is then free at once.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import TypeAlias

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

_Writer: TypeAlias = tuple[int, bool]
"""A partner with its changes, or with its claims, which do not wait for the changes."""


class _Writes:
    """The writes of a writer: whether one is in progress, and those that wait."""

    __slots__ = ("in_a_row", "internal", "is_writing", "requests")

    def __init__(self, *, is_writing: bool) -> None:
        self.is_writing = is_writing
        self.internal: deque[asyncio.Future[None]] = deque()
        self.requests: deque[asyncio.Future[None]] = deque()
        self.in_a_row = 0
        """How many internal writes went ahead of the first request."""

    def next(self) -> asyncio.Future[None] | None:
        """The write that is next; None if none waits."""
        while self.internal or self.requests:
            goes_ahead = bool(self.internal) and (not self.requests or self.in_a_row < INTERNAL_IN_A_ROW)
            turn = (self.internal if goes_ahead else self.requests).popleft()
            if not turn.done():  # otherwise, it is being cancelled
                self.in_a_row = self.in_a_row + 1 if goes_ahead and self.requests else 0
                return turn
        return None


class Turns:
    """Gives the writes of a process their turns: at most ``places`` at once, and at most one of each writer."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._writes: dict[_Writer, _Writes] = {}
        """Of the writers that write or wait."""
        self._next: deque[_Writer] = deque()
        """Those that wait and do not write, in the order of their turns."""

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return sum([len(each.internal) + len(each.requests) for each in self._writes.values()])

    def turn(self, partner_id: int, origin: Origin) -> "_Turn":
        """Waits for the partner's turn, and has it until the end of the block.

        Raises ``TooManyRequests`` or ``Busy`` for a request that cannot wait, or cannot wait any longer.
        """
        return _Turn(self, (partner_id, origin is Origin.CLAIM), origin)

    async def begin(self, writer: _Writer, origin: Origin) -> None:
        """Begins a turn."""
        if self._free and writer not in self._writes:
            # Nobody waits for a place while one is free.
            self._free -= 1
            self._writes[writer] = _Writes(is_writing=True)
        else:
            await self._wait(writer, origin)

    async def _wait(self, writer: _Writer, origin: Origin) -> None:
        writes = self._writes.get(writer)
        if writes is None:
            writes = self._writes[writer] = _Writes(is_writing=False)
            self._next.append(writer)
        is_request = origin is Origin.CLIENT
        waiting = writes.requests if is_request else writes.internal
        if is_request and len(waiting) >= MAX_WAITING:
            raise TooManyRequests(FULL_RETRY_AFTER, f"{MAX_WAITING} of your requests are waiting to be carried out")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            async with asyncio.timeout(MAX_WAIT if is_request else None):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.end(writer)
            else:
                with suppress(ValueError):
                    waiting.remove(turn)
                self._forget_if_idle(writer)
            if isinstance(error, TimeoutError):
                raise Busy(BUSY_RETRY_AFTER) from None
            raise

    def end(self, writer: _Writer) -> None:
        """Ends a turn, and gives the next ones."""
        self._free += 1
        self._writes[writer].is_writing = False
        self._next.append(writer)
        while self._free and self._next:
            writer = self._next.popleft()
            writes = self._writes[writer]
            turn = writes.next()
            if turn is None:
                del self._writes[writer]
                continue
            writes.is_writing = True
            self._free -= 1
            turn.set_result(None)

    def _forget_if_idle(self, writer: _Writer) -> None:
        writes = self._writes.get(writer)
        if writes is not None and not (writes.is_writing or writes.internal or writes.requests):
            del self._writes[writer]
            self._next.remove(writer)


class _Turn:
    """A turn as a context. As a generator, it would take every write 1 µs longer."""

    __slots__ = ("_origin", "_turns", "_writer")

    def __init__(self, turns: Turns, writer: _Writer, origin: Origin) -> None:
        self._turns = turns
        self._writer = writer
        self._origin = origin

    async def __aenter__(self) -> None:
        await self._turns.begin(self._writer, self._origin)

    async def __aexit__(self, *error: object) -> None:
        self._turns.end(self._writer)
