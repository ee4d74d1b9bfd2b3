"""The worker: empties the outbox, whatever is in it and wherever it goes.

    due ──▶ claimed ──▶ attempts: the heads of its lanes, at the same time ──▶ recorded, in one transaction ──▶ released
                            ▲                                                   │
                            └──────── more is due, and the claim lasts ─────────┘

Each queue that is claimed has a task of its own, so a destination that is slow or dead takes up one place of many and
nobody's time. Nothing outside is called within a transaction; what a courier has to store, it stores in the transaction
that records the result.
"""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

import msgspec

from trunkline.delivery.schedule import delay_after
from trunkline.domain.errors import NotReady
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.storage import outbox
from trunkline.storage.changes import Change, change
from trunkline.storage.outbox import CARRIER, After, Claim, Item, Result, Retry
from trunkline.storage.store import Store

LEASE: Instant = 30 * SECOND
"""For how long a queue is claimed, in microseconds."""

ATTEMPT = 5 / 6
"""The part of a claim that an attempt may take: 25 s. The rest is for recording it."""

POLL = 0.5  # s between two looks for what is due, where nothing wakes the worker
QUEUES_AT_ONCE = 64
ITEMS_AT_ONCE = 16  # of one queue
GRACE = 3.0  # s for the attempts that are under way when the worker is to stop

_AWAY_PAUSE: Instant = 2 * SECOND

log = logging.getLogger("trunkline.delivery")


class Attempted(msgspec.Struct, frozen=True):
    """What became of an item. ``then`` runs in the transaction that records it, before it is recorded."""

    result: Result
    then: Callable[[Change], Awaitable[None]] | None = None


class Courier(Protocol):
    """Takes the items of some destinations where they go."""

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        """One attempt, outside of any transaction. What the other side does is a result, never an exception."""
        ...


Attempts: TypeAlias = Sequence[tuple[Item, Attempted]]


class Worker:
    """Empties the outbox of a store for as long as ``run`` runs. Any number of processes may, each with its own."""

    def __init__(
        self,
        store: Store,
        carrier: Courier,
        webhooks: Courier,
        clock: Clock = now,
        *,
        lease: Instant = LEASE,
        poll: float = POLL,
    ) -> None:
        self._rounds = Rounds(store, carrier, webhooks, clock, lease=lease)
        self._database = store.database
        self._clock = clock
        self._lease = lease
        self._poll = poll
        self._awake = asyncio.Event()
        self._stopping = False
        self._serving: dict[tuple[int, str], asyncio.Task[bool]] = {}

    def wake(self) -> None:
        """Something may be due: looks at once. To be called in the event loop of ``run``."""
        self._awake.set()

    async def run(self) -> None:
        """Works until it is cancelled; then what is under way has some seconds to end, and is recorded."""
        try:
            while True:
                self._awake.clear()
                try:
                    await self._serve_what_is_due()
                except NotReady as error:
                    log.warning("nothing is delivered for now: %s", error)
                except Exception:
                    log.exception("the worker failed to look for what is due")
                with suppress(TimeoutError):
                    # Not wait_for: in Python 3.11 that can lose a cancellation.
                    async with asyncio.timeout(self._poll):
                        await self._awake.wait()
        finally:
            await self._stop()

    async def settle(self) -> Instant | None:
        """Serves what is due now, and what becomes due by that; for those who do not ``run`` the worker.

        When something is due next, in microseconds since 1970; None where nothing waits. Raises ``NotReady``.
        """
        await self._serve_what_is_due()
        while self._serving:
            ended, _ = await asyncio.wait(self._serving.values())
            if not any(task.result() for task in ended):
                break
            await self._serve_what_is_due()
        return await outbox.coming(self._database)

    async def _serve_what_is_due(self) -> None:
        free = QUEUES_AT_ONCE - len(self._serving)
        if free <= 0:
            return
        for queue in await outbox.due(self._database, self._clock(), QUEUES_AT_ONCE):
            if queue not in self._serving and free > 0:
                free -= 1
                self._serving[queue] = asyncio.create_task(self._serve(*queue))

    async def _serve(self, partner_id: int, destination: str) -> bool:
        """One claim of a queue, from its beginning to its end: whether anything was in it."""
        delivered = False
        try:
            claimed = await outbox.claim(self._database, partner_id, destination, self._clock, self._lease)
            while claimed is not None:
                # After a round that ends later than this, another one might not end in time.
                latest = claimed.until - self._lease * ATTEMPT
                worked, claimed = await self._rounds.go(claimed, lambda latest=latest: self._after_round(latest))
                delivered = delivered or worked
        except NotReady as error:
            log.warning("a queue waits: %s", error)
        except Exception:
            log.exception("a queue could not be served")
        finally:
            del self._serving[partner_id, destination]
            if delivered:
                self.wake()
        return delivered

    def _after_round(self, latest: float) -> After:
        return After.RELEASE if self._stopping or self._clock() > latest else After.GO_ON

    async def _stop(self) -> None:
        self._stopping = True
        tasks = list(self._serving.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
            self._rounds.interrupt()
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Rounds:
    """Rounds of a claimed queue: the heads of its lanes are attempted at once, and what became of them is recorded."""

    def __init__(self, store: Store, carrier: Courier, webhooks: Courier, clock: Clock, *, lease: Instant) -> None:
        self._database = store.database
        self._carrier = carrier
        self._webhooks = webhooks
        self._clock = clock
        self._lease = lease
        self._limit = lease / SECOND * ATTEMPT
        self._patience = lease / SECOND * (1 - ATTEMPT)
        self._attempts: set[asyncio.Task[Attempted]] = set()
        # A partner's changes wait for each other: one waits in the database, the others here, where they take up no
        # connection.
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def interrupt(self) -> None:
        """Ends the attempts that are under way; they count for nothing."""
        for attempt in self._attempts:
            attempt.cancel()

    async def go(self, claimed: Claim, after: Callable[[], After]) -> tuple[bool, Claim | None]:
        """One round: whether anything was due, and the claim where the queue is still claimed.

        ``after`` is asked when the attempts have ended.
        """
        found = await outbox.items(self._database, claimed, self._clock(), ITEMS_AT_ONCE)
        # What becomes of them at the same time is recorded in the order in which they came about.
        due = sorted(found, key=lambda item: item.number)
        if not due and after() is After.HOLD:
            return False, claimed
        tasks = [asyncio.create_task(self._attempt(claimed, item)) for item in due]
        self._attempts.update(tasks)
        try:
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._attempts.difference_update(tasks)
        attempted = [(item, each) for item, each in zip(due, ended, strict=True) if isinstance(each, Attempted)]
        return bool(due), await self._record(claimed, attempted, after())

    async def _attempt(self, claimed: Claim, item: Item) -> Attempted:
        courier = self._carrier if claimed.destination == CARRIER else self._webhooks
        try:
            async with asyncio.timeout(self._limit):
                return await courier.attempt(claimed, item)
        except TimeoutError:
            return self._later(item, f"not done within {self._limit:g} s")
        except NotReady as error:
            return Attempted(Retry(self._clock() + _AWAY_PAUSE, str(error), counts=False))
        except Exception:
            log.exception("the courier of item %d of partner %d failed", item.number, claimed.partner_id)
            return self._later(item, "something failed on our side")

    def _later(self, item: Item, outcome: str) -> Attempted:
        return Attempted(Retry(self._clock() + delay_after(item.attempts), outcome))

    async def _record(self, claimed: Claim, attempted: Attempts, after: After) -> Claim | None:
        """Records the results however long it takes to get at the database, unless another has the queue by then."""
        held: Claim | None = claimed
        while held is not None:
            try:
                async with asyncio.timeout(self._patience), self._turns[held.partner_id]:
                    return held if await self._write(held, attempted, after) else None
            except (TimeoutError, NotReady) as error:
                log.warning("results wait to be recorded: %s", error or "another writer has the partner")
                await asyncio.sleep(self._patience / 5)
            held = await self._renew(held)
        log.warning("results of partner %d are left to the worker that has the queue now", claimed.partner_id)
        return None

    async def _renew(self, claimed: Claim) -> Claim | None:
        try:
            return await outbox.renew(self._database, claimed, self._clock, self._lease)
        except NotReady:
            return claimed

    async def _write(self, claimed: Claim, attempted: Attempts, after: After) -> bool:
        try:
            return await self._commit(claimed, attempted, after)
        except NotReady:
            raise
        except Exception:
            log.exception("results of partner %d could not be recorded together", claimed.partner_id)
        for item, each in attempted:
            try:
                await self._commit(claimed, [(item, each)], After.HOLD)
            except NotReady:
                raise
            except Exception:
                log.exception("the result of item %d of partner %d was refused", item.number, claimed.partner_id)
                later = self._later(item, "something failed on our side")
                await self._commit(claimed, [(item, later)], After.HOLD)
        return await self._commit(claimed, [], after)

    async def _commit(self, claimed: Claim, attempted: Attempts, after: After) -> bool:
        at = self._clock()
        async with change(self._database, claimed.partner_id, at, secrets.token_hex(16)) as opened:
            for _, each in attempted:
                if each.then is not None:
                    await each.then(opened)
            results = [(item, each.result) for item, each in attempted]
            return await outbox.record(opened.transaction, claimed, results, at, after)
