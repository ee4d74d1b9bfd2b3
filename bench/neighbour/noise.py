"""A bad neighbour in a process of its own: ``python -m bench.neighbour.noise PLAN``, which ``Noise`` starts.

It prepares its attack and then obeys the lines ``start`` and ``stop`` on standard input. It ends with the input.
"""

import asyncio
import contextlib
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

import msgspec
import uvloop

from bench.neighbour.attacks import ATTACKS
from bench.neighbour.place import Counts, Place, Plan
from bench.receivers import raise_file_limit
from bench.server.paced import NICE

_PREPARATION = 180.0  # s
_START = 60.0  # s
_STOP = 60.0  # s
_END = 10.0  # s


class Noise:
    """The process. It has one core, which it yields to those that measure (``NICE``)."""

    def __init__(self, plan: Plan, folder: Path, *, core: int) -> None:
        path = folder / "plan"
        path.write_bytes(msgspec.json.encode(plan))
        command = [*NICE, "taskset", "-c", str(core), sys.executable, "-m", "bench.neighbour.noise"]
        self._process = subprocess.Popen(
            [*command, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._input = cast("IO[bytes]", self._process.stdin)
        self._output = cast("IO[bytes]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._input.close()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def prepare(self) -> None:
        """Returns when the attack is prepared. Raises ``RuntimeError`` if it cannot be."""
        self._line(_PREPARATION)

    def start(self) -> None:
        """Starts the attack, and returns when it is at full strength. Raises ``RuntimeError`` if it fails."""
        self._order(b"start\n", _START)

    def stop(self) -> Counts:
        """Stops the attack, and returns what it has counted. Raises ``RuntimeError`` if it has failed."""
        return msgspec.json.decode(self._order(b"stop\n", _STOP), type=Counts)

    def _order(self, line: bytes, timeout: float) -> bytes:
        """The answer to a line."""
        try:
            self._input.write(line)
        except BrokenPipeError:
            raise RuntimeError("the neighbour has died") from None
        return self._line(timeout)

    def _line(self, timeout: float) -> bytes:
        readable, _, _ = select.select([self._output], [], [], timeout)
        line = self._output.readline() if readable else b""
        if not line:
            raise RuntimeError(f"the neighbour {'has died' if readable else 'does not answer'}")
        return line


async def _obey(plan: Plan) -> None:
    attack, place = ATTACKS[plan.attack], Place(plan)
    await attack.prepare(place)
    _say(b"ready")
    running: asyncio.Task[None] | None = None
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line == "start\n":
            place.counts = Counts()
            place.is_loud.clear()
            running = asyncio.ensure_future(attack.run(place))
            loud = asyncio.create_task(place.is_loud.wait())
            await asyncio.wait([running, loud], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            _say(b"loud")
        elif running is not None:
            counts = msgspec.json.encode(place.counts)
            if running.done():
                running.result()
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            _say(counts)


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(_obey(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)))
