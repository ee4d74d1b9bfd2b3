"""What the current task works on: the ids that every log line of it has.

A task starts with the ids of the one that creates it, and what it binds is its own.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_bound: ContextVar[Mapping[str, str]] = ContextVar("trunkline_bound", default={})  # noqa: B039 - never changed


def bound() -> Mapping[str, str]:
    """The ids of the current task, by name."""
    return _bound.get()


def bind_trace(trace_id: str) -> None:
    """From now on, the current task works on this request alone."""
    _bound.set({"trace_id": trace_id})


def bind(name: str, value: str) -> None:
    """From now on, the current task works on this, too."""
    _bound.set({**_bound.get(), name: value})


@contextmanager
def bound_to(name: str, value: str) -> Generator[None]:
    """Within the block, the current task works on this, too."""
    token = _bound.set({**_bound.get(), name: value})
    try:
        yield
    finally:
        _bound.reset(token)
