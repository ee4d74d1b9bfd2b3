"""A service that runs in the process of a test, for code that uses the API (docs/testing.md).

The pytest plugin provides the fixture ``trunkline``; ``open_trunkline`` is the same for other test runners. Names are
loaded lazily, because pytest loads this package in every run.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.testing.clock import Clock as Clock
    from trunkline.testing.counterparty import Dropped as Dropped
    from trunkline.testing.faults import Faults as Faults
    from trunkline.testing.harness import Line as Line
    from trunkline.testing.partner import Partner as Partner
    from trunkline.testing.trunkline import Trunkline as Trunkline
    from trunkline.testing.trunkline import open_trunkline as open_trunkline
    from trunkline.testing.webhooks import Delivery as Delivery

_MODULES = {
    "Clock": "clock",
    "Delivery": "webhooks",
    "Dropped": "counterparty",
    "Faults": "faults",
    "Line": "harness",
    "Partner": "partner",
    "Trunkline": "trunkline",
    "open_trunkline": "trunkline",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
