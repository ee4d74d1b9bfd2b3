"""Mirror an upstream that speaks this same API: its chats as they are, ids and times kept, page by page.

Each page is stored in one transaction together with the cursor of the next, so that an interrupted mirror goes on where
it stopped. Once finished, the next run walks from the top again and stores what has changed.
"""

from collections import Counter
from collections.abc import Callable

from trunkline.actions.import_chats import Imported
from trunkline.actions.partners import ensure_line
from trunkline.domain.chat import Chat
from trunkline.domain.instant import Clock
from trunkline.sources.linq_mirror import Upstream
from trunkline.storage.changes import change
from trunkline.storage.store import Store


async def mirror_chats(
    store: Store, partner_id: int, upstream: Upstream, *, clock: Clock, progress: Callable[[int], None]
) -> Imported:
    """Walks the whole upstream. ``progress`` is told how many chats have been seen. Raises ``CommandError``."""
    async with change(store.database, partner_id, clock()) as opened:
        cursor = await opened.mirror_cursor(upstream.base_url)
    new = changed = unchanged = seen = 0
    skipped: Counter[str] = Counter()
    page = upstream.page(cursor, or_first=cursor is not None)
    while True:
        now = clock()
        skipped.update(record.reason for record in page.skipped)
        for line in {chat.line for chat in page.chats}:
            await ensure_line(store, partner_id, line, now)
        cursor = page.next_cursor
        async with change(store.database, partner_id, now) as opened:
            known = {chat.id: await opened.chat(chat.id) for chat in page.chats}
            fresh = [chat for chat in _least_recent_first(page.chats) if known[chat.id] != chat]
            await opened.save(fresh)
            await opened.save_mirror_cursor(upstream.base_url, cursor)
        new += sum(known[chat.id] is None for chat in fresh)
        changed += sum(known[chat.id] is not None for chat in fresh)
        unchanged += len(known) - len(fresh)
        seen += len(page.chats) + len(page.skipped)
        progress(seen)
        if cursor is None:
            return Imported(new, changed, unchanged, 0, 0, dict(skipped))
        page = upstream.page(cursor)


def _least_recent_first(chats: list[Chat]) -> list[Chat]:
    """A page's chats, each once, so that positions ascend with the times where they can."""
    return sorted({chat.id: chat for chat in chats}.values(), key=lambda chat: chat.updated_at)
