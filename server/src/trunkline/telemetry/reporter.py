"""A worker's part in the metrics of its service: it writes its numbers every second, and answers ``GET /metrics``."""

import asyncio
import hmac
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from trunkline.api.operation import Request, Route, page
from trunkline.api.responses import Response
from trunkline.domain.errors import NotReady, Unauthorized
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.metrics import (
    CPU,
    DATABASE_CONNECTIONS,
    DATABASE_UP,
    LONG_POLLS,
    MEMORY,
    OLDEST,
    OVERDUE,
    REQUESTS_IN_PROGRESS,
    WORKERS,
    WRITES_WAITING,
)
from trunkline.notices import Notice
from trunkline.storage import outbox
from trunkline.storage.ports import Database
from trunkline.telemetry.exposition import render
from trunkline.telemetry.worker_files import Numbers, WorkerFiles, counted

PATH = "/metrics"
INTERVAL = 1.0  # s between two times that a worker writes its numbers
AGES = (1, 10, 60, 600)
"""Seconds for which a queue must have been due to be counted under this number."""

TIMEOUT = 2.0  # s for the database; Prometheus waits 10 for everything

_MOST = 1000  # queues of each kind that are looked at
_PAGE = os.sysconf("SC_PAGE_SIZE")
_UNAUTHORIZED = "the token is missing or wrong; pass it as `Authorization: Bearer <TRUNKLINE_METRICS_TOKEN>`"

log = logging.getLogger("trunkline.telemetry")

Values = Mapping[tuple[str, ...], float]


class Reporter:
    """Reports the numbers of this process, together with those of the other workers, whose files are in ``folder``."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        token: str | None,
        in_progress: Callable[[], int],
        clock: Clock = now,
    ) -> None:
        """Those who have the ``token`` may read the metrics; without one, everybody may.

        ``in_progress`` says how many requests are being answered.
        """
        self._files = WorkerFiles(folder)
        self._database = database
        self._token = token
        self._in_progress = in_progress
        self._clock = clock
        self._processor_time = 0.0
        self.waiting: Callable[[], int] = lambda: 0
        """How many requests wait for a change."""

    @property
    def route(self) -> Route:
        """The route of the metrics."""
        return page(PATH, self._respond)

    async def run(self) -> None:
        """Writes the numbers of this process until cancelled, and then once more."""
        failing = Notice(
            "the metrics of this worker cannot be written", log, over="the metrics of this worker are written again"
        )
        try:
            self._files.bury()
            while True:
                try:
                    self.write()
                except OSError as error:  # such as a full disk
                    failing.give(str(error))
                else:
                    failing.withdraw()
                await asyncio.sleep(INTERVAL)
        finally:
            self.write()

    def write(self) -> None:
        """Writes the numbers of this process."""
        before, self._processor_time = self._processor_time, time.process_time()
        CPU.add(number=self._processor_time - before)
        usage = self._database.usage()
        gauges: dict[str, dict[tuple[str, ...], float]] = {
            WORKERS.name: {(): 1},
            MEMORY.name: {(): _resident_memory()},
            REQUESTS_IN_PROGRESS.name: {(): self._in_progress()},
            LONG_POLLS.name: {(): self.waiting()},
            WRITES_WAITING.name: {(): usage.waiting},
            DATABASE_CONNECTIONS.name: {**usage.connections},
        }
        self._files.write(counted(gauges))

    async def sum(self) -> Numbers:
        """The numbers of the service, as of now for this process, and as of the last second for the others."""
        self.write()
        shared = await self._shared()
        numbers = self._files.sum()
        numbers.gauges |= shared
        return numbers

    async def _shared(self) -> dict[str, dict[tuple[str, ...], float]]:
        """What the database says. If it does not answer in time, only that."""
        try:
            async with asyncio.timeout(TIMEOUT):
                at = self._clock()
                carrier, webhooks = await outbox.overdue(self._database, at, _MOST)
        except (NotReady, TimeoutError):
            return {DATABASE_UP.name: {(): 0}}
        waited = {"carrier": _seconds(carrier, at), "webhook": _seconds(webhooks, at)}
        return {
            DATABASE_UP.name: {(): 1},
            OLDEST.name: {(destination,): max(all_, default=0) for destination, all_ in waited.items()},
            OVERDUE.name: {
                (destination, str(age)): sum(seconds > age for seconds in all_)
                for destination, all_ in waited.items()
                for age in AGES
            },
        }

    async def _respond(self, request: Request) -> Response:
        if self._token is not None:
            scheme, _, token = (request.header(b"authorization") or "").partition(" ")
            if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self._token.encode()):
                raise Unauthorized(_UNAUTHORIZED)
        body, content_type = render(await self.sum(), request.header(b"accept") or "")
        return Response(200, [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")], body)


def _seconds(due: list[Instant], at: Instant) -> list[float]:
    return [(at - since) / SECOND for since in due]


def _resident_memory() -> int:
    """The resident memory of this process in bytes; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE
    except OSError:
        return 0
