"""Drains the outbox after each request, factory call or move of the clock: everything due is delivered at once.

request, factory, clock ──▶ entries are due ──▶ carrier and webhooks ──▶ nothing is due
                                  ▲                    │
                                  └── what responses cause ──┘
"""

from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.webhook_dispatcher import WebhookDispatcher
from trunkline.delivery.worker import Worker
from trunkline.domain.instant import DAY, HOUR, Instant
from trunkline.testing.background_server import BackgroundServer
from trunkline.testing.clock import Clock
from trunkline.testing.webhooks import CapturingClient, Webhooks

# Also in real time: a breakpoint in the response to a webhook is not a timeout. No other worker uses the database.
LEASE: Instant = HOUR

# For ever: the clock is right whatever the test does with it, so moving it back delivers nothing.
MAX_WAIT: Instant = 1_000 * 365 * DAY


class Draining:
    """The clock of a test service, and its worker, which runs only when the test does something."""

    def __init__(self, server: BackgroundServer, webhooks: Webhooks, doc_base: str) -> None:
        self.clock = Clock(self.drain)
        self._server = server
        self._client = CapturingClient(webhooks, self.clock)
        self._worker = Worker(
            server.store,
            CarrierDispatcher(server.store, Loopback(server.store, self.clock), self.clock, base_url=doc_base),
            # Retries happen at the same times in every run.
            WebhookDispatcher(server.store, doc_base, clock=self.clock, client=self._client, jitter=lambda: 0.0),
            self.clock,
            lease=LEASE,
            max_wait=MAX_WAIT,
        )

    async def drain_async(self) -> Instant | None:
        """Delivers what is due, and returns when the next delivery is due. Raises what a webhook handler raised.

        During a webhook handler, it returns at once; the drain that called the handler continues with what is due.
        """
        if self._client.is_handling:
            return None
        next_due = await self._worker.drain()
        self._client.check()
        return next_due

    def drain(self) -> Instant | None:
        """The same, from any thread."""
        return self._server.run(self.drain_async())
