"""Reads that several tasks ask for at the same moment, carried out together: the attempts of a round read once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ReadTogether(Generic[K, V]):
    """Reads what has some keys. ``read`` gets a partner and the keys, without duplicates."""

    def __init__(self, read: Callable[[int, Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._read = read
        self._asked: dict[int, tuple[dict[K, None], list[asyncio.Future[Mapping[K, V]]]]] = {}
        """The keys of the next read of a partner, and who waits for it. It begins when the ready tasks have run."""
        self._reading: set[asyncio.Task[None]] = set()

    async def get(self, partner_id: int, keys: Sequence[K]) -> Mapping[K, V]:
        """What ``read`` returns for these keys, among others. Raises what ``read`` raises."""
        if partner_id not in self._asked:
            self._asked[partner_id] = {}, []
            reading = asyncio.create_task(self._run(partner_id))
            self._reading.add(reading)
            reading.add_done_callback(self._reading.discard)
        asked, waiting = self._asked[partner_id]
        asked.update(dict.fromkeys(keys))
        found: asyncio.Future[Mapping[K, V]] = asyncio.get_running_loop().create_future()
        waiting.append(found)
        return await found

    async def _run(self, partner_id: int) -> None:
        keys, waiting = self._asked.pop(partner_id)
        try:
            found = await self._read(partner_id, list(keys))
        except BaseException as error:
            for each in waiting:
                if not each.done():
                    each.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for each in waiting:
                if not each.done():
                    each.set_result(found)
