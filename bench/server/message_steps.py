"""Where the time of a message goes, from the request to its delivery: without HTTP, statement by statement."""

import asyncio
import itertools
import secrets
import statistics
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any, Self, cast

import msgspec

from bench.server.talk import Talk
from trunkline.api.app import Application
from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.webhook_dispatcher import WebhookDispatcher
from trunkline.delivery.worker import Worker
from trunkline.domain.context import Origin
from trunkline.storage.ports import Database, SharedTransaction, Transaction
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store

_MESSAGES = 500
_ROUNDS = 3
_BASE = "http://127.0.0.1:8080"

_BEGUN = "begin the transaction, after waiting for others"
_ASKED = "lock the partner's state, and read what the send needs to know"
_WRITTEN = "write what the send stores, together"
_COMMITTED = "write the partner's counters, and commit"
_STEPS = (_BEGUN, _ASKED, _WRITTEN, _COMMITTED)
_QUESTIONS = frozenset({"lock_partner", "in_chat"})
"""The queries that read what a send needs to know."""


class Spent(msgspec.Struct):
    """What messages took, by step: statements, and seconds; and the process's own seconds, all in all."""

    statements: Counter[str]
    seconds: dict[str, float]
    total: float = 0.0
    processor: float = 0.0

    def add(self, step: str, began: float) -> None:
        """One more statement."""
        self.statements[step] += 1
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - began


class CountedTransaction:
    """A transaction whose statements are counted."""

    def __init__(self, transaction: Transaction, spent: Spent) -> None:
        self._transaction = transaction
        self._spent = spent

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        began = time.perf_counter()
        rows = await self._transaction.fetch(query, values)
        self._spent.add(_ASKED if query.name in _QUESTIONS else _WRITTEN, began)
        return rows

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        began = time.perf_counter()
        await self._transaction.run_many(query, rows)
        self._spent.add(_WRITTEN, began)

    async def run_together(self, statements: Sequence[tuple[Query, Sequence[tuple[Value, ...]]]]) -> None:
        began = time.perf_counter()
        await self._transaction.run_together(statements)
        self._spent.add(_WRITTEN, began)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        began = time.perf_counter()
        await self._transaction.load(table, columns, rows)
        self._spent.add(_WRITTEN, began)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)


class CountedDatabase:
    """A database whose statements are counted."""

    def __init__(self, database: Database, spent: Spent) -> None:
        self._database = database
        self._spent = spent

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        began = time.perf_counter()
        rows = await self._database.fetch(query, values)
        self._spent.add(_ASKED, began)
        return rows

    def reads_of(self, partner_id: int) -> Self:
        return self

    @asynccontextmanager
    async def transaction(
        self, partner_id: int, origin: Origin, *, bulk: bool = False
    ) -> AsyncGenerator[CountedTransaction]:
        began = time.perf_counter()
        async with self._database.transaction(partner_id, origin, bulk=bulk) as transaction:
            self._spent.add(_BEGUN, began)
            yield CountedTransaction(transaction, self._spent)
            began = time.perf_counter()
        self._spent.add(_COMMITTED, began)

    @asynccontextmanager
    async def shared_transaction(self, partner_id: int, origin: Origin) -> AsyncGenerator[SharedTransaction]:
        began = time.perf_counter()
        async with self._database.shared_transaction(partner_id, origin) as shared:
            self._spent.add(_BEGUN, began)
            counted = CountedTransaction(shared.transaction, self._spent)
            yield cast("SharedTransaction", SimpleNamespace(transaction=counted, partners=shared.partners))
            began = time.perf_counter()
        self._spent.add(_COMMITTED, began)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


def table(talks: Mapping[str, Talk]) -> str:
    """The steps of a message that is accepted, and of its delivery. Nothing else may be at work in the stores."""
    measured = {name: [each.run(_measured(each)) for _ in range(_ROUNDS)] for name, each in talks.items()}
    names = " | ".join([f"{name} µs" for name in talks])
    lines = [f"| step of a message | statements | {names} |", "|---|--:|" + "--:|" * len(talks)]

    def line(what: str, statements: Sequence[float], *microseconds: Sequence[float]) -> None:
        cells = [f"{statistics.median(each) / _MESSAGES * 1e6:,.0f}" for each in microseconds]
        count = f"{statistics.median(statements) / _MESSAGES:.1f}" if statements else ""
        lines.append(f"| {' | '.join([what, count, *cells])} |")

    accepted = [[accepted for accepted, _ in each] for each in measured.values()]
    delivered = [[delivered for _, delivered in each] for each in measured.values()]
    last = accepted[-1]
    for step in _STEPS:
        counts = [each.statements[step] for each in last]
        line(step, counts, *[[each.seconds.get(step, 0.0) for each in runs] for runs in accepted])
    line("everything else", [], *[[each.total - sum(each.seconds.values()) for each in runs] for runs in accepted])
    for what, phase in (("accepted", accepted), ("delivered by the loopback", delivered)):
        counts = [each.statements.total() for each in phase[-1]]
        line(f"**{what}**", counts, *[[each.total for each in runs] for runs in phase])
        line(f"{what}: processor time", [], *[[each.processor for each in runs] for runs in phase])
    return "\n".join(lines)


async def _measured(talk: Talk) -> tuple[Spent, Spent]:
    """What it took to accept messages, and what it took to deliver them."""
    accepting, delivering = Spent(Counter(), {}), Spent(Counter(), {})
    application = Application(_counted(talk.store, accepting), _BASE, _BASE)
    headers = [(b"authorization", b"Bearer " + talk.key.encode()), (b"content-type", b"application/json")]
    unique = secrets.token_hex(4)
    paths = itertools.cycle(talk.paths)
    for number in range(-_MESSAGES // 10, _MESSAGES):
        if number == 0:
            accepting.statements.clear()
            accepting.seconds.clear()
            accepting.total, accepting.processor = -time.perf_counter(), -time.process_time()
        await _post(application, next(paths), headers, f"{unique}{number}")
    accepting.total += time.perf_counter()
    accepting.processor += time.process_time()
    await _deliver(_counted(talk.store, delivering), delivering, talk)
    return accepting, delivering


def _counted(store: Store, spent: Spent) -> Store:
    counted = cast("Database", CountedDatabase(store.database, spent))
    return Store(counted, store.cursor_key, store.link_key, store.files)


async def _post(application: Application, path: str, headers: list[tuple[bytes, bytes]], key: str) -> None:
    message = {"parts": [{"type": "text", "value": "Your order is on its way."}], "idempotency_key": key}
    body = msgspec.json.encode({"message": message})
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message.get("status", 202) != 202:
            raise RuntimeError(f"{path}: {message}")

    await application(scope, receive, send)


async def _deliver(store: Store, spent: Spent, talk: Talk) -> None:
    async with WebhookDispatcher(store, _BASE) as webhooks:
        worker = Worker(store, CarrierDispatcher(store, Loopback(store)), webhooks)
        spent.total, spent.processor = -time.perf_counter(), -time.process_time()
        running = asyncio.create_task(worker.run())
        await talk.settled()
        spent.total += time.perf_counter()
        spent.processor += time.process_time()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
