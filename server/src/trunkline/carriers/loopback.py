"""The carrier of a sandbox: no network at all. It delivers at once, and treats handles as rules tell it to.

Everything it does follows from the message and the rules in the store, so a worker that starts again goes on as if it
had never stopped. What the other side does, ``actions/simulate`` plays.
"""

from trunkline.actions.capability import loopback
from trunkline.carriers.base import Accepted, Carrier, CarrierAway, CarrierRefused, NotYet, Outbound
from trunkline.domain.carrier_rules import Away, Later, Refused, Taken, fate
from trunkline.domain.chat import Service
from trunkline.domain.instant import Clock, now
from trunkline.storage import carrier_rules
from trunkline.storage.store import Store


class Loopback(Carrier):
    """Every message comes back as delivered, unless a rule says otherwise."""

    def __init__(self, store: Store, clock: Clock = now) -> None:
        self._database = store.database
        self._network = loopback(store)
        self._clock = clock

    async def send(self, outbound: Outbound) -> Accepted:
        rules = await carrier_rules.rules_for(self._database, outbound.partner_id, outbound.recipients)
        found = fate(
            rules,
            preferred=outbound.preferred_service,
            current=outbound.service,
            written_at=outbound.written_at,
            attempts=outbound.attempts,
            now=self._clock(),
        )
        match found:
            case Taken():
                return Accepted(found.service, found.status)
            case Refused():
                raise CarrierRefused(found.reason)
            case Away():
                raise CarrierAway("the carrier is away, as its rule says")
            case Later():
                raise NotYet(found.due_at)

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return await self._network.reach(partner_id, line, handle)
