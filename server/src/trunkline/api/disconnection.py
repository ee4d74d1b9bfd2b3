"""Notices that a client has disconnected."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def disconnected(receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """Returns when the client of a request has disconnected. A server that sends another message never reports it."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    if message["type"] != "http.disconnect" and (await receive())["type"] != "http.disconnect":
        await asyncio.get_running_loop().create_future()
