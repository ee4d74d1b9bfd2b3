"""Block and unblock handles (docs/wire.md §4: ``/v3/blocked_handles``)."""

from collections.abc import Sequence

from trunkline.domain.chat import clean_name
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import MAX_BLOCK_REASON, MAX_BLOCKED, BlockedHandle
from trunkline.storage import blocked_handles
from trunkline.storage.store import Store


async def block(store: Store, ctx: RequestContext, handle: str, reason: str | None) -> BlockedHandle:
    """Blocks a handle; a blocked handle keeps its entry. Raises ``InvalidParameter``."""
    if reason is not None and len(reason) > MAX_BLOCK_REASON:
        raise InvalidParameter(f"'reason' has {len(reason)} characters; it must have at most {MAX_BLOCK_REASON}")
    async with store.change(ctx) as change:
        known = await blocked_handles.find(change, handle)
        if known is None and await blocked_handles.count(change) >= MAX_BLOCKED:
            raise InvalidParameter(f"you have blocked {MAX_BLOCKED:,} handles, which is the maximum; unblock one first")
        return await blocked_handles.block(change, handle, clean_name(reason))


async def unblock(store: Store, ctx: RequestContext, handle: str) -> None:
    """Unblocks a handle, if it is blocked."""
    async with store.change(ctx) as change:
        await blocked_handles.unblock(change, handle)


async def list_blocked(store: Store, partner_id: int) -> Sequence[BlockedHandle]:
    """Every blocked handle, the latest first."""
    return await blocked_handles.all_blocked(store.reader(partner_id))
