"""Loopback rules, as rows."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.context import Origin
from trunkline.domain.loopback_rules import EVERYONE, Rule
from trunkline.storage.ports import Database
from trunkline.storage.reader import Reader
from trunkline.storage.sql import in_several, load

_QUERIES = load("loopback_rules")
_decode = msgspec.json.Decoder(Rule).decode
_NO_RULE = Rule()


async def rules_for(reader: Reader, handles: Sequence[str]) -> dict[str, Rule]:
    """The rule that applies to each handle: its own, else the rule for everyone, else one without effect."""
    query = _QUERIES["rules_for"]
    rules: dict[str, Rule] = {}
    for keys in in_several(handles, ""):
        rows = await reader.fetch(query, query.values(partner=reader.partner_id, **keys))
        rules |= {handle: _decode(rule) for handle, rule in rows}
    everyone = rules.get(EVERYONE, _NO_RULE)
    return {handle: rules.get(handle, everyone) for handle in handles}


async def all_rules(reader: Reader) -> dict[str, Rule]:
    """Every rule of a partner by handle, the rule for everyone first."""
    return {handle: _decode(rule) for handle, rule in await reader.fetch(_QUERIES["rules"], (reader.partner_id,))}


async def set_rule(database: Database, partner_id: int, handle: str, rule: Rule) -> None:
    """Sets the rule of a handle, replacing the one it had."""
    query = _QUERIES["set_rule"]
    async with database.transaction(partner_id, Origin.CLIENT) as transaction:
        values = query.values(partner=partner_id, handle=handle, rule=msgspec.json.encode(rule).decode())
        await transaction.fetch(query, values)


async def clear_rules(database: Database, partner_id: int, handle: str | None) -> int:
    """Removes the rule of a handle, or every rule if it is None, and returns how many were removed."""
    async with database.transaction(partner_id, Origin.CLIENT) as transaction:
        if handle is None:
            return len(await transaction.fetch(_QUERIES["clear_rules"], (partner_id,)))
        return len(await transaction.fetch(_QUERIES["clear_rule"], (partner_id, handle)))
