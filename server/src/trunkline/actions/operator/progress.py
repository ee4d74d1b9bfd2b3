"""How far a long command is."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]
"""Shows what is being done, out of how much; yields the function that takes how much of it is done."""


@contextmanager
def silent(_what: str, _total: int | None) -> Generator[Callable[[int], None]]:
    """A ``Progress`` that shows nothing."""
    yield lambda done: None
