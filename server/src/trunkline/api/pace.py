"""Spaces out what a partner does with large bodies and pages, so that others are served in between.

Decoding, storing or building a megabyte takes the event loop for milliseconds at a stretch. One such request is fine;
many of them, one after the other, would leave nothing to anyone else. So each has a time within which the partner's
next one does not begin. A partner without large bodies and pages is not delayed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec

from trunkline.domain.errors import TooManyRequests

LARGE = 200_000
"""Bytes of a body or page that counts; no ordinary message or page is that large."""

BODY_TIME = 200e-9  # s for each byte of a request body: it is decoded, stored, given to the carrier and stored again
PAGE_TIME = 20e-9  # s for each byte of a page
MEMORY = 1.0  # s for which the reads of a partner are spaced out after its last large page
MAX_WAIT = 10.0  # s that a request waits
RETRY_AFTER = 1  # s, for a request beyond that


class _Paced(msgspec.Struct):
    """A partner with large requests: when the next one may begin, and what a read takes until when."""

    free_at: float = 0.0
    read_time: float = 0.0
    reads_until: float = 0.0


class Pace:
    """When the next large request of each partner may begin, in a process.

    Whether a read has a large page is known only afterwards, so for a while after one, all reads of the partner count.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self.partners: dict[int, _Paced] = {}
        """Those with a large body or page, for a while."""

    async def begin_body(self, partner_id: int, size: int) -> None:
        """Waits until a large body may be decoded. Raises ``TooManyRequests``."""
        await self._begin(self.partners.setdefault(partner_id, _Paced()), size * BODY_TIME)

    async def begin_read(self, partner_id: int) -> None:
        """Waits until one of the ``partners`` may read. Raises ``TooManyRequests``."""
        paced = self.partners[partner_id]
        at = self._clock()
        if at < paced.reads_until:
            await self._begin(paced, paced.read_time)
        elif at > paced.free_at:
            del self.partners[partner_id]

    def end_page(self, partner_id: int, size: int) -> None:
        """Notes that a large page has been built."""
        paced = self.partners.setdefault(partner_id, _Paced())
        at = self._clock()
        paced.read_time = size * PAGE_TIME
        paced.reads_until = at + MEMORY
        paced.free_at = max(paced.free_at, at + paced.read_time)

    async def _begin(self, paced: _Paced, duration: float) -> None:
        at = self._clock()
        wait = paced.free_at - at
        if wait > MAX_WAIT:
            raise TooManyRequests(RETRY_AFTER, "too many of your large requests are waiting to be carried out")
        paced.free_at = max(paced.free_at, at) + duration
        if wait > 0:
            await self._sleep(wait)
