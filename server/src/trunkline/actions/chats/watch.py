"""Long polls: one task polls for changes on behalf of all waiting requests of this process (docs/decisions/0004).

    no request waits ──(join)──▶ several times a second: the revisions of the partners of waiting requests, in one read
                                    │ a revision has advanced: has a matching chat changed?
                                    ├── no ──▶ they go on waiting
                                    └── yes ─▶ they wake up, a few at a time, so that other requests run in between

Requests that wait for the same chats of a partner form a group. A request first joins its group and then reads: the
read finds what changed before, and the next poll finds what changes after.

Any of these reads may come from a replica that is behind. So a group has looked only up to the revision that the node
had from which it read, and never beyond what each of its requests has seen. A change is then found by a later poll.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress

from trunkline.domain.errors import NotReady
from trunkline.domain.paging import Filters
from trunkline.domain.places import Places
from trunkline.storage import changed_since
from trunkline.storage.ports import Database
from trunkline.storage.reader import Reader

INTERVAL = 0.25  # s between two polls while nothing signals a change
PAUSE = 0.05  # s between two polls at least, however many changes are signalled
WAKE_BATCH = 16  # requests for the same chats that wake up together
WAKE_PAUSE = 0.016  # s until the next ones do: a thousand a second, a small part of what a worker can answer
MAX_WAITING = 8_000  # requests of a process, which its partners share
RETRY_AFTER = 5  # s, for a request beyond that

_WOKEN = 2**62  # in place of the revision that a request has seen: it wakes up already


class _Group:
    """Requests that wait for the same chats. None of them waits for a change up to the revision ``seen``."""

    def __init__(self, seen: int) -> None:
        self.seen = seen
        self.waiting: dict[asyncio.Future[None], int] = {}
        """The requests, with the revision that each has seen."""


class Watch:
    """Signals changes to waiting requests, whichever process makes them. Its task runs only while requests wait."""

    def __init__(self, database: Database) -> None:
        self.places = Places(MAX_WAITING, RETRY_AFTER, "too many of your requests are waiting")
        """The places of waiting requests."""
        self._database = database
        self._groups: dict[tuple[int, Filters], _Group] = {}
        self._signal = asyncio.Event()
        self._stopped = False
        self._task: asyncio.Task[None] | None = None
        self._waking: set[asyncio.Task[None]] = set()

    @contextmanager
    def join(self, partner_id: int, filters: Filters, since: int) -> Generator[asyncio.Future[None]]:
        """A future that completes when a chat has changed, and is cancelled when the process stops.

        ``since`` is the revision that the request has seen. Within the block, the request itself must read what has
        changed until now. Raises ``TooManyRequests``.
        """
        with self.places.taken(partner_id):
            yield from self._join(partner_id, filters, since)

    def _join(self, partner_id: int, filters: Filters, since: int) -> Generator[asyncio.Future[None]]:
        change = asyncio.get_running_loop().create_future()
        if self._stopped:
            change.cancel()
        key = partner_id, filters
        group = self._groups.setdefault(key, _Group(since))
        group.waiting[change] = since
        group.seen = min(group.seen, since)  # the read of the request may be from an older node than ours was
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield change
        finally:
            del group.waiting[change]
            if not group.waiting:
                self._remove(key, group)

    def wake(self) -> None:
        """Something may have changed: poll at once."""
        if self._groups:
            self._signal.set()

    def stop(self) -> None:
        """Ends every wait, now and later."""
        self._stopped = True
        for group in self._groups.values():
            for change in group.waiting:
                change.cancel()
        self._signal.set()

    async def close(self) -> None:
        """Stops, and returns when the last poll is over."""
        self.stop()
        tasks = [*self._waking] if self._task is None else [self._task, *self._waking]
        if tasks:
            await asyncio.gather(*tasks)

    async def _run(self) -> None:
        while self._groups:
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._signal.wait()
            self._signal.clear()
            # While the database does not answer, no request wakes up; each one reads once more on timeout.
            with suppress(NotReady):
                await self._look()
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        partner_ids = {partner_id for partner_id, _ in self._groups}
        revisions = await changed_since.revisions(self._database, partner_ids)
        for key, group in list(self._groups.items()):
            partner_id, filters = key
            revision = revisions.get(partner_id, group.seen)
            if revision <= group.seen:
                continue
            reader = Reader(self._database.reads_of(partner_id), partner_id)
            seen = group.seen
            reached, latest = await changed_since.latest(reader, filters)
            if seen == group.seen:  # otherwise, another request has joined meanwhile
                group.seen = max(seen, reached)
            unaware = [change for change, since in group.waiting.items() if since < latest]
            if unaware:
                group.waiting.update(dict.fromkeys(unaware, _WOKEN))
                waking = asyncio.create_task(self._wake_up(unaware))
                self._waking.add(waking)
                waking.add_done_callback(self._waking.discard)

    async def _wake_up(self, changes: Sequence[asyncio.Future[None]]) -> None:
        for count, change in enumerate(changes, 1):
            if not change.done():
                change.set_result(None)
            if count % WAKE_BATCH == 0:
                await asyncio.sleep(WAKE_PAUSE)

    def _remove(self, key: tuple[int, Filters], group: _Group) -> None:
        if self._groups.get(key) is group:
            del self._groups[key]
