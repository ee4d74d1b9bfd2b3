"""Where the parts are put together: settings, store, carrier, what leaves the service, application."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from types import FrameType
from typing import Any

from trunkline.api.app import Application, Message, Receive, Send
from trunkline.carriers.opening import network_of, open_carrier
from trunkline.config import Settings
from trunkline.delivery.carrying import CarrierCourier
from trunkline.delivery.sender import WebhookCourier
from trunkline.delivery.worker import Worker as DeliveryWorker
from trunkline.domain.health import Thresholds
from trunkline.storage.store import Store, open_store

_PARENT_LOOK = 1.0  # s between two looks at whether the parent lives


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
                self._application = await stack.enter_async_context(_serving(store, self._settings))
            except Exception as error:
                # Told so, the server starts another worker; left to itself, it would serve without a store.
                await send({"type": "lifespan.startup.failed", "message": f"cannot start: {error}"})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def _serving(store: Store, settings: Settings) -> AsyncGenerator[Application]:
    """The application over an open store; while it is there, what is to leave the service leaves."""
    thresholds = Thresholds()
    allow_private = settings.allow_private_webhooks
    async with (
        open_carrier(settings.carrier, store, thresholds) as carrier,
        WebhookCourier(store, settings.doc_base, allow_private=allow_private) as webhooks,
    ):
        worker = DeliveryWorker(store, CarrierCourier(store, carrier, thresholds), webhooks)
        running = asyncio.create_task(worker.run(), name="delivery")
        watching = asyncio.create_task(_end_with_parent(), name="parent")
        application = Application(
            store,
            settings.base_url,
            settings.doc_base,
            changed=worker.wake,
            network=network_of(settings.carrier, carrier),
            allow_private_webhooks=allow_private,
        )
        try:
            with _told_to_stop(application.stop_waiting):
                yield application
        finally:
            await application.close()
            watching.cancel()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _end_with_parent() -> None:
    """Ends this process when the one that watches over it was killed: nobody else would, and it would keep the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    while os.getppid() == parent.pid:  # noqa: ASYNC110 - the system tells of it in no other way that siblings cannot hide
        await asyncio.sleep(_PARENT_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _told_to_stop(tell: Callable[[], None]) -> Generator[None]:
    """Calls this as soon as the process is told to stop: the server itself says so only once all requests are over."""
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        before = handlers[signal.Signals(number)]
        if callable(before):
            before(number, frame)

    for number in handlers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, before in handlers.items():
            signal.signal(number, before)


def create() -> Worker:
    """The service as the ``TRUNKLINE_*`` variables describe it; what the server's workers call."""
    return Worker(Settings.from_environment(os.environ))
