"""The loopback carrier's rules, as rows."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.carrier_rules import EVERYBODY, Rule
from trunkline.storage.ports import Database
from trunkline.storage.sql import load

_QUERIES = load("carrier_rules")
_decode = msgspec.json.Decoder(Rule).decode
_NONE = Rule()


async def rules_for(database: Database, partner_id: int, handles: Sequence[str]) -> dict[str, Rule]:
    """The rule that applies to each of these handles: its own, else everybody's, else one that does nothing."""
    found: dict[str, Rule] = {}
    for handle in handles:
        own = dict(await database.fetch(_QUERIES["rules_for"], (partner_id, handle)))
        rule = own.get(handle, own.get(EVERYBODY))
        found[handle] = _NONE if rule is None else _decode(rule)
    return found


async def rules(database: Database, partner_id: int) -> dict[str, Rule]:
    """Every rule of a partner by its handle, everybody's first."""
    return {handle: _decode(rule) for handle, rule in await database.fetch(_QUERIES["rules"], (partner_id,))}


async def set_rule(database: Database, partner_id: int, handle: str, rule: Rule) -> None:
    """Sets the rule of a handle, in place of the one it had."""
    query = _QUERIES["set_rule"]
    async with database.transaction() as transaction:
        values = query.values(partner=partner_id, handle=handle, rule=msgspec.json.encode(rule).decode())
        await transaction.fetch(query, values)


async def clear_rules(database: Database, partner_id: int, handle: str | None) -> int:
    """Takes the rule of a handle away, or with None every rule: how many that were."""
    async with database.transaction() as transaction:
        if handle is None:
            return len(await transaction.fetch(_QUERIES["clear_rules"], (partner_id,)))
        return len(await transaction.fetch(_QUERIES["clear_rule"], (partner_id, handle)))
