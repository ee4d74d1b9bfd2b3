"""The request context: on whose behalf a change happens, when, and how it is traced."""

import msgspec

from trunkline.domain.instant import Instant


class RequestContext(msgspec.Struct, frozen=True, gc=False):
    """The partner that acts, or in whose name a carrier or the operator acts."""

    partner_id: int
    now: Instant
    trace_id: str = ""
    """32 hexadecimal digits (docs/wire.md §2), or empty where nothing is traced. Events carry it."""
