"""The worker: empties the outbox, for every kind of entry and every destination.

    due ──▶ claimed ──▶ attempts: the first entry of each ordering key, concurrently ──▶ recorded in one change
                          ▲                                                                            │
                          └──────────────── more is due, and the claim has not expired ◀───────────────┤
                                                                                   released ◀──────────┘

Each claimed queue has a task of its own, so a destination that is slow or dead occupies one of many places. The carrier
has its own places, and a partner has a share of those for webhooks. A target that does not respond is paused, longer
each time, and then attempted with one event, whose timeout counts for the others that are due.

Nothing outside is called within a transaction. What a dispatcher stores, it stores in the transaction that records the
result.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

import msgspec

from trunkline.actions.inbound.receipts import Receipt, apply_receipts
from trunkline.delivery.retry_schedule import SILENT_ROUNDS, delay_after, may_retry, pause_after
from trunkline.domain.context import Origin, RequestContext
from trunkline.domain.errors import NotReady, PartnerRemoved, described
from trunkline.domain.forgetting import may_contain_deleted
from trunkline.domain.ids import new_trace_id
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.domain.tracing import bound_to
from trunkline.notices import Notice
from trunkline.storage import outbox
from trunkline.storage.change import Change
from trunkline.storage.messages import MessageInChat
from trunkline.storage.outbox import CARRIER, Claim, ClaimPolicy, Entry, Failed, Result, Retry
from trunkline.storage.store import Store

LEASE: Instant = outbox.MAX_LEASE
"""How long a queue is claimed, in microseconds."""

ATTEMPT_SHARE = 5 / 6
"""The share of a lease that an attempt may take: 25 s. The rest is for recording it."""

POLL = 0.5  # s between two polls for due entries, unless the worker is woken
DISTRIBUTED_POLL = 2.0  # s; the same for a distributed database, where a poll asks every node
DISTRIBUTED_PAUSE = 0.05  # s between two polls of a distributed database, however often the worker is woken
MAX_CARRIER_QUEUES = 64  # served concurrently
MAX_WEBHOOK_QUEUES = 64  # served concurrently
PARTNER_SHARE = 16  # of these
MAX_ENTRIES = 16  # of one queue, attempted concurrently
MAX_UNATTEMPTED = 256  # of a target that does not respond, in one round
GRACE = 3.0  # s for the attempts in progress when the worker stops

_DATABASE_PAUSE: Instant = 2 * SECOND
_CALM = 10.0  # s without an error after which deliveries continue: whatever fails is tried again before

log = logging.getLogger("trunkline.delivery")


class AttemptResult(msgspec.Struct, frozen=True):
    """The result of an attempt. ``store`` runs in the change that records it, before it is recorded.

    So does the receipt of a message, with the message as the attempt has read it.
    """

    result: Result
    store: Callable[[Change], Awaitable[None]] | None = None
    receipt: tuple[MessageInChat, Receipt] | None = None
    timed_out: bool = False


class Dispatcher(Protocol):
    """Delivers the entries of some destinations."""

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        """One attempt, outside any transaction. A failure of the receiver is a result, never an exception."""
        ...


Attempts: TypeAlias = Sequence[tuple[Entry, AttemptResult]]


class Worker:
    """Empties the outbox of a store while ``run`` runs. Any number of processes can each run one."""

    def __init__(
        self,
        store: Store,
        carrier: Dispatcher,
        webhooks: Dispatcher,
        clock: Clock = now,
        *,
        lease: Instant = LEASE,
        max_wait: Instant = outbox.MAX_WAIT,
        poll: float | None = None,
    ) -> None:
        """``max_wait`` is how long an entry waits at most, in microseconds: a later time is not believed."""
        self._rounds = Rounds(store, carrier, webhooks, clock, lease=lease, max_wait=max_wait)
        self._database = store.database
        self._clock = clock
        self._lease = lease
        self._max_wait = max_wait
        is_distributed = store.database.is_distributed
        self._poll = poll if poll is not None else DISTRIBUTED_POLL if is_distributed else POLL
        self._spacing = DISTRIBUTED_PAUSE if is_distributed else 0
        self._paused = Notice("deliveries are paused", log, over="deliveries continue")
        self._wake = asyncio.Event()
        self._stopping = False
        self._serving: dict[tuple[int, str], asyncio.Task[bool]] = {}

    def wake(self) -> None:
        """Something may be due: poll at once. Call it in the event loop of ``run``."""
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled. Attempts in progress then get some seconds to finish, and are recorded."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._serve_due_queues()
                except Exception as error:
                    self._pause(error)
                self._paused.withdraw(unseen_for=_CALM)
                if self._spacing:
                    await asyncio.sleep(self._spacing)
                with suppress(TimeoutError):
                    # Not wait_for, which can lose a cancellation in Python 3.11.
                    async with asyncio.timeout(self._poll):
                        await self._wake.wait()
        finally:
            await self._stop()

    async def drain(self) -> Instant | None:
        """Delivers what is due now, and what becomes due as a result; an alternative to ``run``.

        Returns when the next entry is due, in microseconds since 1970; None if nothing is pending. Raises ``NotReady``.
        """
        await self._serve_due_queues()
        while self._serving:
            done, _ = await asyncio.wait(self._serving.values())
            if not any(task.result() for task in done):
                break
            await self._serve_due_queues()
        return await outbox.next_due(self._database, self._clock(), max_wait=self._max_wait)

    async def _serve_due_queues(self) -> None:
        is_complete = False
        while not is_complete:
            webhooks = Counter([partner for partner, destination in self._serving if destination != CARRIER])
            carriers = len(self._serving) - webhooks.total()
            now = self._clock()
            full = [partner for partner, places in webhooks.items() if places >= PARTNER_SHARE]
            found = await outbox.due_queues(
                self._database,
                now,
                carriers=MAX_CARRIER_QUEUES - carriers,
                webhooks=MAX_WEBHOOK_QUEUES - webhooks.total(),
                full=full,
                max_wait=self._max_wait,
            )
            is_complete = True
            for partner_id, destination in found:
                if (partner_id, destination) in self._serving:
                    continue
                if destination != CARRIER and webhooks[partner_id] >= PARTNER_SHARE:
                    is_complete = False  # the queues of other partners come after those of this one
                    continue
                webhooks[partner_id] += destination != CARRIER
                self._serving[partner_id, destination] = asyncio.create_task(self._serve(partner_id, destination))

    async def _serve(self, partner_id: int, destination: str) -> bool:
        """Serves a queue for one claim, and returns whether it had due entries."""
        had_entries = False
        try:
            claim = await outbox.claim(
                self._database, partner_id, destination, self._clock, self._lease, max_wait=self._max_wait
            )
            while claim is not None:
                worked, claim = await self._rounds.run(claim, lambda until=claim.until: self._policy(until))
                had_entries = had_entries or worked
        except PartnerRemoved:
            log.info("partner %d was removed; its queue ends", partner_id)
        except Exception as error:
            self._pause(error)
        finally:
            del self._serving[partner_id, destination]
            if had_entries:
                self.wake()
        return had_entries

    def _pause(self, error: Exception) -> None:
        self._paused.give(described(error), traceback=not isinstance(error, NotReady))

    def _policy(self, claimed_until: Instant) -> ClaimPolicy:
        """Keeps a claim if there is time for another round, and the clock was not set back since it was made."""
        left = claimed_until - self._clock()
        keep = not self._stopping and self._lease * ATTEMPT_SHARE <= left <= self._lease
        return ClaimPolicy.KEEP_WHILE_DUE if keep else ClaimPolicy.RELEASE

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
    """Rounds of a claimed queue: each attempts the first entry of each due ordering key and records the results."""

    def __init__(
        self,
        store: Store,
        carrier: Dispatcher,
        webhooks: Dispatcher,
        clock: Clock,
        *,
        lease: Instant,
        max_wait: Instant = outbox.MAX_WAIT,
    ) -> None:
        self._max_wait = max_wait
        self._store = store
        self._database = store.database
        self._carrier = carrier
        self._webhooks = webhooks
        self._clock = clock
        self._lease = lease
        self._attempt_timeout = lease / SECOND * ATTEMPT_SHARE
        self._record_timeout = lease / SECOND * (1 - ATTEMPT_SHARE)
        self._attempts: set[asyncio.Task[AttemptResult]] = set()
        self._unrecorded = Notice("results wait to be recorded", log, over="results are recorded again")

    def interrupt(self) -> None:
        """Cancels the attempts in progress; they do not count."""
        for attempt in self._attempts:
            attempt.cancel()

    async def run(self, claim: Claim, policy: Callable[[], ClaimPolicy]) -> tuple[bool, Claim | None]:
        """One round. Returns whether anything was due, and the claim if the queue is still claimed.

        ``policy`` is called when the attempts are over.
        """
        is_suspect = claim.silent_rounds >= SILENT_ROUNDS
        limit = MAX_UNATTEMPTED if is_suspect else MAX_ENTRIES
        found, is_all = await outbox.due_entries(self._database, claim, self._clock(), limit, max_wait=self._max_wait)
        # Results that are recorded together are recorded in the order of their entries.
        due = sorted(found, key=lambda entry: entry.sequence)
        if not due and policy() is ClaimPolicy.KEEP:
            return False, claim
        attempted = due[:1] if is_suspect else due
        tasks = [asyncio.create_task(self._attempt(claim, entry)) for entry in attempted]
        self._attempts.update(tasks)
        try:
            results = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._attempts.difference_update(tasks)
        attempts = [
            (entry, each) for entry, each in zip(attempted, results, strict=True) if isinstance(each, AttemptResult)
        ]
        is_silent = bool(attempts) and all(each.timed_out for _, each in attempts)
        if is_suspect and is_silent:
            attempts += [(entry, self._unattempted(entry)) for entry in due[1:]]
        if attempts:
            claim = msgspec.structs.replace(claim, silent_rounds=claim.silent_rounds + 1 if is_silent else 0)
        origin = Origin.RESULT if is_all else Origin.INTERNAL
        return bool(due), await self._record(claim, attempts, policy(), origin)

    def _unattempted(self, entry: Entry) -> AttemptResult:
        outcome = "not attempted: the target does not respond"
        if not may_retry(entry.attempts + 1, 0):
            return AttemptResult(Failed(outcome))
        return AttemptResult(Retry(self._clock() + delay_after(entry.attempts), outcome))

    async def _attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        dispatcher = self._carrier if claim.destination == CARRIER else self._webhooks
        try:
            async with asyncio.timeout(self._attempt_timeout):
                return await dispatcher.attempt(claim, entry)
        except TimeoutError:
            retry = self._retry(entry, f"not done within {self._attempt_timeout:g} s")
            return msgspec.structs.replace(retry, timed_out=claim.destination != CARRIER)
        except NotReady as error:
            return AttemptResult(Retry(self._clock() + _DATABASE_PAUSE, described(error), counts=False))
        except Exception:
            log.exception("the attempt of entry %d of partner %d failed", entry.sequence, claim.partner_id)
            return self._retry(entry, "something failed in the service")

    def _retry(self, entry: Entry, outcome: str) -> AttemptResult:
        return AttemptResult(Retry(self._clock() + delay_after(entry.attempts), outcome))

    async def _record(self, claim: Claim, attempts: Attempts, policy: ClaimPolicy, origin: Origin) -> Claim | None:
        """Records results, however long the database takes, unless another worker has the queue by then."""
        held: Claim | None = claim
        while held is not None:
            try:
                async with asyncio.timeout(self._record_timeout):
                    is_written = await self._write(held, attempts, policy, origin)
            except (TimeoutError, NotReady) as error:
                cause = f"those of partner {claim.partner_id} could not be within {self._record_timeout:g} s"
                self._unrecorded.give(f"{cause}: {described(error)}", kind=described(error))
                await asyncio.sleep(self._record_timeout / 5)
            else:
                self._unrecorded.withdraw(unseen_for=_CALM)
                return held if is_written else None
            held = await self._renew(held)
        log.warning("results of partner %d are left to the worker that has the queue now", claim.partner_id)
        return None

    async def _renew(self, claim: Claim) -> Claim | None:
        try:
            return await outbox.renew(self._database, claim, self._clock, self._lease)
        except NotReady:
            return claim

    async def _write(self, claim: Claim, attempts: Attempts, policy: ClaimPolicy, origin: Origin) -> bool:
        try:
            return await self._commit(claim, attempts, policy, origin)
        except (NotReady, PartnerRemoved):
            raise
        except Exception:
            log.exception("results of partner %d could not be recorded together", claim.partner_id)
        for entry, each in attempts:
            try:
                await self._commit(claim, [(entry, each)], ClaimPolicy.KEEP)
            except (NotReady, PartnerRemoved):
                raise
            except Exception:
                log.exception("the result of entry %d of partner %d was rejected", entry.sequence, claim.partner_id)
                retry = self._retry(entry, "something failed in the service")
                await self._commit(claim, [(entry, retry)], ClaimPolicy.KEEP)
        return await self._commit(claim, [], policy)

    async def _commit(
        self, claim: Claim, attempts: Attempts, policy: ClaimPolicy, origin: Origin = Origin.INTERNAL
    ) -> bool:
        ctx = RequestContext(claim.partner_id, self._clock(), new_trace_id(), origin)
        with bound_to("trace_id", ctx.trace_id):
            return await self._record_in(ctx, claim, attempts, policy)

    async def _record_in(self, ctx: RequestContext, claim: Claim, attempts: Attempts, policy: ClaimPolicy) -> bool:
        async with self._store.change(ctx) as change:
            receipts = [each.receipt for _, each in attempts if each.receipt is not None]
            if receipts:
                await apply_receipts(change, receipts)
            for _, each in attempts:
                if each.store is not None:
                    await each.store(change)
            results = [(entry, _to_keep(each.result, change.forgotten_at)) for entry, each in attempts]
            pause = 0 if policy is ClaimPolicy.KEEP else pause_after(claim.silent_rounds)
            return await outbox.record(
                change.transaction, claim, results, self._clock(), policy, pause, max_wait=self._max_wait
            )


def _to_keep(result: Result, forgotten_at: Instant) -> Result:
    """The result, without a response that may repeat a message that was deleted during the attempt."""
    attempt = result.attempt
    if attempt is None or not may_contain_deleted(attempt.began_at, forgotten_at):
        return result
    return msgspec.structs.replace(result, attempt=attempt.without_response())
