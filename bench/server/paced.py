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
from types import TracebackType
from typing import IO, Self, cast

import msgspec
import uvloop

_CONNECTIONS = 32
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
    """What came of it: latencies in milliseconds, and how many answers were none that was asked for."""

    answered: int
    refused: int
    p50: float
    p99: float


class Paced:
    """A process that carries out a plan, on one core."""

    def __init__(self, plan: Plan, *, core: int) -> None:
        self._file = tempfile.NamedTemporaryFile(suffix=".plan")  # noqa: SIM115 - closed at the end of the block
        self._file.write(msgspec.json.encode(plan))
        self._file.flush()
        command = ["taskset", "-c", str(core), sys.executable, "-m", "bench.server.paced", self._file.name]
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

    def result(self) -> Pace:
        """Waits for it. Raises ``RuntimeError`` when a request was refused."""
        pace = msgspec.json.decode(self._output.read(), type=Pace)
        if pace.refused or not pace.answered:
            raise RuntimeError(f"{pace}")
        return pace


async def _pace(plan: Plan) -> Pace:
    requests = _requests(plan)
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(_CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", plan.port))
    clock = time.perf_counter  # the loop's own clock counts milliseconds
    latencies: list[float] = []
    refused = 0

    async def ask(due: float) -> None:
        nonlocal refused
        connection = await free.get()
        reader, writer = connection
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        latencies.append(clock() - due)
        refused += not head.startswith(b"HTTP/1.1 20")
        free.put_nowait(connection)

    start = clock()
    async with asyncio.TaskGroup() as tasks:
        for number in range(round(plan.rate * plan.seconds)):
            due = start + number / plan.rate
            await asyncio.sleep(due - clock())
            tasks.create_task(ask(due))
    while not free.empty():
        free.get_nowait()[1].close()
    latencies.sort()
    half, most = (latencies[int(len(latencies) * part)] * 1000 for part in (0.5, 0.99))
    return Pace(len(latencies), refused, half, most)


def _requests(plan: Plan) -> Iterator[bytes]:
    method = "POST" if plan.posting else "GET"
    unique = secrets.token_hex(4).encode()
    for number, path in enumerate(itertools.cycle(plan.paths)):
        body = _MESSAGE % (unique, number) if plan.posting else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {plan.key}"]
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if plan.posting else []
        yield "\r\n".join([*lines, "", ""]).encode() + body


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123
        print(msgspec.json.encode(uvloop.run(_pace(msgspec.json.decode(file.read(), type=Plan)))).decode())
