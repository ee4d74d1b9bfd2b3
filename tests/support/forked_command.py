"""``trunkline …`` in a process of its own, forked from one that has imported the command: a quarter of the time."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_IMPORTED = ["trunkline.cli", "typer._adapters"]  # the second when a command begins
_AT_START = ("PYTHON", "LANG", "LC_", "COLUMNS", "TERM", "NO_COLOR")
"""The variables that Python reads when it starts, or the command when it is imported, begin with these."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(_IMPORTED)


def is_possible(variables: Sequence[str]) -> bool:
    """Whether a command to which these variables are given behaves as in a new process."""
    return not any(name.startswith(_AT_START) for name in variables)


def run_forked(
    arguments: Sequence[str], environment: dict[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Runs the command in the folder of this process. Raises ``subprocess.TimeoutExpired``."""
    with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as complaints:
        values = (list(arguments), environment, str(Path.cwd()), output.name, complaints.name)
        process = _forks.Process(target=_command, args=values)
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, timeout)
        texts = [file.read().decode() for file in (output, complaints)]
        return subprocess.CompletedProcess(arguments, process.exitcode, *texts)


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
