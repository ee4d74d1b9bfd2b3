"""What waits to be sent to clients is bounded, and no partner takes the place of another."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trunkline.api.large_bodies import PIECE, LargeBodies

LIMIT = 10 * PIECE


class Client:
    """A client that reads pieces of a body when the test says so."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._wanted = asyncio.Semaphore(0)
        self._got = asyncio.Semaphore(0)

    async def send(self, message: dict[str, Any]) -> None:
        await self._wanted.acquire()
        self.messages.append(message)
        self._got.release()

    async def read(self, pieces: int) -> None:
        """Returns when it has got the pieces."""
        for _ in range(pieces):
            self._wanted.release()
            await self._got.acquire()


class Sending:
    """Bodies that are being sent, each to its own client."""

    def __init__(self) -> None:
        self.bodies = LargeBodies(LIMIT)
        self.tasks: list[asyncio.Task[bool]] = []

    async def start(self, partner_id: int, size: int) -> Client:
        client = Client()
        self.tasks.append(asyncio.create_task(self.bodies.send(bytes(size), partner_id, client.send)))
        for _ in range(4):
            await asyncio.sleep(0)
        return client

    @property
    def outcomes(self) -> list[bool | None]:
        """Of each body, whether it was sent; None while it is being sent."""
        return [task.result() if task.done() else None for task in self.tasks]

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def test_a_body_arrives_complete_and_in_order() -> None:
    async def scenario() -> None:
        body = bytes(range(256)) * 1000
        client = Client()
        task = asyncio.create_task(LargeBodies(LIMIT).send(body, 1, client.send))
        await client.read(-(-len(body) // PIECE))
        assert await task
        assert b"".join(message["body"] for message in client.messages) == body
        assert [message["more_body"] for message in client.messages] == [True] * (len(client.messages) - 1) + [False]

    asyncio.run(scenario())


def test_the_partner_with_the_most_loses_the_body_that_has_waited_longest() -> None:
    async def scenario() -> None:
        sending = Sending()
        clients = [await sending.start(1, 2 * PIECE) for _ in range(4)]
        await sending.start(2, 2 * PIECE)
        await clients[0].read(1)
        assert sending.outcomes == [None] * 5
        await sending.start(2, 2 * PIECE)
        assert sending.outcomes == [None, False, None, None, None, None], "the first has been read a moment ago"
        await sending.start(1, 2 * PIECE)
        assert sending.outcomes == [None, False, False, None, None, None, None]
        await sending.end()

    asyncio.run(scenario())


def test_a_body_that_is_sent_makes_room() -> None:
    async def scenario() -> None:
        sending = Sending()
        for _ in range(20):
            await (await sending.start(1, LIMIT)).read(10)
        assert await asyncio.gather(*sending.tasks) == [True] * 20

    asyncio.run(scenario())


def test_a_body_larger_than_the_limit_is_sent_alone() -> None:
    async def scenario() -> None:
        sending = Sending()
        await (await sending.start(1, 2 * LIMIT)).read(20)
        assert await asyncio.gather(*sending.tasks) == [True]

    asyncio.run(scenario())


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, LIMIT)), max_size=30))
def test_what_waits_is_bounded_by_the_limit_and_one_body(requests: list[tuple[int, int]]) -> None:
    async def scenario() -> None:
        sending = Sending()
        for number, (partner_id, size) in enumerate(requests, 1):
            await sending.start(partner_id, size)
            outcomes = zip(requests[:number], sending.outcomes, strict=True)
            *others, new = [request for request, outcome in outcomes if outcome is None]
            assert new == (partner_id, size), "a new body is never the one that is given up"
            waiting = sum(length for _, length in others)
            assert waiting <= LIMIT
            assert waiting + size <= LIMIT or partner_id not in {each for each, _ in others}
        await sending.end()

    asyncio.run(scenario())
