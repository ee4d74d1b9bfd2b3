"""Where the parts are put together: settings, store, application."""

import os
from contextlib import AsyncExitStack
from typing import Any

from trunkline.api.app import Application, Message, Receive, Send
from trunkline.config import Settings
from trunkline.storage.store import open_store


class Worker:
    """The ASGI application of a worker: opens the store when the server starts it, closes it when the server stops."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._application: Any = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._application(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                store = await stack.enter_async_context(open_store(self._settings.database))
                self._application = Application(store, self._settings.base_url, self._settings.doc_base)
            except Exception as error:
                # Told so, the server starts another worker; left to itself, it would serve without a store.
                await send({"type": "lifespan.startup.failed", "message": f"cannot start: {error}"})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def create() -> Worker:
    """The service as the ``TRUNKLINE_*`` variables describe it; what the server's workers call."""
    return Worker(Settings.from_environment(os.environ))
