"""Turns: one write of a partner at a time, partners in turn, results before requests, and no turn is lost."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.context import Origin
from trunkline.domain.errors import Busy, TooManyRequests
from trunkline.storage import turns
from trunkline.storage.turns import INTERNAL_IN_A_ROW, Turns, writer_of

A, B, C = 1, 2, 3


class Writes:
    """Writes that last until the test ends them."""

    def __init__(self, places: int) -> None:
        self.turns = Turns[str](places)
        self.began: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self, name: str, partner_id: int, origin: Origin = Origin.CLIENT) -> None:
        """A write asks for its turn."""
        self.ends[name] = asyncio.Event()

        async def write() -> None:
            async with self.turns.turn(partner_id, origin):
                self.began.append(name)
                await self.ends[name].wait()

        self.tasks[name] = asyncio.create_task(write())
        await settled()

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await self.tasks[name]
        await settled()

    async def cancel(self, name: str) -> None:
        self.tasks[name].cancel()
        await asyncio.gather(self.tasks[name], return_exceptions=True)
        await settled()

    async def finish(self) -> list[str]:
        """Ends every write in the order in which they begin, and returns that order."""
        for place in range(len(self.tasks)):
            if place < len(self.began):
                await self.end(self.began[place])
        return self.began


async def settled() -> None:
    """Everything that can run without anything else happening has run."""
    for _ in range(6):
        await asyncio.sleep(0)


async def test_the_writes_of_a_partner_follow_each_other_and_occupy_one_place() -> None:
    writes = Writes(places=2)
    for number in range(3):
        await writes.start(f"A{number}", A)
    assert writes.began == ["A0"]
    await writes.start("B0", B)
    assert writes.began == ["A0", "B0"]
    assert await writes.finish() == ["A0", "B0", "A1", "A2"]


async def test_partners_take_turns() -> None:
    writes = Writes(places=1)
    for number in range(3):
        await writes.start(f"A{number}", A)
    for number in range(2):
        await writes.start(f"B{number}", B)
    await writes.start("C0", C)
    assert await writes.finish() == ["A0", "B0", "C0", "A1", "B1", "A2"]


async def test_results_go_ahead_of_requests_but_not_for_ever() -> None:
    writes = Writes(places=1)
    await writes.start("first", A)
    await writes.start("request", A)
    for number in range(INTERNAL_IN_A_ROW + 2):
        await writes.start(f"result {number}", A, Origin.INTERNAL)
    order = await writes.finish()
    assert order.index("request") == INTERNAL_IN_A_ROW + 1


async def test_a_claim_waits_for_no_change_of_its_partner() -> None:
    writes = Writes(places=2)
    await writes.start("change", A)
    await writes.start("claim", A, Origin.CLAIM)
    assert writes.began == ["change", "claim"]
    await writes.finish()


async def test_a_client_that_goes_away_frees_its_place_in_the_order() -> None:
    writes = Writes(places=1)
    await writes.start("A0", A)
    for number in range(1, 4):
        await writes.start(f"A{number}", A)
    await writes.start("B0", B)
    await writes.cancel("A1")
    await writes.cancel("B0")
    assert await writes.finish() == ["A0", "A2", "A3"]


async def test_a_turn_that_is_given_to_a_cancelled_write_goes_to_the_next() -> None:
    writes = Writes(places=1)
    for name in ("first", "cancelled", "next"):
        await writes.start(name, A)
    writes.ends["first"].set()
    await asyncio.sleep(0)
    writes.tasks["cancelled"].cancel()  # it has its turn, but has not begun
    await settled()
    assert await writes.finish() == ["first", "next"]


async def test_how_many_requests_may_wait_and_results_always_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MAX_WAITING", 2)
    writes = Writes(places=1)
    for number in range(3):
        await writes.start(f"A{number}", A)
    await writes.start("A3", A)
    with pytest.raises(TooManyRequests, match="2 of your requests are waiting"):
        await writes.tasks.pop("A3")
    await writes.start("B0", B)
    await writes.start("result", A, Origin.INTERNAL)
    assert await writes.finish() == ["A0", "B0", "result", "A1", "A2"]


async def test_a_request_waits_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MAX_WAIT", 0.01)
    writes = Writes(places=1)
    await writes.start("import", A)
    await writes.start("request", A)
    with pytest.raises(Busy):
        await writes.tasks.pop("request")
    await writes.start("result", A, Origin.INTERNAL)
    assert await writes.finish() == ["import", "result"]


class Joining:
    """Writes that join the transaction of the one before, which hands its turn on."""

    def __init__(self, *, mixes_partners: bool) -> None:
        self.turns = Turns[str](1, mixes_partners=mixes_partners)
        self.joined: list[str] = []
        self.declined: list[str] = []

    def ask(self, name: str, partner_id: int, origin: Origin = Origin.CLIENT) -> asyncio.Task[None]:
        async def write() -> None:
            shared = await self.turns.begin(writer_of(partner_id, origin), origin, self.declined.append)
            self.joined.append(f"{name} {shared}")

        return asyncio.create_task(write())


async def test_a_turn_is_handed_on_to_the_next_write_of_the_partner() -> None:
    writes = Joining(mixes_partners=False)
    for name, partner in (("A0", A), ("A1", A), ("B0", B), ("A2", A)):
        writes.ask(name, partner)
        await settled()
    assert writes.turns.others_wait()
    for name in ("one", "two"):
        assert writes.turns.hand_on(writer_of(A, Origin.CLIENT), name)
        await settled()
    assert writes.joined == ["A0 None", "A1 one", "A2 two"]
    assert not writes.turns.hand_on(writer_of(A, Origin.CLIENT), "three")
    writes.turns.end(writer_of(A, Origin.CLIENT))
    await settled()
    assert writes.joined[3:] == ["B0 None"]


async def test_where_partners_are_mixed_they_take_turns_in_the_transaction() -> None:
    writes = Joining(mixes_partners=True)
    for name, partner in (("A0", A), ("A1", A), ("A2", A), ("B0", B), ("C0", C)):
        writes.ask(name, partner)
        await settled()
    for partner in (A, B, C, A):
        assert writes.turns.hand_on(writer_of(partner, Origin.CLIENT), "it")
        await settled()
    assert writes.joined == ["A0 None", "B0 it", "C0 it", "A1 it", "A2 it"]
    assert not writes.turns.hand_on(writer_of(A, Origin.CLIENT), "it")


@pytest.mark.parametrize("mixes_partners", [False, True])
async def test_a_write_that_does_not_join_gets_the_next_turn_alone(mixes_partners: bool) -> None:
    writes = Joining(mixes_partners=mixes_partners)
    writes.ask("A0", A)
    await settled()
    alone = asyncio.create_task(writes.turns.begin(writer_of(A, Origin.CLIENT), Origin.CLIENT))
    await settled()
    writes.ask("A1", A)
    await settled()
    assert not writes.turns.hand_on(writer_of(A, Origin.CLIENT), "it")
    writes.turns.end(writer_of(A, Origin.CLIENT))
    assert await alone is None
    assert writes.turns.hand_on(writer_of(A, Origin.CLIENT), "another")
    await settled()
    assert writes.joined == ["A0 None", "A1 another"]


async def test_a_cancelled_write_declines_the_transaction_that_it_was_given() -> None:
    writes = Joining(mixes_partners=False)
    writes.ask("A0", A)
    await settled()
    cancelled = writes.ask("A1", A)
    await settled()
    assert writes.turns.hand_on(writer_of(A, Origin.CLIENT), "it")
    cancelled.cancel()
    await settled()
    assert writes.declined == ["it"]
    assert writes.joined == ["A0 None"]


MOVES = st.lists(
    st.tuples(st.sampled_from(["start", "end", "cancel"]), st.integers(1, 3), st.sampled_from(list(Origin))),
    max_size=40,
)


@given(places=st.integers(1, 3), moves=MOVES)
def test_no_turn_is_lost_or_given_twice(places: int, moves: list[tuple[str, int, Origin]]) -> None:
    async def play() -> None:
        line = Turns[str](places)
        writing: Counter[tuple[int, bool]] = Counter()
        held: list[tuple[asyncio.Task[None], asyncio.Event]] = []

        async def write(partner_id: int, origin: Origin, over: asyncio.Event) -> None:
            writer = partner_id, origin is Origin.CLAIM
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(line.turn(partner_id, origin))
                writing[writer] += 1
                assert writing[writer] == 1
                assert writing.total() <= places
                try:
                    await over.wait()
                finally:
                    writing[writer] -= 1

        for move, number, origin in moves:
            if move == "start":
                over = asyncio.Event()
                held.append((asyncio.create_task(write(number, origin, over)), over))
            elif held:
                task, over = held[number % len(held)]
                if move == "end":
                    over.set()
                else:
                    task.cancel()
            if number != 2:  # sometimes several moves in one iteration of the loop
                await asyncio.sleep(0)
        for _, over in held:
            over.set()
        results = await asyncio.gather(*[task for task, _ in held], return_exceptions=True)
        assert not [each for each in results if isinstance(each, Exception)]
        assert not writing.total()
        async with asyncio.timeout(5), AsyncExitStack() as stack:
            for partner_id in range(10, 10 + places):
                await stack.enter_async_context(line.turn(partner_id, Origin.CLIENT))

    asyncio.run(play())
