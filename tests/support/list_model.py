"""A model of one partner's chats: the expected state of the store at any moment, in plain dictionaries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from tests.support.chats import NOW, make_chat
from tests.support.partners import Pagination, save
from trunkline.domain.chat import Chat, Participant, Service
from trunkline.domain.paging import Filters
from trunkline.storage.store import Store


@dataclass(frozen=True)
class Create:
    """A new chat; ``at`` is its ``updated_at``, None for the present."""

    line: str
    recipients: tuple[str, ...]
    at: int | None


@dataclass(frozen=True)
class Alter:
    """Changes existing chats in one transaction: moved, and optionally renamed or joined by a new participant."""

    picks: tuple[int, ...]
    at: int | None
    name: str | None
    joining: str | None


@dataclass(frozen=True)
class Begin:
    """Paginations begin, one with each filter."""

    limit: int


@dataclass(frozen=True)
class Step:
    """Every unfinished pagination reads a page."""

    limit: int


@dataclass
class Started:
    """A pagination, and the ids that it must show since its first page."""

    pagination: Pagination
    expected: list[str]
    limits: list[int] = field(default_factory=lambda: [])


class World:
    """Applies a script of steps to both the store and the model."""

    def __init__(self, store: Store, partner_id: int, filters: Sequence[Filters]) -> None:
        self._store = store
        self._partner_id = partner_id
        self._filters = filters
        self._chats: list[Chat] = []
        self._sort_keys: dict[str, tuple[int, int]] = {}
        self._revision = 0
        self._present = NOW
        self.started: list[Started] = []

    async def do(self, step: Create | Alter | Begin | Step) -> None:
        """One step."""
        match step:
            case Create():
                chat = make_chat(
                    len(self._chats) + 1, step.recipients, line=step.line, updated_at=self._time(step.at), name="first"
                )
                await self._save([chat])
            case Alter() if self._chats:
                picks = dict.fromkeys(pick % len(self._chats) for pick in step.picks)
                await self._save([self._altered(self._chats[pick], step) for pick in picks])
            case Alter():
                pass
            case Begin():
                for filters in self._filters:
                    pagination = Pagination(self._store, self._partner_id, filters)
                    self.started.append(Started(pagination, self._matching(filters)))
                    await self._step(self.started[-1], step.limit)
            case Step():
                for started in self.started:
                    if not started.pagination.finished:
                        await self._step(started, step.limit)

    def _time(self, at: int | None) -> int:
        if at is not None:
            return NOW + at
        self._present += 1
        return self._present

    def _altered(self, chat: Chat, step: Alter) -> Chat:
        participants = chat.participants
        if step.joining is not None and all(member.handle != step.joining for member in participants):
            joined = Participant(f"{chat.id}-{step.joining}", step.joining, Service.SMS, NOW)
            participants = (*participants, joined)
        return msgspec.structs.replace(
            chat, participants=participants, name=step.name or chat.name, updated_at=self._time(step.at)
        )

    async def _save(self, chats: Sequence[Chat]) -> None:
        await save(self._store, self._partner_id, *chats)
        for chat in chats:
            self._revision += 1
            if chat.id not in self._sort_keys:
                self._chats.append(chat)
            self._sort_keys[chat.id] = (chat.updated_at, self._revision)
        latest = {chat.id: chat for chat in chats}
        self._chats = [latest.get(chat.id, chat) for chat in self._chats]

    def _matching(self, filters: Filters) -> list[str]:
        matching = [
            chat.id
            for chat in self._chats
            if filters.line in (None, chat.line)
            and (filters.handle is None or any(member.handle == filters.handle for member in chat.participants))
        ]
        return sorted(matching, key=lambda chat_id: self._sort_keys[chat_id], reverse=True)

    async def _step(self, started: Started, limit: int) -> None:
        await started.pagination.step(limit)
        started.limits.append(limit)
        shown = {chat.id: chat for chat in self._chats}
        for chat in started.pagination.pages[-1]:
            assert chat.display_name == shown[chat.id].display_name, "a chat is shown as it is when its page is served"
