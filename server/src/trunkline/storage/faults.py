"""Faults of the sandbox, as rows."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.context import Origin
from trunkline.domain.faults import Fault, StoredFault
from trunkline.storage.change import Change
from trunkline.storage.ports import Database
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("faults")
_decode = msgspec.json.Decoder(Fault).decode


async def find_all(reader: Reader) -> Sequence[StoredFault]:
    """A partner's faults, the oldest first."""
    rows = await reader.fetch(_QUERIES["faults"], (reader.partner_id,))
    return [StoredFault(row[0], _decode(row[1]), row[2], row[3]) for row in rows]


async def add(change: Change, stored: StoredFault) -> None:
    """Adds a fault after the others."""
    query = _QUERIES["add"]
    fault = msgspec.json.encode(stored.fault).decode()
    values = query.values(partner=change.partner_id, id=stored.id, fault=fault, remaining=stored.remaining)
    await change.fetch(query, values)


async def take(database: Database, partner_id: int, fault_id: str) -> bool:
    """Counts one more request with the fault, and removes the fault after its last one.

    False if it has none left, whichever process has used it up.
    """
    async with database.transaction(partner_id, Origin.CLIENT) as transaction:
        found = await transaction.fetch(_QUERIES["take"], _QUERIES["take"].values(partner=partner_id, id=fault_id))
        if found and found[0][0] == 0:
            await transaction.fetch(_QUERIES["remove"], (partner_id, fault_id))
        return bool(found)


async def remove(database: Database, partner_id: int, fault_id: str) -> bool:
    """Removes a fault. False if there is none with this id."""
    async with database.transaction(partner_id, Origin.CLIENT) as transaction:
        return bool(await transaction.fetch(_QUERIES["remove"], (partner_id, fault_id)))


async def clear(database: Database, partner_id: int) -> int:
    """Removes every fault of a partner, and returns their number."""
    async with database.transaction(partner_id, Origin.CLIENT) as transaction:
        return len(await transaction.fetch(_QUERIES["clear"], (partner_id,)))
