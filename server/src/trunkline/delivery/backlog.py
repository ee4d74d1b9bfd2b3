"""Which partners send more than the service delivers, so that what is waiting grows.

A queue is *behind* if an attempt has been due for longer than any attempt takes, its last attempts did not all fail,
and more than a number of its entries wait. Attempts at a destination that fails are made in time, and then wait for the
destination, not for the service: so it never makes its partner's requests fail (docs/decisions/0025).
"""

import asyncio
import logging

from trunkline.domain.errors import NotReady, described
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.notices import Notice
from trunkline.storage import outbox
from trunkline.storage.store import Store

LATE: Instant = 12 * SECOND
"""How long an attempt must have been due, in microseconds: longer than one at a webhook or carrier takes."""

INTERVAL = 1.0  # s between two looks

log = logging.getLogger("trunkline.delivery")


class Backlog:
    """The partners with a queue that is behind, as of the last look. ``most`` entries of a queue may wait."""

    def __init__(self, store: Store, most: int, clock: Clock = now) -> None:
        self._store = store
        self._most = most
        self._clock = clock
        self._behind: frozenset[int] = frozenset()
        self._failing = Notice("the backlog is not looked at", log, over="the backlog is looked at again")

    def is_behind(self, partner_id: int) -> bool:
        """Whether a queue of the partner is behind."""
        return partner_id in self._behind

    async def look(self) -> None:
        """Looks at the queues of all partners. Raises ``NotReady``."""
        behind = await outbox.partners_behind(self._store.database, self._clock() - LATE, self._most)
        for partner_id in behind - self._behind:
            log.warning("partner %d sends more than is delivered; its requests get 429 for now", partner_id)
        self._behind = behind

    async def run(self) -> None:
        """Looks again and again until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                self._failing.give(described(error), traceback=not isinstance(error, NotReady))
            else:
                self._failing.withdraw()
            await asyncio.sleep(INTERVAL)
