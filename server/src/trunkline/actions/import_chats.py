"""Import an archive: read it whole, then store its chats and messages in one transaction, so that nothing is ever
half-imported.

It is read twice. The first reading says which chats there are and who is in them; the second brings the messages.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from trunkline.actions.bring_messages import bring_messages
from trunkline.actions.settle_chats import settle_chats
from trunkline.domain.chat import Chat
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import Instant
from trunkline.domain.merge import merge
from trunkline.sources import told
from trunkline.sources.base import Conversation, Skipped, Source
from trunkline.sources.told import Place
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

READINGS = 2
PROGRESS_STEP = 1000  # chats between two looks at the progress
BATCH = 500  # chats rendered at a time, to bound the memory


class Imported(msgspec.Struct, frozen=True):
    """What an import did: chats that are new, changed, and as they were; messages read, and those of them that are new;
    what was skipped, by reason.
    """

    new: int
    changed: int
    unchanged: int
    messages: int
    new_messages: int
    skipped: dict[str, int]


class _Chats(msgspec.Struct):
    """The chats of an archive: as they were in the store, if they were there, and as they are to be."""

    before: dict[str, Chat | None] = {}
    after: dict[str, Chat] = {}


async def import_chats(
    store: Store,
    partner_id: int,
    line: str,
    source: Source,
    *,
    thresholds: Thresholds,
    now: Instant,
    progress: Callable[[int], None],
) -> Imported:
    """Imports the chats of an archive into a line, and their messages.

    ``progress`` is told now and then how far the source has been read, of ``READINGS`` times its size.
    Raises ``DamagedSource``; then nothing is stored.
    """
    conversations, skipped = _conversations(source, progress)
    async with change(store.database, partner_id, now) as opened:
        chats, places = await _placed(opened, conversations, line)
        messages = told.messages(source.messages(), places)
        brought = await bring_messages(opened, messages, lambda: progress(source.size + source.position))
        settled = await settle_chats(opened, chats.after, brought, thresholds)
        for chat_id, chat in settled.items():
            if chat_id not in chats.after:
                chats.before[chat_id] = await opened.chat(chat_id)
            chats.after[chat_id] = chat
        new, changed = await _store(opened, chats)
    unchanged = len(chats.after) - new - changed
    return Imported(new, changed, unchanged, brought.read, brought.new.total(), dict(skipped))


def _conversations(source: Source, progress: Callable[[int], None]) -> tuple[list[Conversation], Counter[str]]:
    conversations: list[Conversation] = []
    skipped: Counter[str] = Counter()
    for count, record in enumerate(source.conversations()):
        if count % PROGRESS_STEP == 0:
            progress(source.position)
        if isinstance(record, Skipped):
            skipped[record.reason] += 1
        else:
            conversations.append(record)
    return conversations, skipped


async def _placed(
    opened: Change, conversations: Sequence[Conversation], line: str
) -> tuple[_Chats, Mapping[str, Place]]:
    """The chats that conversations are or go into, and where the messages of each go, by its key."""
    # A chat without a message is taken to be as old as the archive.
    earliest = min((each.first_at for each in conversations if each.first_at is not None), default=opened.now)
    pairs = [(each, told.chat(each, opened.partner_id, line, earliest)) for each in conversations]
    chats = _Chats()
    chosen: list[tuple[Conversation, str]] = []
    for conversation, chat in sorted(pairs, key=lambda pair: pair[1].updated_at):
        known = await opened.chat(chat.id)
        if known is None and not chat.is_group:
            known = await opened.direct_chat(chat.line, chat.recipients[0])
        chat_id = chat.id if known is None else known.id
        chats.before.setdefault(chat_id, known)
        so_far = chats.after.get(chat_id, known)
        if so_far is None:
            chats.after[chat_id] = chat
        elif conversation.first_at is not None:
            chats.after[chat_id] = merge(so_far, chat)
        else:
            times = {"created_at": so_far.created_at, "updated_at": so_far.updated_at}
            chats.after[chat_id] = merge(so_far, msgspec.structs.replace(chat, **times))
        chosen.append((conversation, chat_id))
    places = {
        conversation.key: told.place(conversation, opened.partner_id, chats.after[chat_id])
        for conversation, chat_id in chosen
    }
    return chats, places


async def _store(opened: Change, chats: _Chats) -> tuple[int, int]:
    """Stores what is new or changed, least recently updated first: how many chats were new, and how many changed."""
    ordered = sorted(chats.after.values(), key=lambda chat: chat.updated_at)
    new = [chat for chat in ordered if chats.before[chat.id] is None]
    changed = [chat for chat in ordered if chats.before[chat.id] not in (None, chat)]
    for start in range(0, len(new), BATCH):
        await opened.load(new[start : start + BATCH])
    for start in range(0, len(changed), BATCH):
        await opened.save(changed[start : start + BATCH])
    return len(new), len(changed)
