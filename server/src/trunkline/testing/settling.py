"""What is due is done at once: the worker of a service in a test runs after each thing that the test does.

request, maker or clock ──▶ the outbox has something due ──▶ carrier and webhooks ──▶ nothing is due any more
                                      ▲                              │
                                      └──── what an answer causes ───┘
"""

from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrying import CarrierCourier
from trunkline.delivery.sender import WebhookCourier
from trunkline.delivery.worker import Worker
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import HOUR, Instant
from trunkline.testing.clock import Clock
from trunkline.testing.hosted import Hosted
from trunkline.testing.webhooks import Posting, Webhooks

LEASE: Instant = HOUR  # real time, too: a breakpoint in an answer to a webhook is no timeout


class Settling:
    """A service's clock, and its worker, which has nothing to do between two things that a test does."""

    def __init__(self, hosted: Hosted, webhooks: Webhooks, doc_base: str) -> None:
        self.clock = Clock(self.settle)
        self._hosted = hosted
        self._posting = Posting(webhooks, self.clock)
        self._worker = Worker(
            hosted.store,
            CarrierCourier(hosted.store, Loopback(hosted.store, self.clock), Thresholds(), self.clock),
            # Retries come at the same times in every run.
            WebhookCourier(hosted.store, doc_base, clock=self.clock, sender=self._posting, chance=lambda: 0.0),
            self.clock,
            lease=LEASE,
        )

    async def settled(self) -> Instant | None:
        """Does what is due; when something is due next. Raises what went wrong in an answer to a webhook.

        While a webhook is being answered it returns at once: whoever delivers that one goes on with what is due then.
        """
        if self._posting.is_answering:
            return None
        coming = await self._worker.settle()
        self._posting.check()
        return coming

    def settle(self) -> Instant | None:
        """The same, from any thread."""
        if self._hosted.is_here:
            return None  # a fault that moves the clock; what is due is done at the end of the request that it is for
        return self._hosted.run(self.settled())
