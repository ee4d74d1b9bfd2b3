"""Waiting for something to change: one look for everybody who waits in this process (docs/decisions/0004).

    nobody waits ──(join)──▶ some times a second: the counters of all partners that are waited for, in one read
                                  │ one has moved on: is there a chat for those who wait?
                                  ├── no ──▶ the next look begins there
                                  └── yes ─▶ they are woken, a few at a time, so that other requests come in between

Those who wait for the same chats of a partner are a group. Whoever joins reads once more after joining: what changed
before is then found by that read, and what changes later by the next look.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress

from trunkline.domain.errors import NotReady, TooManyRequests
from trunkline.domain.listing import Filters
from trunkline.storage import updates
from trunkline.storage.ports import Database

LOOK = 0.25  # s between two looks, when nothing is heard of changes
PAUSE = 0.05  # s between two looks at least, however many changes are heard of
AT_ONCE = 16  # how many are woken before anything else has its turn
MAX_WAITING = 8_000  # requests a process
RETRY_AFTER = 5  # s, for those who find everything taken


class _Group:
    """Requests that wait for the same chats. Nothing beyond their tokens has changed up to ``seen``."""

    def __init__(self, seen: int) -> None:
        self.seen = seen
        self.waiting: set[asyncio.Future[None]] = set()


class Watch:
    """Tells requests that wait of changes, whoever makes them. Its task is there only while somebody waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._groups: dict[tuple[int, Filters], _Group] = {}
        self._waiting = 0
        self._heard = asyncio.Event()
        self._stopped = False
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def join(self, partner_id: int, filters: Filters, since: int) -> Generator[asyncio.Future[None]]:
        """What is done once a chat has changed after this, and cancelled when the process stops.

        ``since`` is the position that the request has come to; what it has missed until now is for itself to read,
        inside the block. Raises ``TooManyRequests``.
        """
        if self._waiting >= MAX_WAITING:
            raise TooManyRequests(RETRY_AFTER)
        news = asyncio.get_running_loop().create_future()
        if self._stopped:
            news.cancel()
        key = partner_id, filters
        group = self._groups.setdefault(key, _Group(since))
        group.waiting.add(news)
        self._waiting += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield news
        finally:
            self._waiting -= 1
            group.waiting.discard(news)
            if not group.waiting:
                self._forget(key, group)

    def wake(self) -> None:
        """Something may have changed: the next look is at once."""
        if self._groups:
            self._heard.set()

    def stop(self) -> None:
        """Nobody waits any longer, now or later."""
        self._stopped = True
        for group in self._groups.values():
            for news in group.waiting:
                news.cancel()
        self._heard.set()

    async def close(self) -> None:
        """Stops, and returns when the last look is over."""
        self.stop()
        if self._task is not None:
            await self._task

    async def _watch(self) -> None:
        while self._groups:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._heard.wait()
            self._heard.clear()
            # While the database is away nobody is told anything; whoever still waits at the end asks it again.
            with suppress(NotReady):
                await self._look()
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        counters = await updates.counters(self._database, {partner_id for partner_id, _ in self._groups})
        for key, group in list(self._groups.items()):
            partner_id, filters = key
            counter = counters.get(partner_id, group.seen)
            if counter <= group.seen:
                continue
            found = await updates.read(self._database, partner_id, filters, since=group.seen, limit=1)
            if found.documents:
                self._forget(key, group)
                await self._tell(group)
            else:
                group.seen = counter
                await asyncio.sleep(0)

    async def _tell(self, group: _Group) -> None:
        for number, news in enumerate(list(group.waiting), 1):
            if not news.done():
                news.set_result(None)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _forget(self, key: tuple[int, Filters], group: _Group) -> None:
        if self._groups.get(key) is group:
            del self._groups[key]
