"""Places of reads: partners alternate, and none takes the last ones."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.context import NO_PARTNER
from trunkline.storage.fair_places import RESERVED, FairPlaces

NUMBER = 8


class Reads:
    """The reads of some partners, and which of them have a place."""

    def __init__(self, number: int = NUMBER) -> None:
        self.places = FairPlaces(number)
        self.admitted: list[int] = []
        self.tasks: list[tuple[int, asyncio.Task[None]]] = []

    async def begin(self, partner_id: int, count: int = 1) -> None:
        for _ in range(count):
            self.tasks.append((partner_id, asyncio.create_task(self._take(partner_id))))
        await self.settle()

    async def _take(self, partner_id: int) -> None:
        await self.places.take(partner_id)
        self.admitted.append(partner_id)

    async def end(self, partner_id: int) -> None:
        self.admitted.remove(partner_id)
        self.places.give_back(partner_id)
        await self.settle()

    async def cancel(self) -> None:
        for _, task in self.tasks:
            task.cancel()
        await self.settle()

    @staticmethod
    async def settle() -> None:
        for _ in range(4):
            await asyncio.sleep(0)


async def test_one_partner_leaves_places_to_others() -> None:
    reads = Reads()
    await reads.begin(1, 20)
    assert reads.admitted == [1] * (NUMBER - RESERVED)
    await reads.begin(2, 5)
    await reads.begin(3)
    assert reads.admitted[-2:] == [2, 3]
    await reads.begin(4)
    assert 4 not in reads.admitted
    await reads.end(1)
    assert 4 in reads.admitted, "a partner without a place goes ahead"
    await reads.cancel()


async def test_partners_alternate() -> None:
    reads = Reads()
    await reads.begin(1, 20)
    await reads.begin(2, 20)
    held = len(reads.admitted)
    for _ in range(held + 10):
        await reads.end(reads.admitted[0])
    assert sorted(reads.admitted) == [1, 1, 1, 2, 2, 2]
    await reads.cancel()


@pytest.mark.parametrize(("number", "most"), [(1, 1), (2, 1), (3, 1), (4, 2)])
async def test_few_places_are_all_of_use(number: int, most: int) -> None:
    reads = Reads(number)
    await reads.begin(1, 5)
    assert len(reads.admitted) == most
    await reads.begin(2)
    assert (2 in reads.admitted) is (number > 1)
    await reads.cancel()


async def test_work_of_no_partner_may_take_every_place() -> None:
    reads = Reads()
    await reads.begin(NO_PARTNER, 20)
    assert len(reads.admitted) == NUMBER
    await reads.cancel()


@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "cancel"]), st.integers(0, 3)), max_size=60))
def test_no_place_is_lost_or_given_twice_whoever_is_cancelled(steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        reads = Reads(4)
        for step, partner_id in steps:
            waiting = [task for owner, task in reads.tasks if owner == partner_id and not task.done()]
            if step == "begin":
                await reads.begin(partner_id)
            elif step == "end" and partner_id in reads.admitted:
                # Its successor is cancelled at the moment at which it gets the place.
                reads.admitted.remove(partner_id)
                reads.places.give_back(partner_id)
                for task in waiting[:1]:
                    task.cancel()
                await reads.settle()
            elif step == "cancel" and waiting:
                waiting[-1].cancel()
                await reads.settle()
            assert reads.places.number_taken == len(reads.admitted) <= 4
        while reads.admitted:
            await reads.end(reads.admitted[0])
        assert all(task.done() for _, task in reads.tasks), "one waits although every place is free"
        await reads.begin(1, 2)
        await reads.begin(2)
        assert sorted(reads.admitted) == [1, 1, 2]

    asyncio.run(play())
