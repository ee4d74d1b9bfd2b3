"""What the partners of one service share."""

from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from trunkline.storage.store import Store
from trunkline.testing.clock import Clock
from trunkline.testing.hosted import Hosted
from trunkline.testing.settling import Settling
from trunkline.testing.transport import Transport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """A number that a partner sends from."""

    id: str
    phone_number: str
    label: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """One service."""

    hosted: Hosted
    settling: Settling
    transport: Transport
    base_url: str
    numbers: Iterator[str]
    """Phone numbers that nobody has."""

    @property
    def store(self) -> Store:
        """Its coroutines run in the service's own thread."""
        return self.hosted.store

    @property
    def clock(self) -> Clock:
        """The service's time."""
        return self.settling.clock

    def play(self, work: Coroutine[Any, Any, T]) -> T:
        """What a change comes to, once everything is done that follows from it."""
        outcome = self.hosted.run(work)
        self.settling.settle()
        return outcome


def fictional_numbers() -> Iterator[str]:
    """Phone numbers that nobody has: 555-0100 to 555-0199 is kept free for stories in every North American area."""
    for area in range(201, 800):
        if area % 100 != 11:
            yield from (f"+1{area}55501{number:02}" for number in range(100))
