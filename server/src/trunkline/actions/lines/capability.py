"""Check whether a service reaches a handle, as the carrier sees it (docs/wire.md §4: ``POST /v3/capability/…``)."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

from trunkline.actions.steps.lookup import require_line
from trunkline.domain.chat import Service
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.loopback_rules import LOOPBACK, reached_by, route
from trunkline.storage import loopback_rules
from trunkline.storage.store import Store

Reach: TypeAlias = Callable[[int, str, str], Awaitable[frozenset[Service]]]
"""The services over which a line of a partner reaches a handle. Raises ``CarrierNotReady`` if that is unknown now."""


class Network(msgspec.Struct, frozen=True):
    """What requests need of the carrier: its name in the settings, and whom it reaches."""

    name: str
    reach: Reach


class Capability(msgspec.Struct, frozen=True):
    """``selected`` is the service that would carry a message, falling back from the requested one."""

    available: bool
    selected: Service | None


def loopback(store: Store) -> Network:
    """The network of the loopback carrier, which consists of rules only."""

    async def reach(partner_id: int, line: str, handle: str) -> frozenset[Service]:
        rules = await loopback_rules.rules_for(store.reader(partner_id), [handle])
        return reached_by(handle, rules[handle])

    return Network(LOOPBACK, reach)


async def check_capability(
    store: Store, network: Network, partner_id: int, service: Service, handle: str, line: str | None
) -> Capability:
    """Whether a line, by default any of the partner's, reaches a handle over this service.

    Raises ``NotYourLine``, and ``InvalidParameter`` if the partner has no line.
    """
    if line is None:
        lines = await store.partners.lines(partner_id)
        if not lines:
            raise InvalidParameter("you have no line to check from; the operator adds one with `trunkline line add`")
        line = lines[0].phone_number
    else:
        await require_line(store, partner_id, line, "from")
    reached = await network.reach(partner_id, line, handle)
    return Capability(service in reached, route(reached, service, None) or route(reached, None, None))
