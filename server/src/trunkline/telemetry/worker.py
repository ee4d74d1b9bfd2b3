"""What observes a worker process: its metrics, its traces, both or neither."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trunkline.api.operation import Asgi, Route
from trunkline.delivery.webhook_dispatcher import WebhookClient
from trunkline.delivery.worker import Dispatcher
from trunkline.metrics import FOLDER
from trunkline.storage.change import Change
from trunkline.storage.store import Store
from trunkline.telemetry.observers import ObservedApplication, ObservedDispatcher, observed_change
from trunkline.telemetry.trace_settings import open_traces

if TYPE_CHECKING:
    from trunkline.telemetry.reporter import Reporter
    from trunkline.telemetry.traces import Traces


class Telemetry:
    """The metrics and traces of a worker process. Where they are off, the parts of the service remain as they are."""

    def __init__(self, reporter: "Reporter | None" = None, traces: "Traces | None" = None) -> None:
        self._reporter = reporter
        self._traces = traces

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes for the operator."""
        return () if self._reporter is None else (self._reporter.route,)

    def application(self, application: Asgi) -> Asgi:
        """The application, observed."""
        if self._traces is not None:
            application = self._traces.application(application)
        return application if self._reporter is None else ObservedApplication(application)

    def carrier(self, dispatcher: Dispatcher) -> Dispatcher:
        """The dispatcher of the carrier, observed."""
        if self._traces is not None:
            dispatcher = self._traces.dispatcher(dispatcher)
        return dispatcher if self._reporter is None else ObservedDispatcher(dispatcher)

    def webhooks(self, dispatcher: Dispatcher) -> Dispatcher:
        """The dispatcher of webhooks, observed. Traces observe its client."""
        return dispatcher if self._reporter is None else ObservedDispatcher(dispatcher)

    def webhook_client(self, client: WebhookClient) -> WebhookClient:
        """The client for webhooks, observed."""
        return client if self._traces is None else self._traces.webhooks(client)

    def change(self, opening: AbstractAsyncContextManager[Change]) -> AbstractAsyncContextManager[Change]:
        """A change, observed."""
        if self._traces is not None:
            opening = self._traces.change(opening)
        return opening if self._reporter is None else observed_change(opening)

    @asynccontextmanager
    async def reporting(self, waiting: Callable[[], int]) -> AsyncGenerator[None]:
        """Reports until the end of the block. ``waiting`` says how many requests wait for a change."""
        task = None
        if self._reporter is not None:
            self._reporter.waiting = waiting
            task = asyncio.create_task(self._reporter.run(), name="metrics")
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            if self._traces is not None:
                await asyncio.to_thread(self._traces.close)


def open_telemetry(
    store: Store, metrics: str, token: str, in_progress: Callable[[], int], environment: Mapping[str, str]
) -> Telemetry:
    """What the settings ask for, which observes the changes of the store. Raises ``CommandError``.

    ``in_progress`` says how many requests are being answered.
    """
    reporter = None
    if metrics != "off":
        # Loading the client of Prometheus takes time and memory.
        from trunkline.telemetry.reporter import Reporter  # noqa: PLC0415

        reporter = Reporter(
            Path(environment[FOLDER]),
            store.database,
            token=token if metrics == "token" else None,
            in_progress=in_progress,
        )
    traces = open_traces(environment)
    telemetry = Telemetry(reporter, traces)
    if reporter is not None or traces is not None:
        store.observe = telemetry.change
    return telemetry
