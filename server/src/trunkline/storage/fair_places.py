"""Places for work that waits its turn, such as reads: no partner takes the last ones while it has others.

So however slow the reads of one partner are, those of another find a place (docs/decisions/0025).
"""

import asyncio
from collections import Counter, deque
from contextlib import suppress

from trunkline.domain.context import NO_PARTNER

RESERVED = 2
"""The number of places that only those take who have none."""


class FairPlaces:
    """A number of places. Who waits for one gets it in turn: partners alternate, each first come, first served."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._reserved = min(RESERVED, number - 1)
        self._taken: Counter[int] = Counter()
        self._waiting: dict[int, deque[asyncio.Future[None]]] = {}
        """By partner, in the order of their turns."""

    @property
    def number_taken(self) -> int:
        """How many places are taken."""
        return self._taken.total()

    async def take(self, partner_id: int) -> None:
        """Takes a place, which must be given back. Work of no partner may take every place."""
        if partner_id not in self._waiting and self._may_take(partner_id):
            self._free -= 1
            self._taken[partner_id] += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(partner_id, deque())
        waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.give_back(partner_id)
            else:
                with suppress(ValueError):
                    waiting.remove(turn)
                if not waiting and self._waiting.get(partner_id) is waiting:
                    del self._waiting[partner_id]
            raise

    def give_back(self, partner_id: int) -> None:
        """Ends the use of a place of this partner."""
        self._free += 1
        self._taken[partner_id] -= 1
        if not self._taken[partner_id]:
            del self._taken[partner_id]
        while self._waiting and self._admit_next():
            pass

    def _may_take(self, partner_id: int) -> bool:
        return self._free > (self._reserved if self._taken[partner_id] and partner_id != NO_PARTNER else 0)

    def _admit_next(self) -> bool:
        """Gives a place to the first who may take one. Returns whether there was one."""
        for partner_id in self._waiting:
            if self._may_take(partner_id):
                break
        else:
            return False
        waiting = self._waiting.pop(partner_id)
        turn = waiting.popleft()
        if waiting:
            self._waiting[partner_id] = waiting  # behind the others
        if turn.done():  # it is being cancelled
            return True
        self._free -= 1
        self._taken[partner_id] += 1
        turn.set_result(None)
        return True
