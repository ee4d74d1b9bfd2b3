"""The request context: on whose behalf a change happens, when, and how it is traced."""

from enum import Enum, auto

import msgspec

from trunkline.domain.instant import Instant

NO_PARTNER = 0
"""The partner of what belongs to none, such as a page of the documentation."""


class Origin(Enum):
    """What causes a write. It decides the write's place among those of its partner (docs/decisions/0025)."""

    CLIENT = auto()
    """A request."""
    INTERNAL = auto()
    """The result of a delivery, a report of the carrier, or maintenance."""
    RESULT = auto()
    """The result of a delivery that nothing waits for: it waits a moment for another change, to be written with it."""
    CLAIM = auto()
    """A claim of a queue of the outbox. It needs no lock on the partner's row, so it does not wait for a change."""


class RequestContext(msgspec.Struct, frozen=True, gc=False):
    """The partner that acts, or in whose name a carrier or the operator acts."""

    partner_id: int
    now: Instant
    trace_id: str = ""
    """32 hexadecimal digits (docs/wire.md §2), or empty where nothing is traced. Events carry it."""
    origin: Origin = Origin.CLIENT
