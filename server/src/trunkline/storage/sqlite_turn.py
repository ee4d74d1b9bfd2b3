"""Which process writes next to a SQLite file.

SQLite gives its write lock to a process that asks while it is free. One that writes without pause takes it again a few
microseconds after each commit, so those that ask every few milliseconds would hardly ever get it. So a process takes a
second lock, its turn, before it asks:

    waits for its turn ──▶ has the turn, and waits for the write lock ──▶ has the write lock, and ends the turn

The turn is a ``flock`` on the write-ahead log, which exists as long as a connection is open, and in which SQLite locks
nothing: closing another one of its files would release its locks (https://sqlite.org/howtocorrupt.html §2.2).
"""

import asyncio
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

MAX_WAIT = 1.0
"""Seconds that a process waits for its turn. Then it asks without it: the one that has it may have been stopped."""

PAUSE = 0.001  # s between two attempts


class ProcessTurn:
    """The turn of a process, or of one of its stores."""

    def __init__(self, log: Path) -> None:
        """``log`` is the write-ahead log."""
        self._log = log
        self._handle: int | None = None

    async def begin(self) -> None:
        """Waits for the turn, for ``MAX_WAIT`` at most."""
        if self._handle is None:
            try:
                self._handle = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:  # not created yet; whether it is gone is for ``DatabaseFile`` to say
                return
        deadline = time.monotonic() + MAX_WAIT
        while not _lock(self._handle):
            if time.monotonic() > deadline:
                return
            await asyncio.sleep(PAUSE)

    def end(self) -> None:
        """The turn, if it has begun, is that of another process."""
        if self._handle is not None:
            with suppress(OSError):
                fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Closes the log."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> bool:
    """Whether the lock could be taken. A file system without such locks has no turns."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
