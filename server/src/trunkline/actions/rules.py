"""The rules by which the loopback carrier treats messages: set, cleared and listed, each with all that are left."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.carrier_rules import EVERYBODY, Rule
from trunkline.storage import carrier_rules
from trunkline.storage.store import Store


class RuleOf(msgspec.Struct, frozen=True):
    """A rule of the loopback carrier."""

    handle: Annotated[str | None, Meta(description="Whose it is; `null`: everybody's who has none of their own.")]
    rule: Rule


async def list_rules(store: Store, partner_id: int) -> list[RuleOf]:
    """Every rule of a partner, everybody's first."""
    found = await carrier_rules.rules(store.database, partner_id)
    return [RuleOf(None if handle == EVERYBODY else handle, rule) for handle, rule in found.items()]


async def set_rule(store: Store, partner_id: int, handle: str | None, rule: Rule) -> list[RuleOf]:
    """Sets the rule of a handle, or with None everybody's, in place of the one before."""
    await carrier_rules.set_rule(store.database, partner_id, EVERYBODY if handle is None else handle, rule)
    return await list_rules(store, partner_id)


async def clear_rules(store: Store, partner_id: int, handle: str | None) -> list[RuleOf]:
    """Takes away the rule of a handle, or with None all of them."""
    await carrier_rules.clear_rules(store.database, partner_id, handle)
    return await list_rules(store, partner_id)
