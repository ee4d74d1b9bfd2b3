"""Mirror an upstream that speaks this same API: its chats and their messages as they are, ids and times kept.

It is walked page by page. The messages of a chat that is new, has changed, or of which there is no message yet are read
from the newest down to the first one that is known; they are stored in one transaction with the chat. The cursor of the
next page is kept after each page, so that an interrupted mirror goes on where it stopped. Once finished, the next run
walks from the top again and stores what has changed.

How a chat stands, and who has opted out in it, is the upstream's to say.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from trunkline.actions.bring_messages import bring_messages
from trunkline.actions.import_chats import Imported
from trunkline.actions.partners import ensure_line
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.instant import Clock
from trunkline.domain.message import Message
from trunkline.sources.linq_messages import threaded
from trunkline.sources.linq_mirror import NoMessages, Unreadable, Upstream
from trunkline.storage import history, messages
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

NO_MESSAGES = "messages of a chat, which this upstream does not list"


class _Done(msgspec.Struct):
    """How far a mirror has come."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    messages: int = 0
    new_messages: int = 0
    skipped: Counter[str] = msgspec.field(default_factory=Counter[str])

    def imported(self) -> Imported:
        """The summary of it."""
        return Imported(self.new, self.changed, self.unchanged, self.messages, self.new_messages, dict(self.skipped))


async def mirror_chats(
    store: Store,
    partner_id: int,
    upstream: Upstream,
    *,
    clock: Clock,
    progress: Callable[[int], None],
) -> Imported:
    """Walks the whole upstream. ``progress`` is told how many chats have been seen. Raises ``CommandError``."""
    async with change(store.database, partner_id, clock()) as opened:
        cursor = await opened.mirror_cursor(upstream.base_url)
    mirror = _Mirror(store, partner_id, upstream, clock)
    seen = 0
    page = upstream.page(cursor, or_first=cursor is not None)
    while True:
        mirror.done.skipped.update(record.reason for record in page.skipped)
        for line in {chat.line for chat in page.chats}:
            await ensure_line(store, partner_id, line, clock())
        async with change(store.database, partner_id, clock()) as opened:
            known = {chat.id: await opened.chat(chat.id) for chat in page.chats}
        for chat in _least_recent_first(page.chats):
            await mirror.chat(chat, known[chat.id])
            seen += 1
            progress(seen)
        seen += len(page.skipped)
        progress(seen)
        cursor = page.next_cursor
        async with change(store.database, partner_id, clock()) as opened:
            await opened.save_mirror_cursor(upstream.base_url, cursor)
        if cursor is None:
            return mirror.done.imported()
        page = upstream.page(cursor)


class _Mirror:
    """Mirrors one chat after the other."""

    def __init__(self, store: Store, partner_id: int, upstream: Upstream, clock: Clock) -> None:
        self.done = _Done()
        self._store = store
        self._partner_id = partner_id
        self._upstream = upstream
        self._clock = clock
        self._lists_messages = True

    async def chat(self, told: Chat, known: Chat | None) -> None:
        """Stores a chat, which may be known, and its messages, as far as they are not there.

        Where its messages cannot be read, a chat that has some stays as it was: so the next run tries again.
        """
        if known is not None and known.message_count and _as_told(known, told) == known:
            self.done.unchanged += 1
            return
        try:
            found = await self._messages(told)
        except Unreadable as reason:
            self.done.skipped[str(reason)] += 1
            if known is not None and known.message_count:
                self.done.unchanged += 1
                return
            found = []
        async with change(self._store.database, self._partner_id, self._clock()) as opened:
            is_new, is_changed = await self._store_all(opened, told, found)
        self.done.new += is_new
        self.done.changed += is_changed
        self.done.unchanged += not (is_new or is_changed)

    async def _messages(self, chat: Chat) -> list[Message]:
        """The messages of a chat down to one that is there, oldest first. Raises ``Unreadable``."""
        found: list[Message] = []
        cursor: str | None = None
        while self._lists_messages:
            try:
                page = self._upstream.messages(chat, cursor)
            except NoMessages:
                self._lists_messages = False
                break
            self.done.skipped.update(page.left_out)
            found += page.messages
            cursor = page.next_cursor
            if cursor is None or (page.messages and await self._knows(page.messages[-1])):
                break
        if not self._lists_messages:
            self.done.skipped[NO_MESSAGES] += 1
        found.reverse()
        return found

    async def _knows(self, message: Message) -> bool:
        return await messages.message(self._store.database, self._partner_id, message.id) is not None

    async def _store_all(self, opened: Change, told: Chat, found: Sequence[Message]) -> tuple[bool, bool]:
        """Stores a chat with messages: whether it is new, and whether it has changed."""
        answered = [each.content.reply_to.message_id for each in found if each.content.reply_to is not None]
        threads = {each.id: each.thread for each in (await history.known(opened, answered)).values()}
        brought = await bring_messages(opened, threaded(found, threads), lambda: None)
        self.done.messages += brought.read
        self.done.new_messages += brought.new.total()
        known = await opened.chat(told.id)
        chat = told if known is None else _as_told(known, told)
        chat = msgspec.structs.replace(
            chat,
            message_count=chat.message_count + brought.new[chat.id],
            unread_count=chat.unread_count + brought.unread[chat.id],
        )
        is_changed = chat != known or bool(brought.touched)
        if is_changed:
            await opened.save([chat])
        await _mirror_opt_out(opened, chat)
        return known is None, known is not None and is_changed


async def _mirror_opt_out(opened: Change, chat: Chat) -> None:
    """Makes the store agree with the upstream on whether the recipient of a direct chat has opted out."""
    if chat.is_group or len(chat.recipients) != 1:
        return
    (handle,) = chat.recipients
    if chat.health.status is HealthStatus.OPTED_OUT:
        await history.opt_out(opened, handle, chat.id, chat.health.updated_at)
    else:
        await history.lift_opt_out(opened, handle, chat.id)


def _as_told(known: Chat, told: Chat) -> Chat:
    """What the upstream says of a chat, with what is only known here."""
    return msgspec.structs.replace(told, message_count=known.message_count, unread_count=known.unread_count)


def _least_recent_first(chats: list[Chat]) -> list[Chat]:
    """A page's chats, each once, so that positions ascend with the times where they can."""
    return sorted({chat.id: chat for chat in chats}.values(), key=lambda chat: chat.updated_at)
