"""Where a change comes from: whose it is, when it happens, and the request that its events are traced to."""

import msgspec

from trunkline.domain.instant import Instant


class Cause(msgspec.Struct, frozen=True):
    """A partner acts, or a carrier in their name. ``trace_id`` is 32 hexadecimal digits (CONTRACT §2)."""

    partner_id: int
    now: Instant
    trace_id: str
