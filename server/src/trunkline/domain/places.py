"""Places that partners share, such as those of waiting requests."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from trunkline.domain.errors import TooManyRequests


class Places:
    """A number of places. A partner takes another one while it has fewer than are free.

    So one partner has at most half of them, two have a third each, and there is always one for a partner without any.
    """

    def __init__(self, number: int, retry_after: int, reason: str) -> None:
        """``retry_after``, in seconds, and ``reason`` are for the error if a partner may not take another place."""
        self._free = number
        self._taken: Counter[int] = Counter()
        self._retry_after = retry_after
        self._reason = reason

    @property
    def number_taken(self) -> int:
        """The number of places that are taken."""
        return self._taken.total()

    @contextmanager
    def taken(self, partner_id: int) -> Generator[None]:
        """Takes a place until the end of the block. Raises ``TooManyRequests``."""
        if self._taken[partner_id] >= self._free:
            raise TooManyRequests(self._retry_after, self._reason)
        self._free -= 1
        self._taken[partner_id] += 1
        try:
            yield
        finally:
            self._free += 1
            self._taken[partner_id] -= 1
            if not self._taken[partner_id]:
                del self._taken[partner_id]
