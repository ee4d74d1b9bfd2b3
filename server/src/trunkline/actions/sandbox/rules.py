"""List, set and clear loopback rules. Each returns every rule that remains."""

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.loopback_rules import EVERYONE, MAX_RULES, Rule
from trunkline.schemas.sandbox import RuleOf, rule_of
from trunkline.storage import loopback_rules
from trunkline.storage.store import Store


async def list_rules(store: Store, partner_id: int) -> list[RuleOf]:
    """Every rule of a partner, the one for everyone first."""
    rules = await loopback_rules.all_rules(store.reader(partner_id))
    return [rule_of(handle, rule) for handle, rule in rules.items()]


async def set_rule(store: Store, partner_id: int, handle: str | None, rule: Rule) -> list[RuleOf]:
    """Sets the rule of a handle, or for everyone if it is None. Raises ``InvalidParameter`` if there are too many."""
    rules = await loopback_rules.all_rules(store.reader(partner_id))
    if len(rules) >= MAX_RULES and (handle or EVERYONE) not in rules:
        raise InvalidParameter(f"you have {MAX_RULES:,} rules, which is the maximum; clear one first")
    await loopback_rules.set_rule(store.database, partner_id, EVERYONE if handle is None else handle, rule)
    return await list_rules(store, partner_id)


async def clear_rules(store: Store, partner_id: int, handle: str | None) -> list[RuleOf]:
    """Removes the rule of a handle, or every rule if it is None."""
    await loopback_rules.clear_rules(store.database, partner_id, handle)
    return await list_rules(store, partner_id)
