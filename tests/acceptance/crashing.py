"""A service that is killed, and started again on the same port and database."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.command import BIN, ROOT, environment, free_port, stop, wait_until_ready


class Crashing:
    """``trunkline serve`` in a process group of its own. What it writes to the terminal is in ``log``."""

    def __init__(self, database: str, log: Path, *options: str, **variables: str) -> None:
        self._port = free_port()
        self._options = options
        self._environment = environment(TRUNKLINE_DATABASE=database, PYTHONPATH=str(ROOT), **variables)
        self._process: subprocess.Popen[Any] | None = None
        self.log = log
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self, *options: str) -> None:
        """Returns once it answers."""
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
        """Ends every process of it in an instant."""
        assert self._process is not None
        assert self._process.poll() is None, "the service ended by itself"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Ends it as an operator does."""
        assert self._process is not None
        process, self._process = self._process, None
        stop(process)

    @contextmanager
    def killed_at_last(self) -> Generator["Crashing"]:
        """Whatever happens, nothing of it is left behind."""
        try:
            yield self
        finally:
            if self._process is not None:
                self.kill()
