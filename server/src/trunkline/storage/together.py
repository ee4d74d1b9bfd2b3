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
        self._asked: dict[int, tuple[dict[K, None], asyncio.Task[Mapping[K, V]]]] = {}
        """The keys of the next read of a partner, which begins when the tasks that are ready have run."""

    async def get(self, partner_id: int, keys: Sequence[K]) -> Mapping[K, V]:
        """What ``read`` returns for these keys, among others. Raises what ``read`` raises."""
        if partner_id not in self._asked:
            self._asked[partner_id] = {}, asyncio.create_task(self._run(partner_id))
        asked, reading = self._asked[partner_id]
        asked.update(dict.fromkeys(keys))
        return await asyncio.shield(reading)  # a cancellation is not one of the others

    async def _run(self, partner_id: int) -> Mapping[K, V]:
        keys, _ = self._asked.pop(partner_id)
        return await self._read(partner_id, list(keys))
