"""Notices that a client has disconnected."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from trunkline.api.operation import Receive

CLIENT_CLOSED_REQUEST = 499
"""The status that the journal, traces and metrics show if the client has disconnected (nginx). It is never sent."""


class ClientDisconnected(Exception):
    """The client of a request has disconnected, so nobody reads its response."""


async def disconnected(receive: Receive) -> None:
    """Returns when the client of a request has disconnected. A server that sends another message never reports it."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    if message["type"] != "http.disconnect" and (await receive())["type"] != "http.disconnect":
        await asyncio.get_running_loop().create_future()


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncGenerator[None]:
    """A block that only reads for a response. If the client disconnects, cancels the block, and raises
    ``ClientDisconnected``.
    """
    loop, end = asyncio.get_running_loop(), asyncio.timeout(None)
    try:
        async with end:

            async def watch() -> None:
                await disconnected(receive)
                end.reschedule(loop.time())

            watching = asyncio.create_task(watch())
            try:
                yield
            finally:
                watching.cancel()
                await asyncio.wait([watching])  # raises only if the request itself is cancelled
    except TimeoutError:
        if end.expired():
            raise ClientDisconnected from None
        raise
