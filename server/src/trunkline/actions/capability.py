"""Whether somebody can be reached over a service (CONTRACT §4: ``POST /v3/capability/…``), as the carrier sees it."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

from trunkline.domain.carrier_rules import LOOPBACK, reached_by, route
from trunkline.domain.chat import Service
from trunkline.domain.errors import InvalidParameter, NotYourLine
from trunkline.storage import carrier_rules
from trunkline.storage.store import Store

Reach: TypeAlias = Callable[[int, str, str], Awaitable[frozenset[Service]]]
"""The services by which a line of a partner reaches a handle. Raises ``CarrierNotReady`` where that cannot be said."""


class Network(msgspec.Struct, frozen=True):
    """What requests need of the carrier: its name, as the setting has it, and whom it reaches."""

    name: str
    reach: Reach


class Capability(msgspec.Struct, frozen=True):
    """``selected`` is the service that would carry a message, falling from the one that was asked for."""

    available: bool
    selected: Service | None


def loopback(store: Store) -> Network:
    """The network of the loopback carrier, which is nothing but rules."""

    async def reach(partner_id: int, line: str, handle: str) -> frozenset[Service]:
        rules = await carrier_rules.rules_for(store.database, partner_id, [handle])
        return reached_by(handle, rules[handle])

    return Network(LOOPBACK, reach)


async def check_capability(
    store: Store, network: Network, partner_id: int, service: Service, handle: str, line: str | None
) -> Capability:
    """Whether a line, by default any of the partner's, reaches a handle over this service.

    Raises ``NotYourLine``, and ``InvalidParameter`` where the partner has no line.
    """
    if line is None:
        lines = await store.partners.lines(partner_id)
        if not lines:
            raise InvalidParameter("you have no line to check from; the operator adds one with `trunkline line add`")
        line = lines[0].phone_number
    elif not await store.partners.has_line(partner_id, line):
        raise NotYourLine(f"'from' is {line}, which is not one of your lines")
    reached = await network.reach(partner_id, line, handle)
    return Capability(service in reached, route(reached, service, None) or route(reached, None, None))
