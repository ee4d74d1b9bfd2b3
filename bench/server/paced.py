"""Requests at a fixed rate, whatever the answers take: ``python -m bench.server.paced``, which ``Paced`` starts.

A latency is counted from when its request was due, so that a request which had to wait for a free connection, or for
this process, counts as slow.
"""

import asyncio
import itertools
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Self, cast

import msgspec
import uvloop

from bench.client import Client, NoResponse

NICE = ("nice", "-n", "10")
"""Starts a command whose processes get a tenth of the time of another one that wants the same core."""

_CONNECTIONS = 32
_PATIENCE = 10.0  # s
_MESSAGE = b'{"message":{"parts":[{"type":"text","value":"Your order is on its way."}],"idempotency_key":"%b%d"}}'


class Plan(msgspec.Struct, frozen=True):
    """What to ask for: the paths in turn, so many a second for so many seconds. ``posting`` sends messages there."""

    port: int
    key: str
    paths: Sequence[str]
    rate: float
    seconds: float
    posting: bool = False


class Pace(msgspec.Struct, frozen=True):
    """What came of it: latencies in milliseconds, how many answers were none that was asked for, and how many none.

    ``lag`` is the 99th percentile of the milliseconds by which this process was late to send: its own part.
    """

    answered: int
    refused: int
    failed: int
    p50: float
    p99: float
    lag: float


class Paced:
    """A process that carries out a plan, on one core, which one that is nice yields to others."""

    def __init__(self, plan: Plan, *, core: int, is_nice: bool = False) -> None:
        self._file = tempfile.NamedTemporaryFile(suffix=".plan")  # noqa: SIM115 - closed at the end of the block
        self._file.write(msgspec.json.encode(plan))
        self._file.flush()
        command = ["taskset", "-c", str(core), sys.executable, "-m", "bench.server.paced", self._file.name]
        command = [*NICE, *command] if is_nice else command
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._output = cast("IO[bytes]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()
        self._file.close()

    def outcome(self) -> Pace:
        """Waits for it, whatever became of the requests. Raises ``RuntimeError`` when the process has died."""
        if not (output := self._output.read()):
            raise RuntimeError(f"{self._process.args!r} has died")
        return msgspec.json.decode(output, type=Pace)

    def result(self) -> Pace:
        """Waits for it. Raises ``RuntimeError`` when a request was refused or failed."""
        pace = self.outcome()
        if pace.refused or pace.failed or not pace.answered:
            raise RuntimeError(f"{pace}")
        return pace


async def _pace(plan: Plan) -> Pace:
    clients = [Client(plan.port, plan.key) for _ in range(_CONNECTIONS)]
    free: asyncio.Queue[Client] = asyncio.Queue()
    for client in clients:
        with suppress(NoResponse):
            await client.open()
        free.put_nowait(client)
    requests = _requests(plan, clients[0])
    clock = time.perf_counter  # the loop's own clock counts milliseconds
    latencies: list[float] = []
    lags: list[float] = []
    refused = failed = 0

    async def ask(due: float) -> None:
        nonlocal refused, failed
        client = await free.get()
        try:
            # One that has waited this long for a connection fails at once.
            limit = 0 if clock() - due > _PATIENCE else _PATIENCE
            response = await client.exchange(next(requests), limit=limit)
            refused += not response.is_success
        except NoResponse:
            failed += 1
        latencies.append(clock() - due)
        free.put_nowait(client)

    start = clock()
    async with asyncio.TaskGroup() as tasks:
        for number in range(round(plan.rate * plan.seconds)):
            due = start + number / plan.rate
            await asyncio.sleep(due - clock())
            lags.append(clock() - due)
            tasks.create_task(ask(due))
    for client in clients:
        client.close()
    return Pace(len(latencies), refused, failed, *_percentiles(latencies, 0.5, 0.99), *_percentiles(lags, 0.99))


def _percentiles(seconds: list[float], *parts: float) -> list[float]:
    """In milliseconds."""
    ordered = sorted(seconds)
    return [ordered[int(len(ordered) * part)] * 1000 for part in parts]


def _requests(plan: Plan, client: Client) -> Iterator[bytes]:
    unique = secrets.token_hex(4).encode()
    for number, path in enumerate(itertools.cycle(plan.paths)):
        yield client.encode("POST", path, _MESSAGE % (unique, number)) if plan.posting else client.encode("GET", path)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123
        print(msgspec.json.encode(uvloop.run(_pace(msgspec.json.decode(file.read(), type=Plan)))).decode())
