"""Assembles the service: settings, store, carrier, delivery and application."""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from types import FrameType

from trunkline import logs
from trunkline.api.app import Application
from trunkline.api.faults import FaultInjector
from trunkline.api.journal import Journal
from trunkline.api.operation import Asgi, Receive, Scope, Send
from trunkline.api.unavailable import Unavailable
from trunkline.carriers.loader import network_of, open_carrier
from trunkline.client_connections import ClientConnections, connection_limit
from trunkline.config import Settings
from trunkline.delivery.backlog import Backlog
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.sweeps import run_sweeps
from trunkline.delivery.webhook_dispatcher import HttpWebhookClient, WebhookDispatcher
from trunkline.delivery.worker import Worker
from trunkline.domain.errors import CannotConnect, NotReady, described
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.store import Store, open_store
from trunkline.telemetry.worker import open_telemetry

_PARENT_INTERVAL = 1.0  # s between two checks that the parent process is alive
_OPENING_INTERVAL = 1.0  # s between two attempts to open the database

log = logging.getLogger("trunkline.serve")


class LifespanApp:
    """The ASGI application of a worker process: opens the store at startup and closes it at shutdown.

    A worker that starts while the database does not answer responds with 503 until it does.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connections = ClientConnections(settings.port, connection_limit())
        self._unavailable = Unavailable(settings.doc_base)
        self._application: Asgi | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            client = scope["client"]
            self._connections.begin(client)
            try:
                await (self._application or self._unavailable)(scope, receive, send)
            finally:
                self._connections.end(client)

    def _opening(self) -> AbstractAsyncContextManager[Store]:
        settings = self._settings
        return open_store(
            settings.database,
            settings.thresholds,
            attachments=settings.attachments,
            limits=postgres_limits(settings),
            replica=settings.database_replica,
        )

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            stack.callback(asyncio.create_task(_end_with_parent(), name="parent").cancel)
            try:
                await self._open(stack)
            except (CannotConnect, NotReady) as error:
                # It has answered `trunkline serve`. The server ends if its workers do not start, so this one waits.
                log.error("requests fail until the database can be opened: %s", described(error))  # noqa: TRY400
            except Exception as error:
                # The server then starts another worker; after an exception, it would serve without a store.
                await send({"type": "lifespan.startup.failed", "message": f"cannot start: {described(error)}"})
                return
            await send({"type": "lifespan.startup.complete"})
            stopping = asyncio.ensure_future(receive())
            while self._application is None and not (await asyncio.wait([stopping], timeout=_OPENING_INTERVAL))[0]:
                await self._try_again(stack)
            await stopping
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, stack: AsyncExitStack) -> None:
        """Opens the store, and answers requests from now on until the stack is closed. Fails without effects."""
        async with AsyncExitStack() as opened:
            store = await opened.enter_async_context(self._opening())
            await store.find_files()
            application = await opened.enter_async_context(_serving(store, self._settings, self._connections))
            stack.push_async_exit(opened.pop_all())
        self._application = application

    async def _try_again(self, stack: AsyncExitStack) -> None:
        try:
            await self._open(stack)
        except (CannotConnect, NotReady):
            return
        except Exception as error:
            log.error("cannot start: %s", described(error))  # noqa: TRY400
            os.kill(os.getpid(), signal.SIGTERM)  # the server then starts another worker
            return
        log.info("the database can be opened")


def postgres_limits(settings: Settings) -> Limits:
    """What the settings say about PostgreSQL."""
    return Limits(
        readers=settings.postgres_readers,
        writers=settings.postgres_writers,
        read=settings.postgres_read_timeout,
        begin=settings.postgres_read_timeout,
        write=settings.postgres_write_timeout,
        lifetime=settings.postgres_max_lifetime,
    )


@asynccontextmanager
async def _serving(store: Store, settings: Settings, connections: ClientConnections) -> AsyncGenerator[Asgi]:
    """The application for an open store, with a delivery worker, until the end of the block."""
    allow_private = settings.allow_private_webhooks
    telemetry = open_telemetry(
        store, settings.metrics, settings.metrics_token, lambda: connections.in_progress, os.environ
    )
    client = telemetry.webhook_client(HttpWebhookClient(allow_private=allow_private, clock=store.clock))
    async with (
        open_carrier(settings.carrier, store, store.clock) as carrier,
        WebhookDispatcher(
            store,
            settings.doc_base,
            settings.base_url,
            allow_private=allow_private,
            clock=store.clock,
            client=client,
        ) as webhooks,
    ):
        carriers = CarrierDispatcher(store, carrier, store.clock, base_url=settings.base_url)
        worker = Worker(store, telemetry.carrier(carriers), telemetry.webhooks(webhooks), store.clock)
        backlog = Backlog(store, settings.max_backlog, store.clock)
        journal = Journal(store, store.clock) if settings.has_journal else None
        application = Application(
            store,
            settings.base_url,
            settings.doc_base,
            clock=store.clock,
            changed=worker.wake,
            network=network_of(settings.carrier, carrier),
            allow_private_webhooks=allow_private,
            faults=FaultInjector() if settings.sandbox else None,
            abandon=connections.abandon,
            rate_limit=settings.key_limit,
            is_behind=backlog.is_behind,
            more_routes=telemetry.routes,
            journal=journal,
        )
        tasks = [
            asyncio.create_task(worker.run(), name="delivery"),
            asyncio.create_task(run_sweeps(store, store.clock), name="sweep"),
            asyncio.create_task(backlog.run(), name="backlog"),
            asyncio.create_task(connections.run(), name="connections"),
        ]
        if journal is not None:
            tasks.append(asyncio.create_task(journal.run(), name="journal"))
        try:
            with _on_stop_signal(application.stop_waiting):
                async with telemetry.reporting(lambda: application.waiting):
                    yield telemetry.application(application)
        finally:
            await application.close()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            if journal is not None:
                await journal.close()


async def _end_with_parent() -> None:
    """Ends this process if its parent was killed; otherwise, it would keep running and keep the port open."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    while os.getppid() == parent.pid:  # noqa: ASYNC110 - no other notification works among siblings
        await asyncio.sleep(_PARENT_INTERVAL)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _on_stop_signal(notify: Callable[[], None]) -> Generator[None]:
    """Calls ``notify`` on a stop signal. The server itself reports a stop only after all requests are over."""
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(notify)
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


def create() -> LifespanApp:
    """The application with the settings in the ``TRUNKLINE_*`` variables. The server's workers call it."""
    logs.capture()
    return LifespanApp(Settings.from_environment(os.environ))
