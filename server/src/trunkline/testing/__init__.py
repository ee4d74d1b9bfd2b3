"""What tests of code that uses the API need: a service of their own, in their own process (docs/testing.md).

The plugin gives pytest the fixture ``trunkline``; ``open_trunkline`` gives the same to anything else. Every name here
is loaded when it is first used, because pytest loads this package in every run, wanted or not.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.testing.clock import Clock as Clock
    from trunkline.testing.faults import Faults as Faults
    from trunkline.testing.other_side import Dropped as Dropped
    from trunkline.testing.partner import Partner as Partner
    from trunkline.testing.site import Line as Line
    from trunkline.testing.trunkline import Trunkline as Trunkline
    from trunkline.testing.trunkline import open_trunkline as open_trunkline
    from trunkline.testing.webhooks import Delivery as Delivery

_HOMES = {
    "Clock": "clock",
    "Delivery": "webhooks",
    "Dropped": "other_side",
    "Faults": "faults",
    "Line": "site",
    "Partner": "partner",
    "Trunkline": "trunkline",
    "open_trunkline": "trunkline",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
