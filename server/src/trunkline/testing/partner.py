"""A partner in a test: its key, its clients, and what makes its lines and chats."""

import secrets
import uuid
from collections.abc import Callable
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
from trunkline.domain.instant import SECOND, Instant, from_datetime, to_datetime
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.storage import consent
from trunkline.storage.changes import Change, change
from trunkline.testing.other_side import OtherSide, ServiceName
from trunkline.testing.site import Line, Site

HealthName: TypeAlias = Literal["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"]


class Partner(OtherSide):
    """A tenant of the service. Lines and chats that it makes are its own; no other partner's client sees them."""

    def __init__(self, site: Site, partner_id: int, name: str, key: str) -> None:
        super().__init__(site, partner_id)
        self.name = name
        self.key = key
        """What its clients send as ``Authorization: Bearer``."""
        self._line: str | None = None

    @cached_property
    def client(self) -> LinqAPIV3:
        """A client with this partner's key and otherwise the SDK's defaults, its two retries among them."""
        http = httpx2.Client(transport=self._site.transport, timeout=DEFAULT_TIMEOUT, follow_redirects=True)
        return LinqAPIV3(api_key=self.key, base_url=self._site.base_url, http_client=http, clock=self._seconds)

    @cached_property
    def async_client(self) -> AsyncLinqAPIV3:
        """The same for coroutines, in any event loop."""
        # A plain one serves every loop: its transport has nothing that belongs to one.
        http = httpx2.AsyncClient(transport=self._site.transport, timeout=DEFAULT_TIMEOUT, follow_redirects=True)
        return AsyncLinqAPIV3(api_key=self.key, base_url=self._site.base_url, http_client=http, clock=self._seconds)

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
        began = self._site.clock() if created_at is None else from_datetime(created_at)
        made = self._made(recipients or (next(self._site.numbers),), line, name, service, health, began, updated_at)
        [chat] = self._saved([made])
        if created_at is None:
            self._site.clock.tick()
        return chat

    def chats(
        self,
        count: int,
        *,
        line: Line | str | None = None,
        service: ServiceName | None = "iMessage",
        health: HealthName = "HEALTHY",
    ) -> list[Chat]:
        """So many chats, each with somebody else and a second later than the one before."""
        now = self._site.clock()
        times = [now + number * SECOND for number in range(count)]
        made = [self._made((next(self._site.numbers),), line, None, service, health, at, None) for at in times]
        chats = self._saved(made)
        self._site.clock.advance(seconds=count)
        return chats

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
        at = self._site.clock() if updated_at is None else from_datetime(updated_at)

        def changed(known: domain.Chat) -> domain.Chat:
            status = known.health if health is None else domain.Health(domain.HealthStatus(health), at)
            return msgspec.structs.replace(known, name=name or known.name, health=status, updated_at=at)

        updated = self._shown(self._site.hosted.run(self._change(chat_id, changed)))
        if updated_at is None:
            self._site.clock.tick()
        return updated

    def _made(
        self,
        recipients: tuple[str, ...],
        line: Line | str | None,
        name: str | None,
        service: ServiceName | None,
        health: HealthName,
        began: Instant,
        updated_at: datetime | None,
    ) -> domain.Chat:
        number = self._own(line)
        handles = (number, *[parse_handle(recipient, "recipients") for recipient in recipients])
        if len(set(handles)) < len(handles):
            raise ValueError(f"nobody is in a chat twice: the line {number}, and {', '.join(handles[1:])}")
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

    def _seconds(self) -> float:
        """The clock's time, in seconds since 1970."""
        return self._site.clock.now.timestamp()

    def _own(self, line: Line | str | None) -> str:
        if line is None:
            return self._line or self.line().phone_number
        number = line.phone_number if isinstance(line, Line) else parse_number(line, "line")
        self._site.hosted.run(partners.ensure_line(self._site.store, self.id, number, self._site.clock()))
        self._line = self._line or number
        return number

    def _saved(self, chats: list[domain.Chat]) -> list[Chat]:
        self._site.hosted.run(self._save(chats))
        return [self._shown(chat) for chat in chats]

    async def _save(self, chats: list[domain.Chat]) -> None:
        async with change(self._site.store.database, self.id, self._site.clock()) as opened:
            await opened.save(chats)
            for chat in chats:
                await _note_opt_out(opened, chat)

    async def _change(self, chat_id: str, changed: Callable[[domain.Chat], domain.Chat]) -> domain.Chat:
        async with change(self._site.store.database, self.id, self._site.clock()) as opened:
            known = await opened.chat(chat_id)
            if known is None:
                raise LookupError(f"{self.name} has no chat {chat_id}")
            chat = changed(known)
            await opened.save([chat])
            if known.health.status is domain.HealthStatus.OPTED_OUT and not known.is_group:
                await consent.clear_opt_outs(opened, known.recipients[0])
            await _note_opt_out(opened, chat)
        return chat

    def _shown(self, chat: domain.Chat) -> Chat:
        return Chat.model_validate_json(document.complete(document.render(chat), self._site.base_url.encode()))

    def __repr__(self) -> str:
        return f"Partner(id={self.id}, name={self.name!r})"


async def _note_opt_out(opened: Change, chat: domain.Chat) -> None:
    """Whoever is said to have opted out is not written to."""
    if chat.health.status is domain.HealthStatus.OPTED_OUT and not chat.is_group:
        await consent.opt_out(opened, chat.recipients[0], chat.id)
