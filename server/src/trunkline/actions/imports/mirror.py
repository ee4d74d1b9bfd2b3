"""Mirror an upstream that speaks this API: its chats and messages with their ids and times.

The upstream is read page by page. The messages of a chat that is new, has changed, or has none yet are read from the
newest down to the first known one, and stored in one transaction with the chat. The cursor of the next page is stored
after each page, so an interrupted mirror continues where it stopped. A complete mirror starts again from the top and
stores what has changed.

The upstream decides the health of a chat and who has opted out.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from trunkline.actions.imports.add_messages import add_messages
from trunkline.actions.imports.summary import ImportSummary, SkippedRecords
from trunkline.actions.operator.partners import ensure_line
from trunkline.domain.chat import Chat, HealthStatus, with_latest_former
from trunkline.domain.context import RequestContext
from trunkline.domain.instant import Clock
from trunkline.domain.message import Message
from trunkline.sources.mirror.messages import in_threads
from trunkline.sources.mirror.upstream import MessagesUnreadable, MessagesUnsupported, Upstream
from trunkline.sources.to_domain import Imported
from trunkline.storage import imported, opt_outs
from trunkline.storage import messages as stored_messages
from trunkline.storage.change import Change, mirror_cursor
from trunkline.storage.store import Store

NO_MESSAGES = "chat whose messages this upstream does not list"


class _Progress(msgspec.Struct):
    """The progress of a mirror."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    new_messages: int = 0
    known_messages: int = 0
    skipped: SkippedRecords = msgspec.field(default_factory=SkippedRecords)

    def summary(self) -> ImportSummary:
        """The same, for the caller."""
        return ImportSummary(
            self.new, self.changed, self.unchanged, self.new_messages, self.known_messages, self.skipped
        )


async def mirror_upstream(
    store: Store, partner_id: int, upstream: Upstream, *, clock: Clock, progress: Callable[[int], None]
) -> ImportSummary:
    """Mirrors the whole upstream. ``progress`` gets the number of chats read so far. Raises ``CommandError``."""
    reader = store.reader(partner_id)
    cursor = await mirror_cursor(reader, upstream.base_url)
    mirror = _Mirror(store, partner_id, upstream, clock)
    count = 0
    page = await upstream.page(cursor, or_first=cursor is not None)
    while True:
        mirror.progress.skipped.chats.update(record.reason for record in page.skipped)
        for line in {chat.line for chat in page.chats}:
            await ensure_line(store, partner_id, line, clock())
        for chat in _least_recent_first(page.chats):
            await mirror.mirror_chat(chat, await reader.chat(chat.id))
            count += 1
            progress(count)
        count += len(page.skipped)
        progress(count)
        cursor = page.next_cursor
        async with store.change(RequestContext(partner_id, clock())) as change:
            await change.save_mirror_cursor(upstream.base_url, cursor)
        if cursor is None:
            return mirror.progress.summary()
        page = await upstream.page(cursor)


class _Mirror:
    """Mirrors one chat after the other."""

    def __init__(self, store: Store, partner_id: int, upstream: Upstream, clock: Clock) -> None:
        self.progress = _Progress()
        self._store = store
        self._partner_id = partner_id
        self._upstream = upstream
        self._clock = clock
        self._lists_messages = True

    async def mirror_chat(self, upstream_chat: Chat, known: Chat | None) -> None:
        """Stores a chat and those of its messages that are not stored yet.

        If its messages cannot be read, a chat that has some stays as it is, so that the next run tries again.
        """
        if known is not None and known.message_count and _merged(known, upstream_chat) == known:
            self.progress.unchanged += 1
            return
        try:
            found = await self._new_messages(upstream_chat)
        except MessagesUnreadable as reason:
            self.progress.skipped.chats[str(reason)] += 1
            if known is not None and known.message_count:
                self.progress.unchanged += 1
                return
            found = []
        async with self._store.change(RequestContext(self._partner_id, self._clock()), bulk=True) as change:
            is_new, is_changed = await self._save(change, upstream_chat, found)
        self.progress.new += is_new
        self.progress.changed += is_changed
        self.progress.unchanged += not (is_new or is_changed)

    async def _new_messages(self, chat: Chat) -> list[Message]:
        """The messages of a chat down to a known one, oldest first. Raises ``MessagesUnreadable``."""
        found: list[Message] = []
        cursor: str | None = None
        while self._lists_messages:
            try:
                page = await self._upstream.messages(chat, cursor)
            except MessagesUnsupported:
                self._lists_messages = False
                break
            except MessagesUnreadable as reason:
                self.progress.skipped.messages[str(reason)] += len(found)
                raise
            messages = list(self.progress.skipped.filter(page.records))
            found += messages
            cursor = page.next_cursor
            if cursor is None or (messages and await self._is_known(messages[-1])):
                break
        if not self._lists_messages:
            self.progress.skipped.chats[NO_MESSAGES] += 1
        found.reverse()
        return found

    async def _is_known(self, message: Message) -> bool:
        return await stored_messages.find(self._store.reader(self._partner_id), message.id) is not None

    async def _save(self, change: Change, upstream_chat: Chat, found: Sequence[Message]) -> tuple[bool, bool]:
        """Stores a chat with messages. Returns whether it is new, and whether it has changed."""
        change.check_line(upstream_chat.line)
        replied_to = [each.content.reply_to.message_id for each in found if each.content.reply_to is not None]
        threads = {each.id: each.thread for each in (await imported.known(change, replied_to)).values()}
        added = await add_messages(change, map(Imported, in_threads(found, threads)), lambda: None)
        self.progress.known_messages += added.known
        self.progress.new_messages += added.new.total()
        known = await change.chat(upstream_chat.id)
        chat = upstream_chat if known is None else _merged(known, upstream_chat)
        chat = msgspec.structs.replace(
            chat,
            message_count=chat.message_count + added.new[chat.id],
            unread_count=chat.unread_count + added.unread[chat.id],
        )
        is_changed = chat != known or bool(added.changed_chats)
        if is_changed:
            await change.save([chat])
        await _mirror_opt_out(change, chat)
        return known is None, known is not None and is_changed


async def _mirror_opt_out(change: Change, chat: Chat) -> None:
    """Stores what the upstream says about the opt-out of the recipient of a direct chat."""
    if chat.is_group or len(chat.recipients) != 1:
        return
    (handle,) = chat.recipients
    if chat.health.status is HealthStatus.OPTED_OUT:
        await opt_outs.set_at(change, handle, chat.id, chat.health.updated_at)
    else:
        await opt_outs.lift(change, handle, chat.id)


def _merged(known: Chat, upstream_chat: Chat) -> Chat:
    """The chat of the upstream, with the counts that only this store knows."""
    return with_latest_former(
        msgspec.structs.replace(upstream_chat, message_count=known.message_count, unread_count=known.unread_count)
    )


def _least_recent_first(chats: Iterable[Chat]) -> list[Chat]:
    """The chats of a page, each once, so that revisions rise with the times."""
    return sorted({chat.id: chat for chat in chats}.values(), key=lambda chat: chat.updated_at)
