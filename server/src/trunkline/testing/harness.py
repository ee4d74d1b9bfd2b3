"""What the partners of one test service share."""

from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from trunkline.schemas.documents import Completion
from trunkline.storage.store import Store
from trunkline.testing.background_server import BackgroundServer
from trunkline.testing.clock import Clock
from trunkline.testing.draining import Draining
from trunkline.testing.transport import Transport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """A phone number that a partner sends from."""

    id: str
    phone_number: str
    label: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Harness:
    """One test service."""

    server: BackgroundServer
    draining: Draining
    transport: Transport
    base_url: str
    numbers: Iterator[str]
    """Fictional phone numbers."""

    @property
    def store(self) -> Store:
        """The store; its coroutines run in the server's thread."""
        return self.server.store

    @property
    def completion(self) -> Completion:
        """Completes stored documents as the service does."""
        return Completion(self.base_url, self.store.file_urls(self.base_url))

    @property
    def clock(self) -> Clock:
        """The service's time."""
        return self.draining.clock

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs an action, delivers everything that follows from it, and returns the result of the action."""
        result = self.server.run(work)
        self.draining.drain()
        return result


def fictional_numbers() -> Iterator[str]:
    """Fictional phone numbers: 555-0100 to 555-0199 are reserved for fiction in each North American area code."""
    for area in range(201, 800):
        if area % 100 != 11:
            yield from (f"+1{area}55501{number:02}" for number in range(100))
