"""A partner in a test: its key, its clients, and factories for its lines and chats."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeAlias

import httpx2
import msgspec

from linq import DEFAULT_TIMEOUT, AsyncLinqAPIV3, LinqAPIV3
from linq.types import Chat
from trunkline.actions.operator import partners
from trunkline.domain import chat as domain
from trunkline.domain.context import RequestContext
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.domain.ids import random_id, time_ordered_id
from trunkline.domain.instant import SECOND, Instant, from_datetime, to_datetime
from trunkline.domain.keys import digest, new_key
from trunkline.schemas.chat import render_chat
from trunkline.storage import opt_outs
from trunkline.storage.change import Change
from trunkline.testing.clients import AsyncPluginClient, PluginClient
from trunkline.testing.counterparty import Counterparties, ServiceName
from trunkline.testing.faults import Faults
from trunkline.testing.harness import Harness, Line

HealthName: TypeAlias = Literal["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"]


class Partner(Counterparties):
    """A partner of the service. Its lines and chats are its own; other partners' clients do not see them."""

    def __init__(self, harness: Harness, partner_id: int, name: str, key: str) -> None:
        super().__init__(harness, partner_id)
        self.name = name
        self.key = key
        """What its clients send as ``Authorization: Bearer``."""
        self.faults = Faults(harness, partner_id)
        """The faults of its next requests."""
        self._line: str | None = None

    @cached_property
    def client(self) -> LinqAPIV3:
        """A client with this partner's key and otherwise the SDK's defaults, two retries included."""
        http = httpx2.Client(transport=self._harness.transport, timeout=DEFAULT_TIMEOUT, follow_redirects=True)
        return PluginClient(api_key=self.key, base_url=self._harness.base_url, http_client=http, clock=self._seconds)

    @cached_property
    def async_client(self) -> AsyncLinqAPIV3:
        """The same for coroutines, in any event loop."""
        # One client serves every event loop, because its transport belongs to none.
        http = httpx2.AsyncClient(transport=self._harness.transport, timeout=DEFAULT_TIMEOUT, follow_redirects=True)
        return AsyncPluginClient(
            api_key=self.key, base_url=self._harness.base_url, http_client=http, clock=self._seconds
        )

    def new_key(self, *, expires_at: datetime | None = None) -> str:
        """Adds a key, for ``client.with_options(api_key=…)``. It expires by the test's clock."""
        expiry = None if expires_at is None else from_datetime(expires_at)
        key, secret = new_key("test", self._harness.clock(), expiry)
        self._harness.server.run(self._store.partners.add_key(self.id, key, digest(secret.encode())))
        return secret

    def line(self, phone_number: str | None = None, *, label: str | None = None) -> Line:
        """Adds a line, by default with a fictional number. Chats are on the first line by default.

        Raises ``CommandError`` if the partner has that number already.
        """
        server, clock = self._harness.server, self._harness.clock
        number = next(self._harness.numbers) if phone_number is None else parse_number(phone_number, "phone_number")
        partner = server.run(partners.find_partner(self._store, str(self.id)))
        line = server.run(partners.add_line(self._store, partner, number, label, clock()))
        self._line = self._line or number
        return Line(line.id, number, label, to_datetime(line.created_at))

    def chat(
        self,
        *recipients: str,
        line: Line | str | None = None,
        name: str | None = None,
        service: ServiceName | None = "iMessage",
        health: HealthName = "HEALTHY",
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
    ) -> Chat:
        """Adds a chat, and returns it as the list shows it.

        :param recipients: handles of the recipients, several for a group; by default, a fictional number
        :param line: the partner's line, by default its first one; created if necessary
        :param name: the name of the group; by default, the handles of the recipients
        :param created_at: by default, the clock's time; the clock then advances by a second, so that no two are equal
        :param updated_at: by default, the time of creation
        :raises trunkline.domain.errors.InvalidPhoneNumber: a recipient is neither a phone number nor an email address
        """
        started = self._harness.clock() if created_at is None else from_datetime(created_at)
        handles = recipients or (next(self._harness.numbers),)
        [chat] = self._save([self._new_chat(handles, line, name, service, health, started, updated_at)])
        if created_at is None:
            self._harness.clock.tick()
        return chat

    def chats(
        self,
        count: int,
        *,
        line: Line | str | None = None,
        service: ServiceName | None = "iMessage",
        health: HealthName = "HEALTHY",
    ) -> list[Chat]:
        """Adds this many chats, each with a different recipient and a second later than the one before."""
        now = self._harness.clock()
        times = [now + number * SECOND for number in range(count)]
        chats = self._save(
            [
                self._new_chat((next(self._harness.numbers),), line, None, service, health, started, None)
                for started in times
            ]
        )
        self._harness.clock.advance(seconds=count)
        return chats

    def update(
        self,
        chat: Chat | str,
        *,
        name: str | None = None,
        health: HealthName | None = None,
        updated_at: datetime | None = None,
    ) -> Chat:
        """Changes a chat: names it, sets its health, or only moves it to the top of the list.

        :param updated_at: by default, the clock's time; the clock then advances by a second
        :raises LookupError: this partner has no such chat
        """
        chat_id = chat if isinstance(chat, str) else chat.id
        at = self._harness.clock() if updated_at is None else from_datetime(updated_at)

        def changed(known: domain.Chat) -> domain.Chat:
            status = known.health if health is None else domain.Health(domain.HealthStatus(health), at)
            return msgspec.structs.replace(known, name=name or known.name, health=status, updated_at=at)

        updated = self._to_chat(render_chat(self._harness.server.run(self._change_stored(chat_id, changed))))
        if updated_at is None:
            self._harness.clock.tick()
        return updated

    def _new_chat(
        self,
        recipients: tuple[str, ...],
        line: Line | str | None,
        name: str | None,
        service: ServiceName | None,
        health: HealthName,
        started: Instant,
        updated_at: datetime | None,
    ) -> domain.Chat:
        number = self._ensure_line(line)
        handles = (number, *[parse_handle(recipient, "recipients") for recipient in recipients])
        if len(set(handles)) < len(handles):
            raise ValueError(f"a handle is in the chat twice: the line {number}, and {', '.join(handles[1:])}")
        network = None if service is None else domain.Service(service)
        participants = [
            domain.Participant(random_id(), handle, network or domain.Service.SMS, started, is_me=handle == number)
            for handle in handles
        ]
        return domain.Chat(
            id=time_ordered_id(started),
            participants=tuple(participants),
            is_group=len(recipients) > 1,
            health=domain.Health(domain.HealthStatus(health), started),
            created_at=started,
            updated_at=started if updated_at is None else from_datetime(updated_at),
            name=name,
            service=network,
        )

    def _seconds(self) -> float:
        """The clock's time, in seconds since 1970."""
        return self._harness.clock.now.timestamp()

    def _ensure_line(self, line: Line | str | None) -> str:
        if line is None:
            return self._line or self.line().phone_number
        number = line.phone_number if isinstance(line, Line) else parse_number(line, "line")
        self._harness.server.run(partners.ensure_line(self._store, self.id, number, self._harness.clock()))
        self._line = self._line or number
        return number

    def _save(self, chats: list[domain.Chat]) -> list[Chat]:
        self._harness.server.run(self._store_chats(chats))
        return [self._to_chat(render_chat(chat)) for chat in chats]

    async def _store_chats(self, chats: list[domain.Chat]) -> None:
        async with self._store.change(RequestContext(self.id, self._harness.clock())) as change:
            await change.save(chats)
            for chat in chats:
                await _save_opt_out(change, chat)

    async def _change_stored(self, chat_id: str, changed: Callable[[domain.Chat], domain.Chat]) -> domain.Chat:
        async with self._store.change(RequestContext(self.id, self._harness.clock())) as change:
            known = await change.chat(chat_id)
            if known is None:
                raise LookupError(f"{self.name} has no chat {chat_id}")
            chat = changed(known)
            await change.save([chat])
            if known.health.status is domain.HealthStatus.OPTED_OUT and not known.is_group:
                await opt_outs.lift_everywhere(change, known.recipients[0])
            await _save_opt_out(change, chat)
        return chat

    def __repr__(self) -> str:
        return f"Partner(id={self.id}, name={self.name!r})"


async def _save_opt_out(change: Change, chat: domain.Chat) -> None:
    """Stores the opt-out of a chat that is ``OPTED_OUT``, so that sends to its recipient fail."""
    if chat.health.status is domain.HealthStatus.OPTED_OUT and not chat.is_group:
        await opt_outs.add(change, chat.recipients[0], chat.id)
