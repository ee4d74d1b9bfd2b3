"""Load from ``wrk``, pinned to a core of its own."""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

CONNECTIONS = 32


class Outcome(msgspec.Struct, frozen=True):
    """What one run of load saw. ``p50`` and ``p99`` are latencies in microseconds."""

    seconds: float
    requests: int
    bytes: int
    failed: int
    refused: int
    p50: int
    p99: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def missing_tools() -> list[str]:
    """Which of the programs that this needs are not installed."""
    return [tool for tool in ("wrk", "taskset") if shutil.which(tool) is None]


def run(port: int, paths: Sequence[str], key: str, *, seconds: int, core: int) -> Outcome:
    """Asks for the paths, at random, over ``CONNECTIONS`` connections. Raises ``RuntimeError`` when one is refused."""
    return _run("load.lua", port, paths, [key], connections=CONNECTIONS, seconds=seconds, core=core)


def send(port: int, paths: Sequence[str], key: str, *, clients: int, seconds: int, core: int) -> Outcome:
    """Posts messages to the paths, at random, each client one after the other. Raises ``RuntimeError`` as ``run``."""
    arguments = [key, secrets.token_hex(4)]
    return _run("messages.lua", port, paths, arguments, connections=clients, seconds=seconds, core=core)


def _run(
    script: str, port: int, paths: Sequence[str], arguments: Sequence[str], *, connections: int, seconds: int, core: int
) -> Outcome:
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
        file.write("\n".join(paths))
        file.flush()
        command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
        command += ["-s", str(Path(__file__).with_name(script)), f"http://127.0.0.1:{port}", "--", file.name]
        command += arguments
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    outcome = msgspec.json.decode(result.stdout.splitlines()[-1], type=Outcome)
    if outcome.failed or outcome.refused or not outcome.requests:
        raise RuntimeError(f"{outcome} for {paths[0]}")
    return outcome
