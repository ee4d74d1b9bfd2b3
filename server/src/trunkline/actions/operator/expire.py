"""Deletes what has expired, a little at a time, so that others write in between."""

import asyncio
from contextlib import suppress

from trunkline.domain.context import Origin, RequestContext
from trunkline.domain.errors import PartnerRemoved
from trunkline.domain.instant import Instant
from trunkline.storage import retention
from trunkline.storage.store import Store

_PARTNERS = 100  # that one query finds
_ROWS = 500  # of each kind that one change deletes
_PAUSE = 0.05  # s between two changes, for other writers


async def expire(store: Store, now: Instant) -> None:
    """Deletes every expired row of every partner. Raises ``NotReady``."""
    while partner_ids := await retention.partners_with_expired(store.database, now, _PARTNERS):
        for partner_id in partner_ids:
            with suppress(PartnerRemoved):
                async with store.change(RequestContext(partner_id, now, origin=Origin.INTERNAL)) as change:
                    await retention.delete_oldest(change.transaction, partner_id, now, _ROWS)
            await asyncio.sleep(_PAUSE)
