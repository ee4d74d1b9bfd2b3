"""A partner's state: a transaction locks it once and writes it once, for all of its changes of this partner."""

from trunkline.domain.errors import PartnerRemoved
from trunkline.domain.instant import Instant
from trunkline.storage.ports import LockedPartner, Transaction
from trunkline.storage.sql import load

_QUERIES = load("locked_partner")


async def lock_partner(transaction: Transaction, partner_id: int, now: Instant) -> LockedPartner:
    """Locks the state of a partner; ``now`` is the time of the clock. Raises ``PartnerRemoved``."""
    query = _QUERIES["lock_partner"]
    locked = await transaction.fetch(query, query.values(partner=partner_id, now=now))
    if not locked:
        raise PartnerRemoved
    [(revision, clock, forgotten_at, removed_lines)] = locked
    stored = (revision, clock, forgotten_at)
    return LockedPartner(partner_id, stored, revision, clock, forgotten_at, tuple(removed_lines.split()))


async def write_partner(transaction: Transaction, partner: LockedPartner) -> None:
    """Writes what has changed of a partner. It is the last that a transaction writes."""
    if (partner.revision, partner.clock, partner.forgotten_at) == partner.stored:
        return
    query = _QUERIES["write_partner"]
    values = query.values(
        partner=partner.id, revision=partner.revision, clock=partner.clock, forgotten_at=partner.forgotten_at
    )
    await transaction.fetch(query, values)
