"""The way in: every change of a partner's chats goes through one transaction that holds the partner's row.

Each saved chat takes the partner's next number as its position and leaves a row in ``moves`` for the place it had.
Because the row is locked first, changes commit in the order of their numbers.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager

from trunkline.domain import document
from trunkline.domain.chat import Chat, direct_key
from trunkline.domain.instant import DAY, Instant
from trunkline.storage.cursor import LIFETIME
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("changes")
_CHAT_COLUMNS = ("partner_id", "id", "line", "recipients", "name", "updated_at", "position", "document")
_MARGIN = DAY  # a change is dated before it waits for its turn, by a clock that may not be everybody's
_PARTICIPANT_COLUMNS = ("partner_id", "chat_id", "handle", "line", "since", "updated_at", "position")


class Change:
    """An open change of one partner's chats."""

    def __init__(self, transaction: Transaction, partner_id: int, started: Instant, counter: int, now: Instant) -> None:
        self._transaction = transaction
        self._partner_id = partner_id
        self._started = started
        self._counter = counter
        self.now = now
        """When this change happens: never before an earlier change of the partner, in microseconds."""

    async def chat(self, chat_id: str) -> Chat | None:
        """The chat with this id."""
        found = await self._transaction.fetch(_QUERIES["chat"], (self._partner_id, chat_id))
        return document.parse(*found[0]) if found else None

    async def direct_chat(self, line: str, handle: str) -> Chat | None:
        """The direct chat of a line with a handle; of several, the one that changed last."""
        key = direct_key(line, handle)
        found = await self._transaction.fetch(_QUERIES["chats_of_recipients"], (self._partner_id, key))
        return document.parse(*found[0]) if found else None

    async def save(self, chats: Sequence[Chat]) -> None:
        """Stores new and changed chats, none of them twice; each takes the next position, in the order given."""
        left: list[tuple[Value, ...]] = []
        rows: list[tuple[Value, ...]] = []
        participants: list[tuple[Value, ...]] = []
        gone: list[tuple[Value, ...]] = []
        leave, save, join = _QUERIES["leave_place"], _QUERIES["save_chat"], _QUERIES["save_participant"]
        forget = _QUERIES["forget_participants"]
        for chat in chats:
            self._counter += 1
            named: dict[str, Value] = {
                "partner": self._partner_id,
                "id": chat.id,
                "line": chat.line,
                "recipients": chat.recipients_key,
                "name": chat.name,
                "updated_at": chat.updated_at,
                "position": self._counter,
                "document": document.render(chat),
                "now": self._started,
            }
            left.append(leave.values(**named))
            gone.append(forget.values(**named))
            rows.append(save.values(**named))
            participants += [join.values(**named, handle=member.handle) for member in chat.participants]
        await self._transaction.run_many(leave, left)
        await self._transaction.run_many(save, rows)
        await self._transaction.run_many(join, participants)
        await self._transaction.run_many(forget, gone)
        # Twice as many as could have come keeps the table bounded without ever being a long job.
        await self._transaction.fetch(
            _QUERIES["forget_moves"], (self._partner_id, 2 * len(chats), self._started - LIFETIME - _MARGIN)
        )

    async def load(self, chats: Iterable[Chat]) -> int:
        """Stores chats that are all new, by the fastest way there is, and says how many they were."""
        rows: list[tuple[Value, ...]] = []
        participants: list[tuple[Value, ...]] = []
        for chat in chats:
            self._counter += 1
            line, at, position = chat.line, chat.updated_at, self._counter
            rows.append(
                (self._partner_id, chat.id, line, chat.recipients_key, chat.name, at, position, document.render(chat))
            )
            participants += [
                (self._partner_id, chat.id, handle, line, position, at, position)
                for handle in {member.handle: None for member in chat.participants}
            ]
        await self._transaction.load("chats", _CHAT_COLUMNS, rows)
        await self._transaction.load("participants", _PARTICIPANT_COLUMNS, participants)
        return len(rows)

    async def mirror_cursor(self, base_url: str) -> str | None:
        """Where an unfinished mirror of this upstream goes on."""
        found = await self._transaction.fetch(_QUERIES["mirror"], (self._partner_id, base_url))
        return found[0][0] if found else None

    async def save_mirror_cursor(self, base_url: str, cursor: str | None) -> None:
        """Remembers where a mirror goes on; None when it is finished."""
        if cursor is None:
            await self._transaction.fetch(_QUERIES["forget_mirror"], (self._partner_id, base_url))
        else:
            await self._transaction.fetch(_QUERIES["save_mirror"], (self._partner_id, base_url, cursor))

    async def close(self) -> None:
        """Writes the counter back; what is saved after it would repeat a position."""
        await self._transaction.fetch(_QUERIES["advance_counter"], (self._counter, self._partner_id))


@asynccontextmanager
async def change(database: Database, partner_id: int, now: Instant) -> AsyncGenerator[Change]:
    """One transaction on a partner's chats; ``now`` is the clock's time. Commits when left without an exception."""
    async with database.transaction() as transaction:
        query = _QUERIES["lock_partner"]
        [(counter, clock)] = await transaction.fetch(query, query.values(partner=partner_id, now=now))
        opened = Change(transaction, partner_id, now, counter, clock)
        yield opened
        await opened.close()
