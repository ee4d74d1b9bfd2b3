"""A partner in a test: its key, its clients, and what makes its lines and chats."""

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeAlias

import httpx2
import msgspec

from linq import DEFAULT_TIMEOUT, AsyncLinqAPIV3, LinqAPIV3
from linq.types import Chat
from trunkline.actions import partners
from trunkline.actions.keys import digest, new_key
from trunkline.domain import chat as domain
from trunkline.domain import document
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.domain.instant import Instant, from_datetime, to_datetime
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.storage.changes import change
from trunkline.storage.store import Store
from trunkline.testing.clock import Clock
from trunkline.testing.hosted import Hosted
from trunkline.testing.transport import Transport

ServiceName: TypeAlias = Literal["iMessage", "SMS", "RCS"]
HealthName: TypeAlias = Literal["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"]


@dataclass(frozen=True, slots=True)
class Line:
    """A number that a partner sends from."""

    id: str
    phone_number: str
    label: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """What the partners of one service share."""

    hosted: Hosted
    transport: Transport
    base_url: str
    clock: Clock
    numbers: Iterator[str]

    @property
    def store(self) -> Store:
        """The service's store; its coroutines run in its own thread."""
        return self.hosted.store


class Partner:
    """A tenant of the service. Lines and chats that it makes are its own; no other partner's client sees them."""

    def __init__(self, site: Site, partner_id: int, name: str, key: str) -> None:
        self.id = partner_id
        self.name = name
        self.key = key
        """What its clients send as ``Authorization: Bearer``."""
        self._site = site
        self._line: str | None = None

    @cached_property
    def client(self) -> LinqAPIV3:
        """A client with this partner's key and otherwise the SDK's defaults, its two retries among them."""
        http = httpx2.Client(transport=self._site.transport, timeout=DEFAULT_TIMEOUT, follow_redirects=True)
        return LinqAPIV3(api_key=self.key, base_url=self._site.base_url, http_client=http)

    @cached_property
    def async_client(self) -> AsyncLinqAPIV3:
        """The same for coroutines, in any event loop."""
        # A plain one serves every loop: its transport has nothing that belongs to one.
        http = httpx2.AsyncClient(transport=self._site.transport, timeout=DEFAULT_TIMEOUT, follow_redirects=True)
        return AsyncLinqAPIV3(api_key=self.key, base_url=self._site.base_url, http_client=http)

    def new_key(self, *, expires_at: datetime | None = None) -> str:
        """One more key of this partner's, for ``client.with_options(api_key=…)``. It expires by the test's clock."""
        until = None if expires_at is None else from_datetime(expires_at)
        key, secret = new_key("test", self._site.clock(), until)
        self._site.hosted.run(self._site.store.partners.add_key(self.id, key, digest(secret.encode())))
        return secret

    def line(self, phone_number: str | None = None, *, label: str | None = None) -> Line:
        """A new line, with a fictional number unless one is given. Chats are on the first one, unless told otherwise.

        Raises ``CommandError`` for a number that is the partner's already.
        """
        site = self._site
        number = next(site.numbers) if phone_number is None else parse_number(phone_number, "phone_number")
        partner = site.hosted.run(partners.find_partner(site.store, str(self.id)))
        made = site.hosted.run(partners.add_line(site.store, partner, number, label, site.clock()))
        self._line = self._line or number
        return Line(made.id, number, label, to_datetime(made.created_at))

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
        """A new chat, as the list shows it.

        :param recipients: handles of those it is with, a group when they are several; otherwise a fictional number
        :param line: the partner's line, its first one by default; made when it is not there
        :param name: the group's name; otherwise the recipients' handles are shown
        :param created_at: otherwise the clock's time; the clock then moves on by a second, so that no two are alike
        :param updated_at: otherwise when it was created
        :raises trunkline.domain.errors.InvalidPhoneNumber: a recipient that is no phone number and no e-mail address
        """
        made = self._made(
            recipients or (next(self._site.numbers),), line, name, service, health, created_at, updated_at
        )
        return self._saved([made])[0]

    def chats(
        self,
        count: int,
        *,
        line: Line | str | None = None,
        service: ServiceName | None = "iMessage",
        health: HealthName = "HEALTHY",
    ) -> list[Chat]:
        """So many chats, each with somebody else and a second later than the one before."""
        chats = [self._made((next(self._site.numbers),), line, None, service, health, None, None) for _ in range(count)]
        return self._saved(chats)

    def update(
        self,
        chat: Chat | str,
        *,
        name: str | None = None,
        health: HealthName | None = None,
        updated_at: datetime | None = None,
    ) -> Chat:
        """The chat (or the one with that id), changed: named, of another health, or only moved to the top of the list.

        :param updated_at: otherwise the clock's time, which then moves on by a second
        :raises LookupError: this partner has no such chat
        """
        chat_id = chat if isinstance(chat, str) else chat.id
        at = self._time(updated_at)

        def changed(known: domain.Chat) -> domain.Chat:
            status = known.health if health is None else domain.Health(domain.HealthStatus(health), at)
            return msgspec.structs.replace(known, name=name or known.name, health=status, updated_at=at)

        return self._shown(self._site.hosted.run(self._change(chat_id, changed)))

    def _made(
        self,
        recipients: tuple[str, ...],
        line: Line | str | None,
        name: str | None,
        service: ServiceName | None,
        health: HealthName,
        created_at: datetime | None,
        updated_at: datetime | None,
    ) -> domain.Chat:
        number = self._own(line)
        handles = (number, *[parse_handle(recipient, "recipients") for recipient in recipients])
        if len(set(handles)) < len(handles):
            raise ValueError(f"nobody is in a chat twice: the line {number}, and {', '.join(handles[1:])}")
        began = self._time(created_at)
        network = None if service is None else domain.Service(service)
        return domain.Chat(
            id=uuid7(began, secrets.randbits(RANDOM_BITS)),
            participants=tuple(
                [
                    domain.Participant(
                        str(uuid.uuid4()), handle, network or domain.Service.SMS, began, is_me=place == 0
                    )
                    for place, handle in enumerate(handles)
                ]
            ),
            is_group=len(recipients) > 1,
            health=domain.Health(domain.HealthStatus(health), began),
            created_at=began,
            updated_at=began if updated_at is None else from_datetime(updated_at),
            name=name,
            service=network,
        )

    def _own(self, line: Line | str | None) -> str:
        """The number of a line that is now the partner's."""
        if line is None:
            return self._line or self.line().phone_number
        number = line.phone_number if isinstance(line, Line) else parse_number(line, "line")
        self._site.hosted.run(partners.ensure_line(self._site.store, self.id, number, self._site.clock()))
        self._line = self._line or number
        return number

    def _time(self, given: datetime | None) -> Instant:
        """The time given, or the clock's, which is then over."""
        if given is not None:
            return from_datetime(given)
        now = self._site.clock()
        self._site.clock.tick()
        return now

    def _saved(self, chats: list[domain.Chat]) -> list[Chat]:
        self._site.hosted.run(self._save(chats))
        return [self._shown(chat) for chat in chats]

    async def _save(self, chats: list[domain.Chat]) -> None:
        async with change(self._site.store.database, self.id, self._site.clock()) as opened:
            await opened.save(chats)

    async def _change(self, chat_id: str, changed: Callable[[domain.Chat], domain.Chat]) -> domain.Chat:
        async with change(self._site.store.database, self.id, self._site.clock()) as opened:
            known = await opened.chat(chat_id)
            if known is None:
                raise LookupError(f"{self.name} has no chat {chat_id}")
            chat = changed(known)
            await opened.save([chat])
        return chat

    def _shown(self, chat: domain.Chat) -> Chat:
        return Chat.model_validate_json(document.complete(document.render(chat), self._site.base_url.encode()))

    def __repr__(self) -> str:
        return f"Partner(id={self.id}, name={self.name!r})"


def fictional_numbers() -> Iterator[str]:
    """Phone numbers that nobody has: 555-0100 to 555-0199 is kept free for stories in every North American area."""
    for area in range(201, 800):
        if area % 100 != 11:
            yield from (f"+1{area}55501{number:02}" for number in range(100))
