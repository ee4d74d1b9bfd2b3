"""The body of a request as it arrives: in pieces, within a time."""

import asyncio
from collections.abc import AsyncGenerator

from trunkline.api.operation import Receive
from trunkline.domain.errors import InvalidBody

IDLE_TIMEOUT = 30.0  # s that a client may send nothing
TIMEOUT = 60.0  # s for a body of any size …
SLOWEST = 50_000  # … and for each of this many bytes, another second


async def received(receive: Receive, size: int) -> AsyncGenerator[bytes]:
    """The body of a request, in pieces. Raises ``InvalidBody`` if the client stops sending, or sends too slowly.

    ``size`` is how long the body should be, at most; it determines how long it may take.
    """
    arriving = ArrivingBody(receive, size)
    while not arriving.is_complete:
        piece = await arriving.next()
        if piece:
            yield piece


class ArrivingBody:
    """The body of a request, of at most ``size`` bytes, which determine how long it may take."""

    def __init__(self, receive: Receive, size: int) -> None:
        self._receive = receive
        self._time = asyncio.get_running_loop().time
        self._deadline = self._time() + TIMEOUT + size / SLOWEST
        self.is_complete = False
        """Whether no piece is left."""

    async def next(self) -> bytes:
        """The next piece, which may be empty. Raises ``InvalidBody``."""
        try:
            async with asyncio.timeout_at(min(self._time() + IDLE_TIMEOUT, self._deadline)):
                message = await self._receive()
        except TimeoutError:
            raise InvalidBody("the body arrives too slowly; send the request again") from None
        if message["type"] == "http.disconnect":
            raise InvalidBody("the body ends before it is complete")
        self.is_complete = not message.get("more_body", False)
        return message.get("body", b"")
