"""Import an archive: store its chats and messages in one transaction, so that nothing is ever half imported.

The archive is read twice. The first reading yields its chats and their participants, the second its messages. If files
are imported, a third reading finds them, after the transaction.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from trunkline.actions.imports.add_files import add_files
from trunkline.actions.imports.add_messages import add_messages
from trunkline.actions.imports.recompute import recompute_chats
from trunkline.actions.imports.summary import ImportSummary, SkippedRecords
from trunkline.domain.chat import Chat, with_latest_former
from trunkline.domain.context import RequestContext
from trunkline.domain.instant import Clock
from trunkline.domain.merge import merge
from trunkline.sources import to_domain
from trunkline.sources.base import ArchivedChat, Skipped, Source
from trunkline.sources.to_domain import MessageTarget
from trunkline.storage.change import Change
from trunkline.storage.store import Store

READINGS = 2
PROGRESS_STEP = 1000  # chats between two progress reports
BATCH = 500  # chats rendered at a time, which bounds the memory


class _Chats(msgspec.Struct):
    """The chats of an archive by id: before the import, None for a new one, and after it."""

    before: dict[str, Chat | None] = {}
    after: dict[str, Chat] = {}


async def import_archive(
    store: Store, ctx: RequestContext, line: str, source: Source, *, progress: Callable[[int], None]
) -> ImportSummary:
    """Imports the chats and messages of an archive into a line.

    ``progress`` gets how far the source has been read, of ``READINGS`` times its size. Raises ``DamagedSource``; then
    nothing is stored.
    """
    return (await _import(store, ctx, line, source, progress))[0]


async def import_archive_with_files(
    store: Store, partner_id: int, line: str, source: Source, *, clock: Clock, progress: Callable[[int], None]
) -> ImportSummary:
    """Imports the chats and messages of an archive and then, message by message, their files.

    ``progress`` gets how far the source has been read, of one time more. Raises ``DamagedSource``, ``FilesFull`` or
    ``FilesNotReady``; the files that were stored before stay, and the next import continues after them.
    """
    summary, targets = await _import(store, RequestContext(partner_id, clock()), line, source, progress)
    records = SkippedRecords().filter(to_domain.messages(source.messages(), targets))
    files = await add_files(
        store,
        partner_id,
        records,
        source.read_file,
        clock=clock,
        progress=lambda: progress(READINGS * source.size + source.position),
    )
    return msgspec.structs.replace(summary, files=files)


async def _import(
    store: Store, ctx: RequestContext, line: str, source: Source, progress: Callable[[int], None]
) -> tuple[ImportSummary, Mapping[str, MessageTarget | str]]:
    """Imports an archive. Also returns where the messages of each chat went, by its key, or why they were skipped."""
    skipped = SkippedRecords()
    archived, skipped_keys = _read_chats(source, skipped, progress)
    async with store.change(ctx, bulk=True) as change:
        chats, assigned = await _assign(change, archived, line)
        targets: dict[str, MessageTarget | str] = {**skipped_keys, **assigned}
        messages = skipped.filter(to_domain.messages(source.messages(), targets))
        added = await add_messages(change, messages, lambda: progress(source.size + source.position))
        for chat_id, chat in (await recompute_chats(change, chats.after, added)).items():
            if chat_id not in chats.after:
                chats.before[chat_id] = await change.chat(chat_id)
            chats.after[chat_id] = chat
        new, changed = await _store(change, chats)
    unchanged = len(chats.after) - new - changed
    return ImportSummary(new, changed, unchanged, added.new.total(), added.known, skipped), targets


def _read_chats(
    source: Source, skipped: SkippedRecords, progress: Callable[[int], None]
) -> tuple[list[ArchivedChat], dict[str, str]]:
    """The chats of an archive, and the reasons for skipped ones by key."""
    archived: list[ArchivedChat] = []
    skipped_keys: dict[str, str] = {}
    for count, record in enumerate(source.chats()):
        if count % PROGRESS_STEP == 0:
            progress(source.position)
        if not isinstance(record, Skipped):
            archived.append(record)
            continue
        skipped.chats[record.reason] += 1
        if record.key is not None:
            skipped_keys[record.key] = record.reason
    return archived, skipped_keys


async def _assign(
    change: Change, archived: Sequence[ArchivedChat], line: str
) -> tuple[_Chats, Mapping[str, MessageTarget]]:
    """The chats of the archive, merged with stored ones, and where the messages of each go, by its key."""
    # A chat without messages is dated by the oldest message of the archive.
    earliest = min((each.first_at for each in archived if each.first_at is not None), default=change.now)
    pairs = [(each, to_domain.chat(each, change.partner_id, line, earliest)) for each in archived]
    chats = _Chats()
    assigned: list[tuple[ArchivedChat, str]] = []
    for each, chat in sorted(pairs, key=lambda pair: pair[1].updated_at):
        known = await change.chat(chat.id)
        if known is None and not chat.is_group:
            known = await change.direct_chat(chat.line, chat.recipients[0])
        chat_id = chat.id if known is None else known.id
        chats.before.setdefault(chat_id, known)
        current = chats.after.get(chat_id, known)
        if current is None:
            chats.after[chat_id] = chat
        elif each.first_at is not None:
            chats.after[chat_id] = merge(current, chat)
        else:
            times = {"created_at": current.created_at, "updated_at": current.updated_at}
            chats.after[chat_id] = merge(current, msgspec.structs.replace(chat, **times))
        assigned.append((each, chat_id))
    targets = {each.key: to_domain.target(each, change.partner_id, chats.after[chat_id]) for each, chat_id in assigned}
    return chats, targets


async def _store(change: Change, chats: _Chats) -> tuple[int, int]:
    """Stores the new and changed chats, least recently updated first, and returns their numbers."""
    ordered = sorted(chats.after.values(), key=lambda chat: chat.updated_at)
    new = [chat for chat in ordered if chats.before[chat.id] is None]
    changed = [chat for chat in ordered if chats.before[chat.id] not in (None, with_latest_former(chat))]
    for start in range(0, len(new), BATCH):
        await change.load(new[start : start + BATCH])
    for start in range(0, len(changed), BATCH):
        await change.save(changed[start : start + BATCH])
    return len(new), len(changed)
