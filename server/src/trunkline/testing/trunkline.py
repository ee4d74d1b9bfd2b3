"""A complete service for one test, with shortcuts to its first partner."""

import itertools
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from linq import AsyncLinqAPIV3, LinqAPIV3
from trunkline.actions.operator.partners import add_partner
from trunkline.api.app import Application
from trunkline.testing.background_server import BackgroundServer, background_server
from trunkline.testing.draining import Draining
from trunkline.testing.harness import Harness, fictional_numbers
from trunkline.testing.partner import Partner
from trunkline.testing.transport import ClientFaults, Transport
from trunkline.testing.webhooks import Webhooks

BASE_URL = "https://trunkline.test"
"""The URL of the service for its clients; RFC 6761 reserves the name for tests."""


class Trunkline:
    """A fresh service. ``client``, ``key``, ``line``, ``chat`` and so on belong to its first partner."""

    def __init__(self, server: BackgroundServer) -> None:
        self.base_url = BASE_URL
        self.webhooks = Webhooks()
        """The deliveries to subscriptions, and the responses to them."""
        draining = Draining(server, self.webhooks, BASE_URL)
        self.clock = draining.clock
        """The time of the service, which stands still until the test moves it."""
        application = Application(server.store, BASE_URL, BASE_URL, self.clock, faults=ClientFaults())
        # Nothing changes while the clock stands still, so a long poll would never end.
        application.stop_waiting()
        self.transport = Transport(server, application, draining.drain_async)
        """A transport for your own HTTP clients: ``httpx2.Client(transport=trunkline.transport)``."""
        self._harness = Harness(server, draining, self.transport, BASE_URL, fictional_numbers())
        self._partners: list[Partner] = []
        self._names = (f"Partner {number}" for number in itertools.count(1))
        self.first = self.partner()
        self.key = self.first.key
        self.new_key = self.first.new_key
        self.line = self.first.line
        self.chat = self.first.chat
        self.chats = self.first.chats
        self.update = self.first.update
        self.receive = self.first.receive
        self.file_bytes = self.first.file_bytes
        self.edit = self.first.edit
        self.react = self.first.react
        self.receive_poll = self.first.receive_poll
        self.add_options = self.first.add_options
        self.vote = self.first.vote
        self.read = self.first.read
        self.fail = self.first.fail
        self.deliver = self.first.deliver
        self.typing = self.first.typing
        self.join = self.first.join
        self.leave = self.first.leave
        self.share_contact_card = self.first.share_contact_card
        self.contact_cards = self.first.contact_cards
        self.rule = self.first.rule
        self.faults = self.first.faults

    @property
    def client(self) -> LinqAPIV3:
        """The client of the first partner."""
        return self.first.client

    @property
    def async_client(self) -> AsyncLinqAPIV3:
        """The client of the first partner."""
        return self.first.async_client

    @property
    def requests(self) -> list[httpx2.Request]:
        """Every request of all partners, including each attempt of a retried one."""
        return self.transport.requests

    def partner(self, name: str | None = None) -> Partner:
        """Adds a partner with its own key and clients. Raises ``PartnerExists`` if the name is taken."""
        server = self._harness.server
        made, key = server.run(add_partner(server.store, name or next(self._names), self.clock()))
        self._partners.append(Partner(self._harness, made.id, made.name, key))
        return self._partners[-1]

    @property
    def unused_faults(self) -> list[str]:
        """The faults of all partners that have not occurred as often as requested."""
        return [each for partner in self._partners for each in partner.faults.unused]


@contextmanager
def open_trunkline(folder: Path) -> Generator[Trunkline]:
    """A service with an empty database in the folder until the end of the block; the fixture uses this."""
    with background_server(f"sqlite:///{folder.resolve() / 'trunkline.db'}") as server:
        yield Trunkline(server)
