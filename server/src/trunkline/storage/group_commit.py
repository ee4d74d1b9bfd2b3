"""Group commit: changes that wait for their turn share one transaction, and are answered when it has committed.

    first change ──▶ begin ──▶ its block ──┬─ nobody waits ──▶ commit
                                           └─ another waits ──▶ savepoint ──▶ its block ──┬─ … ──▶ commit
                                                                                 fails ──▶ back to the savepoint

A change that fails harms no other: what it wrote is rolled back to its savepoint, and its error is raised after the
commit, because it may follow from what earlier changes wrote. If the commit fails, all of them fail. A change that
nobody joins has no savepoint, and costs what it would cost alone (docs/decisions/0031).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from trunkline.domain.context import Origin
from trunkline.domain.errors import NotReady, described
from trunkline.storage.locked_partner import write_partner
from trunkline.storage.ports import LockedPartner, Transaction
from trunkline.storage.turns import Turns, Writer, writer_of

MAX_CHANGES = 32
"""The number of changes in a transaction; PostgreSQL becomes slower beyond 64 savepoints."""

MAX_TIME = 0.1
"""How long a transaction accepts further changes, in seconds."""

SHARE = 0.01
"""The same while another partner waits for it, or results of deliveries do: until they are recorded, nothing further is
delivered from their queues. It is longer if the database is far away: then to begin and to commit costs more."""

PATIENCE = 0.002
"""How long a result that nothing waits for waits for another change of its partner, in seconds."""

BEGINS = 20
"""How many times longer than its begin a transaction may last at least."""

# Of a change; both engines have the same statements.
SAVEPOINT = "savepoint change"
SAVEPOINT_AGAIN = "release savepoint change; savepoint change"
TO_SAVEPOINT = "rollback to savepoint change"


class SharedTransaction:
    """An open transaction, and what its changes leave to the next ones."""

    def __init__(
        self, opening: AbstractAsyncContextManager[Transaction], transaction: Transaction, asked_at: float
    ) -> None:
        """``asked_at`` is when its begin was asked for, in seconds of the event loop."""
        loop = asyncio.get_running_loop()
        self.transaction = transaction
        self.partners: dict[int, LockedPartner] = {}
        self.opening = opening
        self.began = loop.time()
        self.share = max(SHARE, BEGINS * (self.began - asked_at))
        """How long it accepts further changes while others wait for its end, in seconds."""
        self.changes = 1
        """How many have begun."""
        self.has_success = False
        """Whether one of the changes before is to be committed."""
        self.has_savepoint = False
        self.has_results = False
        """Whether one of the changes is not a request's."""
        self._failure: BaseException | None = None
        """After the end, why the transaction has failed; None if it has committed."""
        self._has_ended = False
        self._waiting: list[asyncio.Future[None]] = []
        """Changes that wait for the end."""

    async def end(self, error: BaseException | None) -> BaseException | None:
        """Commits or, after an error, rolls back. Returns why it has failed, if it has."""
        try:
            if error is None:
                for partner in self.partners.values():
                    await write_partner(self.transaction, partner)
        except BaseException as failure:
            error = failure
        try:
            if error is None:
                await self.opening.__aexit__(None, None, None)
            else:
                await self.opening.__aexit__(type(error), error, error.__traceback__)
        except BaseException as failure:
            error = failure
        self._failure = error
        return error

    def answer(self) -> None:
        """Ends the waiting of the changes, after the end."""
        self._has_ended = True
        for each in self._waiting:
            if not each.done():
                each.set_result(None)

    async def committed(self) -> None:
        """Waits for the commit. Raises ``NotReady`` if it has failed, for each change that waits."""
        if not self._has_ended:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        failure = self._failure
        if isinstance(failure, NotReady):
            raise NotReady(str(failure), failure.public) from failure
        if failure is not None:
            raise NotReady(f"changes that were to be committed together have failed: {described(failure)}") from failure


class GroupCommit:
    """The shared transactions of a database."""

    def __init__(self, turns: Turns[SharedTransaction], *, is_synchronous: bool = False) -> None:
        """``is_synchronous`` says that statements do not yield to the event loop, so nothing can interrupt a commit."""
        self._turns = turns
        self._is_synchronous = is_synchronous
        self._ending: set[asyncio.Task[BaseException | None]] = set()
        self._patient: dict[int, list[asyncio.Future[None]]] = {}
        """Results that wait for another change of their partner."""

    @asynccontextmanager
    async def change(
        self, partner_id: int, origin: Origin, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> AsyncGenerator[SharedTransaction]:
        """The transaction of a change in its turn: one that is open, or a new one, which ``begin`` opens."""
        writer = writer_of(partner_id, origin)
        if origin is Origin.RESULT and not self._turns.is_busy(writer):
            await self._another_change(partner_id)
        shared = await self._enter(writer, origin, begin)
        self._end_patience(partner_id)
        shared.has_results = shared.has_results or origin is not Origin.CLIENT
        try:
            yield shared
        except BaseException as error:
            await self._fail(writer, shared, error)
            raise
        await self._succeed(writer, shared)

    async def _another_change(self, partner_id: int) -> None:
        """Returns when another change of the partner has begun, or after ``PATIENCE``."""
        another: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._patient.setdefault(partner_id, []).append(another)
        timer = another.get_loop().call_later(PATIENCE, self._end_patience, partner_id)
        try:
            await another
        finally:
            timer.cancel()
            self._end_patience(partner_id)  # if it is cancelled, nobody else would

    def _end_patience(self, partner_id: int) -> None:
        for result in self._patient.pop(partner_id, ()):
            if not result.done():
                result.set_result(None)

    async def _enter(
        self, writer: Writer, origin: Origin, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> SharedTransaction:
        shared = await self._turns.begin(writer, origin, lambda declined: self._leave(writer, declined))
        if shared is None:
            return await self._begin(writer, begin)
        try:
            await shared.transaction.savepoint(again=shared.has_savepoint)
            shared.has_savepoint = True
        except Exception as error:
            await self._end(writer, shared, error)
            await shared.committed()
            raise
        except BaseException:
            shared.has_savepoint = True  # it cannot be interrupted
            self._leave(writer, shared)
            raise
        return shared

    async def _begin(
        self, writer: Writer, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> SharedTransaction:
        asked_at = asyncio.get_running_loop().time()
        try:
            opening = begin()
            return SharedTransaction(opening, await opening.__aenter__(), asked_at)
        except BaseException:
            self._turns.end(writer)
            raise

    async def _succeed(self, writer: Writer, shared: SharedTransaction) -> None:
        """Returns when a change, which has ended well, has committed. Raises ``NotReady`` if it has not."""
        shared.has_success = True
        is_handed_on = self._hand_on(writer, shared)
        if not is_handed_on and not self._is_complete(writer, shared):
            await self._give_others_time(writer, shared)
            is_handed_on = self._hand_on(writer, shared)
        if not is_handed_on:
            if shared.changes == 1:
                failure = await self._end(writer, shared)
                if failure is not None:
                    raise failure
                return
            if self._is_synchronous:
                await self._end(writer, shared)
            else:
                self._end_soon(writer, shared)
        await shared.committed()

    async def _fail(self, writer: Writer, shared: SharedTransaction, error: BaseException) -> None:
        """Undoes a change. Returns when its error may be raised; raises another one that takes precedence."""
        if not shared.has_success:
            failure = await self._end(writer, shared, error)
            if failure is not None and failure is not error:
                raise failure
            return
        try:
            await shared.transaction.roll_back_to_savepoint()
        except Exception as other:
            # After some errors, such as a full disk, nothing is left to go back to.
            await self._end(writer, shared, error if isinstance(error, NotReady) else other)
        except BaseException:
            self._leave(writer, shared)
            raise
        else:
            self._leave(writer, shared)
        if isinstance(error, Exception):  # nobody waits for a cancelled one
            await shared.committed()

    async def _give_others_time(self, writer: Writer, shared: SharedTransaction) -> None:
        """Lets those run who are about to ask for their turn."""
        try:
            await asyncio.sleep(0)
        except BaseException:
            self._leave(writer, shared)
            raise

    def _leave(self, writer: Writer, shared: SharedTransaction) -> None:
        if not self._hand_on(writer, shared):
            self._end_soon(writer, shared)

    def _hand_on(self, writer: Writer, shared: SharedTransaction) -> bool:
        if self._is_complete(writer, shared):
            return False
        handed_on = self._turns.hand_on(writer, shared)
        shared.changes += handed_on
        return handed_on

    def _is_complete(self, writer: Writer, shared: SharedTransaction) -> bool:
        """Whether a transaction is to be committed, even if another change waits for its turn."""
        age = asyncio.get_running_loop().time() - shared.began
        if age > MAX_TIME or shared.changes == MAX_CHANGES:
            return True
        others = shared.has_results or len(shared.partners) > 1 or self._turns.others_wait()
        if others and age > shared.share:
            return True
        if len(shared.partners) == 1:
            return False
        # The next change is one of a partner that has one in it, while another partner only waits for the commit.
        next_partner, _ = self._turns.next_to_join(writer)
        return next_partner in shared.partners and not all(
            self._turns.has_request(writer_of(partner, Origin.CLIENT)) for partner in shared.partners
        )

    def _end_soon(self, writer: Writer, shared: SharedTransaction) -> None:
        """Ends a transaction on behalf of others, so no cancellation of one of them interrupts it."""
        ending = asyncio.create_task(self._end(writer, shared))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end(
        self, writer: Writer, shared: SharedTransaction, error: BaseException | None = None
    ) -> BaseException | None:
        failure = await shared.end(error)
        shared.answer()
        self._turns.end(writer)
        return failure

    async def close(self) -> None:
        """Returns when every transaction has ended."""
        if self._ending:
            await asyncio.wait(self._ending)
