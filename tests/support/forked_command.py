"""``trunkline …`` in a process of its own, forked from one that has imported the command: a quarter of the time."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_IMPORTED = [
    "trunkline.cli",
    *("typer._adapters", "granian.server", "trunkline.main"),  # which a command imports when it begins
]
_AT_START = ("PYTHON", "LANG", "LC_", "COLUMNS", "TERM", "NO_COLOR")
"""The variables that Python reads when it starts, or the command when it is imported, begin with these."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(_IMPORTED)


def is_possible(variables: Sequence[str]) -> bool:
    """Whether a command to which these variables are given behaves as in a new process."""
    return not any(name.startswith(_AT_START) for name in variables)


class ForkedCommand:
    """A running command, in the folder of this process. What it prints goes to these files."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: dict[str, str],
        output: str = os.devnull,
        complaints: str = os.devnull,
    ) -> None:
        self.arguments = arguments
        values = (list(arguments), environment, str(Path.cwd()), output, complaints)
        self._process = _forks.Process(target=_command, args=values)
        self._process.start()

    def poll(self) -> int | None:
        """The exit status, once there is one."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Sends a signal to it, unless it has ended."""
        if self._process.exitcode is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises ``subprocess.TimeoutExpired`` after this number of seconds."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self.arguments, timeout or 0)
        return status

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()


def run_forked(
    arguments: Sequence[str], environment: dict[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end. Raises ``subprocess.TimeoutExpired``."""
    with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as complaints:
        process = ForkedCommand(arguments, environment, output.name, complaints.name)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        texts = [file.read().decode() for file in (output, complaints)]
        return subprocess.CompletedProcess(arguments, status, *texts)


def _command(arguments: list[str], environment: dict[str, str], folder: str, output: str, complaints: str) -> None:
    """Runs the command in the process that was forked for it."""
    for name, number in ((os.devnull, 0), (output, 1), (complaints, 2)):
        file = os.open(name, os.O_RDWR)
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["trunkline", *arguments]
    from trunkline.cli import main  # noqa: PLC0415 - not in the process of the tests

    main()
