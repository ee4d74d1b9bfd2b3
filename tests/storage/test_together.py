"""Reads that are asked for at the same moment are carried out together."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from trunkline.domain.errors import NotReady
from trunkline.storage.together import ReadTogether


class Recorded:
    """Reads that are recorded, and then wait for ``answer``."""

    def __init__(self) -> None:
        self.reads: list[tuple[int, list[str]]] = []
        self.begun = asyncio.Queue[None]()
        self.answer = asyncio.Event()
        self.failure: BaseException | None = None

    async def __call__(self, partner_id: int, keys: Sequence[str]) -> Mapping[str, str]:
        self.reads.append((partner_id, list(keys)))
        self.begun.put_nowait(None)
        await self.answer.wait()
        if self.failure is not None:
            raise self.failure
        return {key: f"{partner_id} {key}" for key in keys}


async def test_a_partner_has_one_read_for_all_tasks() -> None:
    read = Recorded()
    read.answer.set()
    together = ReadTogether[str, str](read)
    found = await asyncio.gather(
        together.get(1, ["a", "b"]), together.get(2, ["a"]), together.get(1, ["b", "c"]), together.get(1, [])
    )
    assert read.reads == [(1, ["a", "b", "c"]), (2, ["a"])]
    assert found[0] == {"a": "1 a", "b": "1 b", "c": "1 c"}
    assert found[1] == {"a": "2 a"}


async def test_what_is_asked_for_later_is_read_later() -> None:
    """A read that has begun may not see what has been stored since."""
    read = Recorded()
    together = ReadTogether[str, str](read)
    first = asyncio.create_task(together.get(1, ["a"]))
    await read.begun.get()
    second = asyncio.create_task(together.get(1, ["a"]))
    await read.begun.get()
    read.answer.set()
    assert await first == await second == {"a": "1 a"}


async def test_a_cancelled_task_leaves_the_read_to_the_others() -> None:
    read = Recorded()
    together = ReadTogether[str, str](read)
    first, second = [asyncio.create_task(together.get(1, [key])) for key in "ab"]
    await read.begun.get()
    first.cancel()
    read.answer.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second == {"a": "1 a", "b": "1 b"}


async def test_a_failure_is_that_of_all_tasks_and_of_no_later_one() -> None:
    read = Recorded()
    read.answer.set()
    read.failure = NotReady("away")
    together = ReadTogether[str, str](read)
    results = await asyncio.gather(together.get(1, ["a"]), together.get(1, ["b"]), return_exceptions=True)
    assert results == [read.failure, read.failure]
    read.failure = None
    assert await together.get(1, ["a"]) == {"a": "1 a"}


async def test_nobody_waits_for_a_read_that_is_cancelled() -> None:
    read = Recorded()
    read.answer.set()
    read.failure = asyncio.CancelledError()
    together = ReadTogether[str, str](read)
    async with asyncio.timeout(20):
        results = await asyncio.gather(together.get(1, ["a"]), together.get(1, ["b"]), return_exceptions=True)
    assert [type(each) for each in results] == [asyncio.CancelledError] * 2
    read.failure = None
    assert await together.get(1, ["a"]) == {"a": "1 a"}
