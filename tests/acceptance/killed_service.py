"""A service that is killed, and started again on the same port and database."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.command import BIN, ROOT, environment, stop, wait_until_ready
from tests.support.reserved_port import reserved_port


class KilledService:
    """``trunkline serve`` in its own process group. Its output is appended to ``log``."""

    def __init__(
        self, database: str, port: int, log: Path, options: tuple[str, ...], variables: dict[str, str]
    ) -> None:
        self._port = port
        self._options = options
        self._environment = environment(TRUNKLINE_DATABASE=database, PYTHONPATH=str(ROOT), **variables)
        self._process: subprocess.Popen[Any] | None = None
        self.log = log
        self.url = f"http://127.0.0.1:{port}"

    def start(self, *options: str) -> None:
        """Returns when the service is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [BIN / "trunkline", "serve", "--port", str(self._port), *self._options, *options],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_ready(self.url, self._process)

    def kill(self) -> None:
        """Kills every process of the service at once."""
        assert self._process is not None
        assert self._process.poll() is None, "the service ended by itself"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Ends the service as an operator does."""
        assert self._process is not None
        process, self._process = self._process, None
        stop(process)

    @property
    def processes(self) -> list[int]:
        """The ids of its processes."""
        assert self._process is not None
        group = self._process.pid
        return [int(each.name) for each in Path("/proc").glob("[0-9]*") if _group_of(each) == group]

    @property
    def is_running(self) -> bool:
        """Whether it was started, and has neither been killed nor stopped since."""
        return self._process is not None


def _group_of(process: Path) -> int | None:
    """The process group of a process; None if it has ended."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return None


@contextmanager
def killed_service(database: str, log: Path, *options: str, **variables: str) -> Generator[KilledService]:
    """A service that has not started yet. It is killed at the end of the block, if it runs."""
    with reserved_port() as port:
        service = KilledService(database, port, log, options, variables)
        try:
            yield service
        finally:
            if service.is_running:
                service.kill()
