"""Delivers a partner's events to a program on this machine, once each, and shows its responses."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from trunkline.delivery.retry_schedule import is_success
from trunkline.delivery.webhook_dispatcher import HttpWebhookClient, WebhookResponse, attempt_of
from trunkline.delivery.worker import AttemptResult, Rounds
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import SECOND, Clock, Instant
from trunkline.domain.webhook_target import Target
from trunkline.schemas.documents import Completion
from trunkline.storage import outbox, subscriptions
from trunkline.storage.outbox import Claim, ClaimPolicy, Done, Entry, Failed
from trunkline.storage.store import Store

LEASE: Instant = outbox.MAX_LEASE
"""How long the queue is claimed before the claim is renewed, in microseconds."""

POLL = 0.2  # s between two polls for events


class Forwarded(msgspec.Struct, frozen=True):
    """An event and the program's response. ``body`` is what was sent; ``seconds`` is how long it took."""

    event_type: str
    event_id: str
    body: bytes
    response: WebhookResponse
    seconds: float

    @property
    def is_success(self) -> bool:
        """Whether the program accepted the event."""
        return self.response.status is not None and is_success(self.response.status)


async def listen(
    store: Store, claim: Claim, target: Target, completion: Completion, show: Callable[[Forwarded], None], clock: Clock
) -> None:
    """Delivers the events of a claimed queue until cancelled. Raises ``CommandError`` if the claim is lost."""
    client = HttpWebhookClient(allow_private=True, clock=clock)
    forwarder = _Forwarder(store, client, target, completion, show, clock)
    rounds = Rounds(store, forwarder, forwarder, clock, lease=LEASE)
    held: Claim | None = claim
    try:
        while held is not None:
            worked, held = await rounds.run(held, lambda: ClaimPolicy.KEEP)
            if held is not None and not LEASE // 2 <= held.until - clock() <= LEASE:
                held = await outbox.renew(store.database, held, clock, LEASE)
            if not worked:
                await asyncio.sleep(POLL)
    finally:
        await client.close()
    raise CommandError("the service assumed that this listener had ended, as it paused for 30 seconds; listen again")


class _Forwarder:
    """Delivers events to the program, whatever the target of the subscription."""

    def __init__(
        self,
        store: Store,
        client: HttpWebhookClient,
        target: Target,
        completion: Completion,
        show: Callable[[Forwarded], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._client = client
        self._target = target
        self._completion = completion
        self._show = show
        self._clock = clock

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        """The only attempt."""
        reader = self._store.reader(claim.partner_id)
        delivery = await subscriptions.delivery(reader, claim.destination, int(entry.entity_id))
        if delivery is None:
            return AttemptResult(Failed("the event no longer exists"))
        began_at = self._clock()
        body = self._completion.complete(delivery.body, claim.partner_id, began_at)
        started = time.monotonic()
        response = await self._client.post(delivery, claim.destination, self._target, body)
        forwarded = Forwarded(delivery.event_type, delivery.event_id, body, response, time.monotonic() - started)
        self._show(forwarded)
        result = Done(response.outcome) if forwarded.is_success else Failed(response.outcome)
        duration = round(forwarded.seconds * SECOND)
        attempt = attempt_of(entry.attempts + 1, began_at, duration, response, result)
        return AttemptResult(msgspec.structs.replace(result, attempt=attempt))
