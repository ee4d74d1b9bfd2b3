"""Loads the carrier that the settings name: ``loopback``, or ``package.module:factory``."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeAlias, cast

from trunkline.actions.lines.capability import Network
from trunkline.carriers.base import CALL_TIMEOUT, Carrier, CarrierError
from trunkline.carriers.inbox import Inbox
from trunkline.carriers.loopback import Loopback
from trunkline.domain.chat import Service
from trunkline.domain.errors import CarrierNotReady, CommandError
from trunkline.domain.instant import Clock, now
from trunkline.domain.loopback_rules import LOOPBACK
from trunkline.storage.store import Store

Factory: TypeAlias = Callable[[Inbox], AbstractAsyncContextManager[Carrier]]


def find_factory(name: str) -> Factory:
    """The factory ``package.module:factory``. Raises ``CommandError``."""
    module_name, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise CommandError(
            f"cannot load the carrier {name!r}: {error}; it must be installed, or on PYTHONPATH"
        ) from error
    factory: object = getattr(module, attribute, None)
    if not callable(factory):
        raise CommandError(f"cannot load the carrier {name!r}: {module_name} has no function {attribute!r}")
    return cast("Factory", factory)


def network_of(name: str, carrier: Carrier) -> Network:
    """What requests need of the carrier."""

    async def reach(partner_id: int, line: str, handle: str) -> frozenset[Service]:
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                return await carrier.reach(partner_id, line, handle)
        except (CarrierError, TimeoutError) as error:
            raise CarrierNotReady(f"the carrier cannot say whom it reaches: {error or 'it does not answer'}") from error

    return Network(name, reach)


@asynccontextmanager
async def open_carrier(name: str, store: Store, clock: Clock = now) -> AsyncGenerator[Carrier]:
    """Opens the carrier with this name until the end of the block. Raises ``CommandError``."""
    if name == LOOPBACK:
        yield Loopback(store, clock)
        return
    async with AsyncExitStack() as stack:
        opening = find_factory(name)(Inbox(store, clock))
        try:
            carrier = await stack.enter_async_context(opening)
        except Exception as error:
            raise CommandError(f"the carrier {name!r} does not open: {type(error).__name__}: {error}") from error
        yield carrier
