"""Add, list, remove and take faults."""

from collections.abc import Awaitable, Callable, Sequence

from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter, NotFound
from trunkline.domain.faults import (
    MAX_FAULTS,
    Fault,
    Parties,
    StoredFault,
    matches_parties,
    matches_request,
    normalised,
    occurs,
)
from trunkline.domain.handle import quoted
from trunkline.domain.ids import random_id
from trunkline.storage import faults, messages
from trunkline.storage.store import Store

NOBODY = Parties(frozenset(), frozenset())


async def add_fault(store: Store, ctx: RequestContext, fault: Fault) -> StoredFault:
    """Adds a fault for the requests from now on.

    Raises ``MissingField``, ``InvalidParameter`` or ``InvalidPhoneNumber``.
    """
    checked = normalised(fault)
    times = checked.times if isinstance(checked.times, int) else None
    stored = StoredFault(random_id(), checked, times, 0)
    async with store.change(ctx) as change:
        if len(await faults.find_all(change)) >= MAX_FAULTS:
            raise InvalidParameter(f"you have {MAX_FAULTS} faults, which is the maximum; remove one first")
        await faults.add(change, stored)
    return stored


async def list_faults(store: Store, partner_id: int) -> Sequence[StoredFault]:
    """A partner's faults, the oldest first."""
    return await faults.find_all(store.reader(partner_id))


async def remove_fault(store: Store, partner_id: int, fault_id: str) -> None:
    """Removes a fault. Raises ``NotFound``."""
    if "\0" in fault_id or not await faults.remove(store.database, partner_id, fault_id):
        raise NotFound(f"there is no fault {quoted(fault_id)}")


async def clear_faults(store: Store, partner_id: int) -> int:
    """Removes every fault of a partner, and returns their number."""
    return await faults.clear(store.database, partner_id)


async def take_fault(
    store: Store,
    partner_id: int,
    method: str,
    path: str,
    query: str,
    parties: Callable[[], Awaitable[Parties]],
    draw: Callable[[], float],
) -> StoredFault | None:
    """The fault that a request has, counted; None if it has none.

    ``parties`` is called, at most once, only if a fault depends on it.
    """
    known: Parties | None = None
    for stored in await faults.find_all(store.reader(partner_id)):
        fault = stored.fault
        if not matches_request(fault, method, path, query):
            continue
        if fault.line is not None or fault.handle is not None:
            known = known or await parties()
            if not matches_parties(fault, known):
                continue
        if occurs(fault, draw) and await faults.take(store.database, partner_id, stored.id):
            return stored
    return None


async def parties_of(store: Store, partner_id: int, chat_id: str | None, message_id: str | None) -> Parties:
    """The line and the recipients of a chat, or of a message's chat; nobody if the partner does not have it."""
    reader = store.reader(partner_id)
    if message_id is not None:
        message = await messages.find(reader, message_id)
        chat_id = None if message is None else message.chat_id
    chat = None if chat_id is None else await reader.chat(chat_id)
    return NOBODY if chat is None else Parties(frozenset([chat.line]), frozenset(chat.recipients))
