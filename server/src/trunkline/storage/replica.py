"""Reads from a read replica that are as current as reads from the primary (docs/decisions/0035).

    away ──(the replica answers, and is a standby of this database)──▶ in use
      ◀──(it fails, or does not answer in time)──────────────────────────┘

    a read in use:  revision of the partner, at the primary ──▶ a snapshot of the replica
                        │ the snapshot has the same revision: read there
                        └ it has another one: see ``_is_current``; otherwise, read at the primary

While the replica is away, or behind, everything is read at the primary.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar
from urllib.parse import urlsplit

from trunkline.domain.errors import CommandError, NotReady, described
from trunkline.notices import Notice
from trunkline.storage import changed_since
from trunkline.storage.ports import Database, Source
from trunkline.storage.postgres_url import parse_url
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query

T = TypeVar("T")

TIMEOUT = 2.0  # s that a read may take at the replica; then it is read at the primary
INTERVAL = 1.0  # s between two looks at a replica that is away
JOIN = 0.05  # s that a look at revisions waits for the one before it

LAG = 10.0  # s without a change that the primary has, after which the replica is said to be behind
MAX_MISSING = 1_000  # partners
AWAY = "the read replica is not used; reads go to the primary"
BEHIND = "the read replica is behind; what it lacks is read at the primary"

log = logging.getLogger("trunkline.storage")

_POSITION = Query(
    "position", "select revision, pg_is_in_recovery() from partner_states where partner_id = $1", ("partner",)
)
_IDENTITY = Query("identity", "select cursor_key, link_key, pg_is_in_recovery() from store", ())


def check_replica(url: str, database: str) -> None:
    """Raises ``CommandError`` if a URL cannot be that of a replica of this database."""
    if not url:
        return
    if urlsplit(database).scheme not in {"postgresql", "postgres"}:
        raise CommandError("a read replica needs a PostgreSQL database; TRUNKLINE_DATABASE names another one")
    if urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise CommandError("the URL of the read replica must be postgresql://user:password@host:port/name")
    parse_url(url, is_replica=True)


class Replica:
    """A read replica beside the primary. It may fail at any time; then the primary answers."""

    def __init__(self, primary: Database, database: Database, keys: tuple[bytes, bytes]) -> None:
        """``database`` is the replica; ``keys`` are those of the store, by which it is known to be a replica of it."""
        self._primary = primary
        self._keys = keys
        self._database = database
        self._revisions = _Revisions(primary)
        self._in_use = False
        self._away = Notice(AWAY, log, over="the read replica is used")
        self._behind = Notice(BEHIND, log, over="the read replica is no longer behind")
        self._missing: dict[int, tuple[int, float]] = {}
        """The first revision that the replica did not have when it was needed, of each partner, and since when."""
        self._looking = asyncio.create_task(self._look_until_in_use(), name="replica")

    async def read(self, partner_id: int, work: Callable[[Reader], Awaitable[T]], revision: int | None = None) -> T:
        """What ``work`` reads. It must only read, and may be called a second time.

        ``revision`` is the partner's at the primary, if it has been read since the request arrived.
        """
        if self._in_use:
            if revision is None:
                revision = (await self._revisions.now(partner_id)).get(partner_id)
            if revision is not None:
                try:
                    async with asyncio.timeout(TIMEOUT), self._database.snapshot(partner_id) as snapshot:
                        if await self._is_current(snapshot, partner_id, revision):
                            return await work(Reader(snapshot, partner_id))
                except TimeoutError:
                    self._leave(f"it does not answer within {TIMEOUT:g} s")
                except NotReady as error:
                    self._leave(described(error))
        return await work(Reader(self._primary.reads_of(partner_id), partner_id))

    async def _is_current(self, snapshot: Source, partner_id: int, revision: int) -> bool:
        """Whether the snapshot is a state that the primary has had since the read began, with at least this revision.

        A replica can be ahead of what the primary shows: it may have applied a change that the primary is still
        committing. Then the client could see the change come, and go at its next read.
        """
        found = await snapshot.fetch(_POSITION, (partner_id,))
        reached, is_standby = found[0] if found else (0, True)
        if not is_standby:
            raise NotReady("it is no standby any longer")
        if reached < revision:
            self._note_missing(partner_id, revision, reached)
            return False
        self._missing.pop(partner_id, None)
        self._behind.withdraw(unseen_for=LAG)
        return reached == revision or (await self._revisions.now(partner_id)).get(partner_id, 0) >= reached

    def _note_missing(self, partner_id: int, revision: int, reached: int) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._missing) >= MAX_MISSING:
            self._missing.clear()
        missing, since = self._missing.setdefault(partner_id, (revision, now))
        if reached >= missing:
            self._missing[partner_id] = revision, now
        elif now - since >= LAG:
            self._behind.give(f"by more than {now - since:.0f} s", kind="")

    def _leave(self, reason: str) -> None:
        self._away.give(reason)
        if self._in_use:
            self._in_use = False
            self._looking = asyncio.create_task(self._look_until_in_use(), name="replica")

    async def _look_until_in_use(self) -> None:
        while True:
            try:
                [(cursor_key, link_key, is_standby)] = await self._database.fetch(_IDENTITY, ())
            except NotReady as error:
                self._away.give(described(error))
            else:
                if (cursor_key, link_key) != self._keys:
                    self._away.give("it is a replica of another database")
                elif not is_standby:
                    self._away.give("it is no standby")
                else:
                    self._in_use = True
                    self._away.withdraw()
                    return
            await asyncio.sleep(INTERVAL)

    def notices(self) -> list[str]:
        """What the operator should know: a sentence each, which names no host."""
        return self._behind.current if self._in_use else [AWAY]

    async def close(self) -> None:
        """Returns when every connection is closed."""
        self._looking.cancel()
        with suppress(asyncio.CancelledError):
            await self._looking
        await self._database.close()


class _Revisions:
    """The revisions of partners at the primary. Who asks while a look is in progress shares the next one."""

    def __init__(self, primary: Database) -> None:
        self._primary = primary
        self._current: asyncio.Task[Mapping[int, int]] | None = None
        self._next: asyncio.Task[Mapping[int, int]] | None = None
        self._asked: set[int] = set()

    async def now(self, partner_id: int) -> Mapping[int, int]:
        """The revision of this partner, and of others, from a look that begins after this call. Raises ``NotReady``."""
        self._asked.add(partner_id)
        if self._next is None:
            self._next = asyncio.create_task(self._look(self._current))
            self._next.add_done_callback(_retrieved)
        return await asyncio.shield(self._next)

    async def _look(self, before: "asyncio.Task[Mapping[int, int]] | None") -> Mapping[int, int]:
        if before is not None:
            await asyncio.wait([before], timeout=JOIN)
        self._current, self._next = self._next, None
        partner_ids: Iterable[int] = self._asked
        self._asked = set()
        return await changed_since.revisions(self._primary, partner_ids)


def _retrieved(look: "asyncio.Task[Mapping[int, int]]") -> None:
    """An error belongs to those who wait; if nobody does, it is no error."""
    if not look.cancelled():
        look.exception()
