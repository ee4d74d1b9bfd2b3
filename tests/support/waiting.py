"""Waits until a running service has done something."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TIMEOUT = 20.0  # s
PAUSE = 0.05  # s between two checks


def until(look: Callable[[], T], timeout: float = TIMEOUT) -> T:
    """Returns the first result that is true."""
    deadline = time.monotonic() + timeout
    while not (found := look()):
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(PAUSE)
    return found
