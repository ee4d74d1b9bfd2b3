"""The loopback carrier: no network at all. It delivers at once, or as the loopback rules specify.

Everything it does follows from the message and the stored rules, so it needs no state of its own. The counterparty is
played by ``actions/sandbox``.
"""

from trunkline.actions.lines.capability import loopback
from trunkline.carriers.base import (
    Accepted,
    Carrier,
    CarrierChat,
    CarrierDeferred,
    CarrierRejected,
    CarrierUnavailable,
    OutboundContactCard,
    OutboundMessage,
)
from trunkline.domain.chat import Service
from trunkline.domain.instant import Clock, Instant, now
from trunkline.domain.loopback_rules import Deferred, Rejected, Rule, Unavailable, outcome_of
from trunkline.storage import loopback_rules
from trunkline.storage.store import Store
from trunkline.storage.together import ReadTogether


class Loopback(Carrier):
    """Delivers every message, unless a rule says otherwise."""

    def __init__(self, store: Store, clock: Clock = now) -> None:
        self._store = store
        self._network = loopback(store)
        self._clock = clock
        self._rules = ReadTogether[str, Rule](
            lambda partner_id, handles: loopback_rules.rules_for(store.reader(partner_id), handles)
        )

    async def send(self, outbound: OutboundMessage) -> Accepted:
        return await self._accept(outbound, outbound.preferred_service, outbound.created_at, outbound.attempts)

    async def send_poll(self, outbound: OutboundMessage) -> Accepted:
        return await self._accept(outbound, None, outbound.created_at, outbound.attempts, only=Service.IMESSAGE)

    async def share_contact_card(self, outbound: OutboundContactCard) -> None:
        # The share is stored with the time at which it was shown, which the counterparty can look up.
        await self._accept(outbound, None, outbound.shared_at, outbound.attempts)

    async def _accept(
        self,
        chat: CarrierChat,
        preferred: Service | None,
        created_at: Instant,
        attempts: int,
        only: Service | None = None,
    ) -> Accepted:
        """What the rules of the recipients do with something for them. Raises a ``CarrierError``."""
        rules = await self._rules.get(chat.partner_id, chat.recipients)
        outcome = outcome_of(
            {handle: rules[handle] for handle in chat.recipients},
            preferred=preferred,
            current=chat.service,
            created_at=created_at,
            attempts=attempts,
            now=self._clock(),
            only=only,
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
