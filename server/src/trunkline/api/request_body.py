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
    loop = asyncio.get_running_loop()
    deadline = loop.time() + TIMEOUT + size / SLOWEST
    more = True
    while more:
        try:
            async with asyncio.timeout_at(min(loop.time() + IDLE_TIMEOUT, deadline)):
                message = await receive()
        except TimeoutError:
            raise InvalidBody("the body arrives too slowly; send the request again") from None
        if message["type"] == "http.disconnect":
            raise InvalidBody("the body ends before it is complete")
        if message.get("body"):
            yield message["body"]
        more = message.get("more_body", False)
