"""The responses of ``/admin/faults``; the body is the domain's ``Fault``."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.faults import StoredFault
from trunkline.schemas.fields import Count


class Faults(msgspec.Struct, frozen=True):
    """Your faults, the oldest first."""

    faults: Annotated[list[StoredFault], Meta(description="The faults.")]


class ClearedFaults(msgspec.Struct, frozen=True):
    """The number of faults that were removed."""

    removed: Annotated[Count, Meta(description="The number of faults.")]
