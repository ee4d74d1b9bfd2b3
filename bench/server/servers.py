"""Starting a server on a pinned core, and reading what memory its worker takes."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from tests.support.reserved_port import reserved_port

_START = 30.0  # s
_STOP = 30.0  # s


class Memory(msgspec.Struct, frozen=True):
    """A process's memory in MB: the most it ever had resident, and what of it now is its own, not a file's."""

    peak: float
    own: float


class Server(msgspec.Struct, frozen=True):
    """A running server."""

    pid: int
    port: int

    def get(self, path: str, key: str) -> bytes:
        """The body of one answer. Raises ``RuntimeError`` when it is not 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"{path}: {response.status} {body[:500]!r}")
        return body

    def processor_time(self) -> float:
        """How long its workers have had a processor, in seconds: who else has it meanwhile does not count."""
        return sum(map(_processor_time, self.workers()))

    def memory(self) -> Memory:
        """That of its one worker."""
        lines = Path(f"/proc/{self._worker()}/status").read_text().splitlines()
        sizes = {name: value for name, _, value in (line.partition(":") for line in lines)}
        return Memory(*(int(sizes[name].split()[0]) / 1024 for name in ("VmHWM", "RssAnon")))

    def workers(self) -> list[int]:
        """The ids of its worker processes."""
        # Python's multiprocessing keeps a process of its own beside them.
        children = [int(child) for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return [pid for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def _worker(self) -> int:
        [worker] = self.workers()
        return worker


@contextmanager
def serving(
    arguments: Sequence[str],
    *,
    core: int | None,
    environment: Mapping[str, str],
    log: Path | None = None,
    port: int | None = None,
) -> Generator[Server]:
    """A server of one worker on one core, or on any; ``--port`` is added to its arguments.

    Its output is appended to ``log``. ``port`` is one that the caller has reserved; by default, it is reserved here.
    """
    with ExitStack() as stack:
        number = port or stack.enter_context(reserved_port())
        pinned = [] if core is None else ["taskset", "-c", str(core)]
        output = None if log is None else stack.enter_context(log.open("ab"))
        command = [*pinned, sys.executable, *arguments, "--port", str(number)]
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            _await(process, number)
            yield Server(process.pid, number)
        finally:
            _stop(process)


def _processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise RuntimeError(f"{process.args!r} did not stop within {_STOP:g} s") from None


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not answer")
