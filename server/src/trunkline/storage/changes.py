"""The way in: every change of a partner's chats goes through one transaction that holds the partner's row.

Each saved chat takes the partner's next number as its position and leaves a row in ``moves`` for the place it had.
Because the row is locked first, changes commit in the order of their numbers. What subscribers are to be told and what
the carrier is to do is written in the same transaction, when the change closes.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager

from trunkline.domain import document
from trunkline.domain.chat import Chat, recipients_key
from trunkline.domain.events import Event
from trunkline.domain.instant import Instant
from trunkline.storage import forgetting, outbox
from trunkline.storage.outbox import CARRIER, Command, Waiting
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("changes")
_CHAT_COLUMNS = (
    "partner_id",
    "id",
    "line",
    "recipients",
    "name",
    "message_count",
    "unread_count",
    "updated_at",
    "position",
    "document",
)
_PARTICIPANT_COLUMNS = ("partner_id", "chat_id", "handle", "line", "since", "updated_at", "position")


class Change:
    """An open change of one partner's chats."""

    def __init__(
        self, transaction: Transaction, partner_id: int, started: Instant, counter: int, now: Instant, trace_id: str
    ) -> None:
        self.transaction = transaction
        self.partner_id = partner_id
        self.trace_id = trace_id
        """The trace id of the request that this change comes from; it is in the events."""
        self.now = now
        """When this change happens: never before an earlier change of the partner, in microseconds."""
        self._started = started
        self._before = counter
        self._counter = counter
        self._events: list[Event] = []
        self._commands: list[Waiting] = []

    def take_number(self) -> int:
        """The partner's next number: a place in the order of everything that ever changed."""
        self._counter += 1
        return self._counter

    def emit(self, event: Event) -> None:
        """Tells subscribers of an event, once the change is made."""
        self._events.append(event)

    def command(self, command: Command, chat_id: str, subject: str) -> None:
        """Has the carrier do something, once the change is made, after everything else that it is to do in the chat."""
        self._commands.append(Waiting(CARRIER, chat_id, self.take_number(), command, subject))

    async def chat(self, chat_id: str) -> Chat | None:
        """The chat with this id."""
        if "\0" in chat_id:
            return None  # PostgreSQL takes no such text, so nothing is called so
        found = await self.transaction.fetch(_QUERIES["chat"], (self.partner_id, chat_id))
        return document.parse(*found[0]) if found else None

    async def direct_chat(self, line: str, handle: str) -> Chat | None:
        """The direct chat of a line with a handle; of several, the one that changed last."""
        return await self._chat_of(recipients_key(line, [handle], is_group=False))

    async def group(self, line: str, handles: Iterable[str]) -> Chat | None:
        """A line's group of exactly these people that nobody named and the line is in; of several, the latest."""
        return await self._chat_of(recipients_key(line, handles, is_group=True))

    async def _chat_of(self, key: str) -> Chat | None:
        rows = await self.transaction.fetch(_QUERIES["chats_of_recipients"], (self.partner_id, key))
        found = [document.parse(*row) for row in rows]
        return next(
            (chat for chat in found if not chat.is_group or (chat.name is None and chat.me in chat.active)), None
        )

    async def save(self, chats: Sequence[Chat], *, members_stay: bool = False) -> None:
        """Stores new and changed chats, none of them twice; each takes the next position, in the order given.

        ``members_stay`` says that nobody who was among a chat's handles is not among them any more.
        """
        left: list[tuple[Value, ...]] = []
        rows: list[tuple[Value, ...]] = []
        participants: list[tuple[Value, ...]] = []
        gone: list[tuple[Value, ...]] = []
        leave, save, join = _QUERIES["leave_place"], _QUERIES["save_chat"], _QUERIES["save_participant"]
        forget = _QUERIES["forget_participants"]
        for chat in chats:
            named: dict[str, Value] = {
                "partner": self.partner_id,
                "id": chat.id,
                "line": chat.line,
                "recipients": chat.recipients_key,
                "name": chat.name,
                "message_count": chat.message_count,
                "unread_count": chat.unread_count,
                "updated_at": chat.updated_at,
                "position": self.take_number(),
                "document": document.render(chat),
                "now": self._started,
            }
            left.append(leave.values(**named))
            gone.append(forget.values(**named))
            rows.append(save.values(**named))
            participants += [join.values(**named, handle=member.handle) for member in chat.participants]
        await self.transaction.run_many(leave, left)
        await self.transaction.run_many(save, rows)
        await self.transaction.run_many(join, participants)
        if not members_stay:
            await self.transaction.run_many(forget, gone)

    async def load(self, chats: Iterable[Chat]) -> int:
        """Stores chats that are all new, by the fastest way there is, and says how many they were."""
        rows: list[tuple[Value, ...]] = []
        participants: list[tuple[Value, ...]] = []
        for chat in chats:
            line, at, position = chat.line, chat.updated_at, self.take_number()
            counts = (chat.message_count, chat.unread_count)
            rows.append(
                (
                    self.partner_id,
                    chat.id,
                    line,
                    chat.recipients_key,
                    chat.name,
                    *counts,
                    at,
                    position,
                    document.render(chat),
                )
            )
            participants += [
                (self.partner_id, chat.id, handle, line, position, at, position)
                for handle in {member.handle: None for member in chat.participants}
            ]
        await self.transaction.load("chats", _CHAT_COLUMNS, rows)
        await self.transaction.load("participants", _PARTICIPANT_COLUMNS, participants)
        return len(rows)

    async def mirror_cursor(self, base_url: str) -> str | None:
        """Where an unfinished mirror of this upstream goes on."""
        found = await self.transaction.fetch(_QUERIES["mirror"], (self.partner_id, base_url))
        return found[0][0] if found else None

    async def save_mirror_cursor(self, base_url: str, cursor: str | None) -> None:
        """Remembers where a mirror goes on; None when it is finished."""
        if cursor is None:
            await self.transaction.fetch(_QUERIES["forget_mirror"], (self.partner_id, base_url))
        else:
            await self.transaction.fetch(_QUERIES["save_mirror"], (self.partner_id, base_url, cursor))

    async def close(self) -> None:
        """Writes what is to leave the service, and the counter back; what is saved after it would repeat a position."""
        waiting = [*self._commands, *await self._deliveries()]
        if waiting:
            await outbox.put(self.transaction, self.partner_id, waiting, self._started)
        if self._counter == self._before:
            return
        await forgetting.forget(self.transaction, self.partner_id, self._before, self._counter, self._started)
        await self.transaction.fetch(_QUERIES["advance_counter"], (self._counter, self.partner_id))

    async def _deliveries(self) -> Sequence[Waiting]:
        if not self._events:
            return ()
        return await outbox.publish(
            self.transaction, self.partner_id, self._events, self.trace_id, self.now, self.take_number
        )


@asynccontextmanager
async def change(database: Database, partner_id: int, now: Instant, trace_id: str = "") -> AsyncGenerator[Change]:
    """One transaction on a partner's chats; ``now`` is the clock's time. Commits when left without an exception."""
    async with database.transaction() as transaction:
        query = _QUERIES["lock_partner"]
        [(counter, clock)] = await transaction.fetch(query, query.values(partner=partner_id, now=now))
        opened = Change(transaction, partner_id, now, counter, clock, trace_id)
        yield opened
        await opened.close()
