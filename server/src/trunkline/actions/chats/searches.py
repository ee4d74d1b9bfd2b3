"""The turns of searches in a process. A page of a search reads up to 2,000 chats, for all of which Python is needed.

Others are served between two batches of them. Fifty pages that were read at once would put fifty batches in between.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from trunkline.domain.errors import TooManyRequests
from trunkline.storage.fair_places import FairPlaces

AT_ONCE = 3
"""Pages that are read at once: one of a partner, as long as others may come."""

MAX_WAIT = 10.0  # s that a search waits for its turn
RETRY_AFTER = 1  # s, for a search beyond that


class Searches:
    """Which searches read now. The others wait, and partners take turns."""

    def __init__(self, max_wait: float = MAX_WAIT) -> None:
        self._places = FairPlaces(AT_ONCE)
        self._max_wait = max_wait

    @asynccontextmanager
    async def turn(self, partner_id: int) -> AsyncGenerator[None]:
        """Waits until a search of the partner may read, and lets it. Raises ``TooManyRequests``."""
        try:
            async with asyncio.timeout(self._max_wait):
                await self._places.take(partner_id)
        except TimeoutError:
            raise TooManyRequests(RETRY_AFTER, "too many of your searches wait for each other") from None
        try:
            yield
        finally:
            self._places.give_back(partner_id)
