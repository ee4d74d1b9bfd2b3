"""A change: what one action writes for one partner, all or nothing, while it holds the lock on the partner's row.

Each chat that it saves takes the partner's next revision, and the sort key that the chat had goes to the history.
Because the row is locked first, changes commit in the order of their revisions. Events for subscribers and commands for
the carrier are written in the same transaction, when the change closes.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager

import msgspec

from trunkline.domain.chat import Chat, with_latest_former
from trunkline.domain.chat_health import Thresholds
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import NotYourLine
from trunkline.domain.events import Event, EventType
from trunkline.schemas.chat import render_chat
from trunkline.storage import creations, events, outbox, participants
from trunkline.storage.deferred import DeferredWrites
from trunkline.storage.locked_partner import lock_partner, write_partner
from trunkline.storage.outbox import CARRIER, Command, NewEntry
from trunkline.storage.ports import Database, LockedPartner, Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Value, load

_QUERIES = load("change")
_CHAT_COLUMNS = (
    "partner_id",
    "id",
    "line",
    "recipients_key",
    "name",
    "message_count",
    "unread_count",
    "health",
    "updated_at",
    "revision",
    "document",
)


class Change(Reader):
    """An open change of one partner."""

    def __init__(
        self, transaction: Transaction, ctx: RequestContext, partner: LockedPartner, thresholds: Thresholds
    ) -> None:
        self.transaction = DeferredWrites(transaction)
        super().__init__(self.transaction, ctx.partner_id)
        self.trace_id = ctx.trace_id
        """The trace id of the request that causes this change; its events carry it."""
        self.now = max(partner.clock, ctx.now)
        """When this change happens, in microseconds: never before an earlier change of the partner."""
        self.thresholds = thresholds
        self.clock_time = ctx.now
        """The time of the clock. What expires does so by the clock: after it was ahead, ``now`` still is."""
        self.removed_lines = partner.removed_lines
        """The lines whose removal began last: nothing may be added to them."""
        self.forgotten_at = partner.forgotten_at
        """When a message was last deleted, by the clock. What was under way then may contain it."""
        self._partner = partner
        self._revision = partner.revision
        self._events: list[Event] = []
        self._commands: list[NewEntry] = []

    def next_revision(self) -> int:
        """Takes the partner's next revision."""
        self._revision += 1
        return self._revision

    def emit(self, event: Event) -> None:
        """Sends an event to its subscribers, once the change has committed; none of a line that was removed."""
        if event.line not in self.removed_lines:
            self._events.append(event)

    async def has_subscriber(self, event_type: EventType, line: str) -> bool:
        """Whether anybody gets events of this type about a line."""
        active = await events.subscribers(self.transaction, self.partner_id)
        return any(each.wants(event_type, line) for each in active)

    def command(self, command: Command, chat: Chat, entity_id: str) -> None:
        """Sends a command to the carrier, once the change has committed, after the earlier commands of the chat.

        Raises ``NotYourLine`` if the line of the chat was removed.
        """
        self.check_line(chat.line)
        self._commands.append(NewEntry(CARRIER, chat.id, self.next_revision(), command, entity_id))

    def check_line(self, line: str) -> None:
        """Raises ``NotYourLine`` if the removal of a line has begun since the partner was seen to have it."""
        if line in self.removed_lines:
            raise NotYourLine(f"{line} is not one of your lines; it was removed")

    @property
    def commands(self) -> Sequence[str]:
        """The kind of each command."""
        return [entry.kind for entry in self._commands]

    @property
    def events(self) -> Sequence[str]:
        """The type of each event."""
        return [event.type for event in self._events]

    async def save(self, chats: Sequence[Chat], *, same_handles: bool = False) -> None:
        """Stores new and changed chats, each at most once; each takes the next revision, in the order given.

        Of the participants who left, the latest are stored. ``same_handles`` says that every chat is stored with the
        handles that it has now, and since the time at which it was created.
        """
        record_move, save_chat = _QUERIES["record_move"], _QUERIES["save_chat"]
        first = self._revision + 1
        kept = [with_latest_former(chat) for chat in chats]
        write = self.transaction.write
        for chat in kept:
            named = _columns(self.partner_id, chat, self.next_revision()) | {
                "partner": self.partner_id,
                "now": self.clock_time,
            }
            row = ("chats", chat.id)
            write(record_move, record_move.values(**named), ("sort_key_history", named["revision"]), reads=row)
            write(save_chat, save_chat.values(**named), row)
            participants.update_sort_key(self.transaction, named)
            if not same_handles:
                creations.save(self.transaction, named, chat.created_at)
        if not same_handles or any(each is not chat for each, chat in zip(kept, chats, strict=True)):
            await participants.save(self.transaction, self.partner_id, kept, first)
        elif len(chats) > 1:
            await self.transaction.flush()

    async def load(self, chats: Iterable[Chat]) -> int:
        """Stores chats that are all new by the fastest way the engine has, and returns their number."""
        numbered = [(self.next_revision(), with_latest_former(chat)) for chat in chats]
        rows = [tuple(_columns(self.partner_id, chat, revision).values()) for revision, chat in numbered]
        await self.transaction.load("chats", _CHAT_COLUMNS, rows)
        await participants.load_new(self.transaction, self.partner_id, numbered)
        await creations.load_new(self.transaction, self.partner_id, numbered)
        return len(rows)

    async def save_mirror_cursor(self, base_url: str, cursor: str | None) -> None:
        """Stores where the mirror of an upstream continues; None if it is complete."""
        if cursor is None:
            await self.fetch(_QUERIES["delete_mirror_cursor"], (self.partner_id, base_url))
        else:
            await self.fetch(_QUERIES["save_mirror_cursor"], (self.partner_id, base_url, cursor))

    async def close(self) -> LockedPartner:
        """Writes events and commands. Returns the partner as it is then; its row is written before the commit."""
        entries = [*self._commands, *await self._deliveries()]
        if entries:
            outbox.add(self.transaction, self.partner_id, entries, self.clock_time)
        await self.transaction.flush()
        return msgspec.structs.replace(
            self._partner, revision=self._revision, clock=self.now, forgotten_at=self.forgotten_at
        )

    async def _deliveries(self) -> Sequence[NewEntry]:
        if not self._events:
            return ()
        return await events.publish(
            self.transaction, self.partner_id, self._events, self.trace_id, self.now, self.next_revision
        )


def _columns(partner_id: int, chat: Chat, revision: int) -> dict[str, Value]:
    """The row of a chat, in the order of ``_CHAT_COLUMNS``."""
    return {
        "partner_id": partner_id,
        "id": chat.id,
        "line": chat.line,
        "recipients_key": chat.recipients_key,
        "name": chat.name,
        "message_count": chat.message_count,
        "unread_count": chat.unread_count,
        "health": chat.health.status,
        "updated_at": chat.updated_at,
        "revision": revision,
        "document": render_chat(chat),
    }


async def mirror_cursor(reader: Reader, base_url: str) -> str | None:
    """Where an incomplete mirror of an upstream continues."""
    found = await reader.fetch(_QUERIES["mirror_cursor"], (reader.partner_id, base_url))
    return found[0][0] if found else None


@asynccontextmanager
async def open_change(
    database: Database, ctx: RequestContext, thresholds: Thresholds, *, bulk: bool = False
) -> AsyncGenerator[Change]:
    """Opens a change; ``ctx.now`` is the time of the clock. Commits if the block ends without an exception.

    Changes share a transaction with others (``group_commit``), unless they are ``bulk``. Raises ``PartnerRemoved``.
    """
    if bulk:
        async with database.transaction(ctx.partner_id, ctx.origin, bulk=True) as transaction:
            partner = await lock_partner(transaction, ctx.partner_id, ctx.now)
            change = Change(transaction, ctx, partner, thresholds)
            yield change
            await write_partner(transaction, await change.close())
        return
    async with database.shared_transaction(ctx.partner_id, ctx.origin) as shared:
        known = shared.partners.get(ctx.partner_id)
        partner = known or await lock_partner(shared.transaction, ctx.partner_id, ctx.now)
        change = Change(shared.transaction, ctx, partner, thresholds)
        yield change
        shared.partners[ctx.partner_id] = await change.close()
