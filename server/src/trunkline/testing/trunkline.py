"""A whole service for one test, with its first partner at hand."""

import itertools
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from linq import AsyncLinqAPIV3, LinqAPIV3
from trunkline.actions.partners import add_partner
from trunkline.api.app import Application
from trunkline.testing.faults import Faults
from trunkline.testing.hosted import Hosted, hosted_store
from trunkline.testing.partner import Partner
from trunkline.testing.settling import Settling
from trunkline.testing.site import Site, fictional_numbers
from trunkline.testing.transport import Transport
from trunkline.testing.webhooks import Webhooks

BASE_URL = "https://trunkline.test"
"""Where the clients believe the service is: a name that RFC 6761 keeps free for tests."""


class Trunkline:
    """A fresh service. ``client``, ``key``, ``line``, ``chat`` and so on are those of its first partner."""

    def __init__(self, hosted: Hosted) -> None:
        self.base_url = BASE_URL
        self.webhooks = Webhooks()
        """What subscriptions are sent, and what it is answered."""
        settling = Settling(hosted, self.webhooks, BASE_URL)
        self.clock = settling.clock
        """The service's time, which stands still until it is moved."""
        self.faults = Faults()
        """What is to go wrong with the next requests."""
        application = Application(hosted.store, BASE_URL, BASE_URL, self.clock)
        # While the clock stands still, nothing changes: a request that waits for a change would wait for ever.
        application.stop_waiting()
        self.transport = Transport(hosted, application, BASE_URL, self.faults, settling.settled)
        """For HTTP clients of the test's own: ``httpx2.Client(transport=trunkline.transport)``."""
        self._site = Site(hosted, settling, self.transport, BASE_URL, fictional_numbers())
        self._names = (f"Partner {number}" for number in itertools.count(1))
        self.first = self.partner()
        self.key = self.first.key
        self.new_key = self.first.new_key
        self.line = self.first.line
        self.chat = self.first.chat
        self.chats = self.first.chats
        self.update = self.first.update
        self.receive = self.first.receive
        self.edit = self.first.edit
        self.react = self.first.react
        self.read = self.first.read
        self.fail = self.first.fail
        self.deliver = self.first.deliver
        self.typing = self.first.typing
        self.join = self.first.join
        self.leave = self.first.leave
        self.rule = self.first.rule

    @property
    def client(self) -> LinqAPIV3:
        """The first partner's."""
        return self.first.client

    @property
    def async_client(self) -> AsyncLinqAPIV3:
        """The first partner's."""
        return self.first.async_client

    @property
    def requests(self) -> list[httpx2.Request]:
        """Every request so far, of all partners, each attempt of a retried one."""
        return self.transport.requests

    def partner(self, name: str | None = None) -> Partner:
        """One more partner, with a key and clients of its own. Raises ``CommandError`` for a name that is taken."""
        hosted = self._site.hosted
        made, key = hosted.run(add_partner(hosted.store, name or next(self._names), self.clock()))
        return Partner(self._site, made.id, made.name, key)


@contextmanager
def open_trunkline(folder: Path) -> Generator[Trunkline]:
    """A service with an empty database in the folder, until the end of the block; what the fixture gives."""
    with hosted_store(f"sqlite:///{folder.resolve() / 'trunkline.db'}") as hosted:
        yield Trunkline(hosted)
