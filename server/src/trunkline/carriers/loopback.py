"""The loopback carrier: no network at all. It delivers at once, or as the loopback rules specify.

Everything it does follows from the message and the stored rules, so it needs no state of its own. The counterparty is
played by ``actions/sandbox``.
"""

from trunkline.actions.lines.capability import loopback
from trunkline.carriers.base import (
    Accepted,
    Carrier,
    CarrierDeferred,
    CarrierRejected,
    CarrierUnavailable,
    OutboundMessage,
)
from trunkline.domain.chat import Service
from trunkline.domain.instant import Clock, now
from trunkline.domain.loopback_rules import Deferred, Rejected, Unavailable, outcome_of
from trunkline.storage import loopback_rules
from trunkline.storage.store import Store


class Loopback(Carrier):
    """Delivers every message, unless a rule says otherwise."""

    def __init__(self, store: Store, clock: Clock = now) -> None:
        self._store = store
        self._network = loopback(store)
        self._clock = clock

    async def send(self, outbound: OutboundMessage) -> Accepted:
        reader = self._store.reader(outbound.partner_id)
        outcome = outcome_of(
            await loopback_rules.rules_for(reader, outbound.recipients),
            preferred=outbound.preferred_service,
            current=outbound.service,
            created_at=outbound.created_at,
            attempts=outbound.attempts,
            now=self._clock(),
        )
        match outcome:
            case Accepted():
                return outcome
            case Rejected():
                raise CarrierRejected(outcome.reason)
            case Unavailable():
                raise CarrierUnavailable("the carrier is unavailable, as its rule says")
            case Deferred():
                raise CarrierDeferred(outcome.due_at)

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return await self._network.reach(partner_id, line, handle)
