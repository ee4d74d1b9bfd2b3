"""Import an archive: store its chats and messages in chunks, each of them complete.

The archive is read three times: for its chats and their participants, for the last message of each person, which also
finds damage before anything is stored, and for its messages. If files are imported, a fourth reading finds them.

A chunk is one change: some messages, with their chats as they are then. So nobody waits for an import for long, an
interrupted one leaves a sound store, and the next one adds the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from trunkline.actions.imports.add_files import add_files
from trunkline.actions.imports.add_messages import add_messages
from trunkline.actions.imports.recompute import recompute_chats
from trunkline.actions.imports.summary import ImportSummary, SkippedRecords
from trunkline.actions.steps.batches import paused_after
from trunkline.domain.chat import Chat, with_latest_former
from trunkline.domain.context import RequestContext
from trunkline.domain.instant import Clock, Instant
from trunkline.domain.merge import merge
from trunkline.domain.opt_out import is_opt_out
from trunkline.sources import to_domain
from trunkline.sources.base import ArchivedChat, ArchivedMessage, MessageRecord, Skipped, Source
from trunkline.sources.to_domain import MessageTarget
from trunkline.storage.change import Change
from trunkline.storage.store import Store

READINGS = 3
CHUNK = 500
"""Messages of a change, or chats without any."""

PROGRESS_STEP = 1000  # records between two progress reports


class _Archive(msgspec.Struct):
    """What an import knows of an archive before it stores anything."""

    chats: dict[str, Sequence[ArchivedChat]]
    """By the key of each of them, the chats that become one chat."""
    skipped: dict[str, str]
    """The reasons for skipped chats, by key."""
    earliest: Instant | None
    """The time of the oldest message: that of a chat without messages."""
    last_messages: dict[str, Instant]
    """When each handle last sent a message that is not an opt-out keyword."""


class _Chats(msgspec.Struct):
    """The chats of a chunk by id: before it, None for a new one, and after it."""

    before: dict[str, Chat | None] = {}
    after: dict[str, Chat] = {}


class _Counts(msgspec.Struct):
    """What the chunks did so far."""

    chats: set[str] = set()
    new: set[str] = set()
    changed: set[str] = set()
    new_messages: int = 0
    known_messages: int = 0


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
    archive = _read_chats(source, skipped, progress)
    _read_last_messages(source, archive, progress)
    targets: dict[str, MessageTarget | str] = {**archive.skipped}
    counts = _Counts()
    claimed: dict[str, str] = {}

    def show() -> None:
        progress((READINGS - 1) * source.size + source.position)

    for records, archived in _chunks(source.messages(), archive):
        async with paused_after(), store.change(ctx) as change:
            chats, assigned = await _assign(change, archived, line, archive.earliest)
            targets |= assigned
            messages = skipped.filter(to_domain.messages(records, targets))
            added = await add_messages(change, messages, show, claimed)
            recomputed = await recompute_chats(change, chats.after, added, archive.last_messages)
            for chat_id, chat in recomputed.items():
                if chat_id not in chats.after:
                    chats.before[chat_id] = await change.chat(chat_id)
                chats.after[chat_id] = chat
            new, changed = await _store(change, chats)
        counts.chats.update(chats.after)
        counts.new |= new
        counts.changed |= changed - counts.new
        counts.new_messages += added.new.total()
        counts.known_messages += added.known
    unchanged = len(counts.chats) - len(counts.new) - len(counts.changed)
    summary = ImportSummary(
        len(counts.new), len(counts.changed), unchanged, counts.new_messages, counts.known_messages, skipped
    )
    return summary, targets


def _read_chats(source: Source, skipped: SkippedRecords, progress: Callable[[int], None]) -> _Archive:
    """The chats of an archive, and the reasons for skipped ones."""
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
    together: dict[tuple[bool, str], list[ArchivedChat]] = {}
    for each in archived:
        # A line has one direct chat with a person, however many the archive has.
        identity = each.key if each.is_group else each.members[0].handle
        together.setdefault((each.is_group, identity), []).append(each)
    return _Archive(
        chats={each.key: chats for chats in together.values() for each in chats},
        skipped=skipped_keys,
        earliest=min((each.first_at for each in archived if each.first_at is not None), default=None),
        last_messages={},
    )


def _read_last_messages(source: Source, archive: _Archive, progress: Callable[[int], None]) -> None:
    """Finds the last message of each handle. Otherwise, a chunk could contain an opt-out that a later one ends."""
    for count, each in enumerate(source.messages()):
        if count % PROGRESS_STEP == 0:
            progress(source.size + source.position)
        if isinstance(each, ArchivedMessage) and each.sender is not None and each.chat_key in archive.chats:
            texts = [part for part in each.parts if isinstance(part, str)]
            if not is_opt_out("\n".join(texts)):
                latest = archive.last_messages.get(each.sender, each.sent_at)
                archive.last_messages[each.sender] = max(latest, each.sent_at)


def _chunks(
    records: Iterator[MessageRecord], archive: _Archive
) -> Iterator[tuple[Sequence[MessageRecord], Sequence[ArchivedChat]]]:
    """The messages of an archive, a chunk at a time, with their chats. The other chats come with the last ones."""
    others = dict(archive.chats)
    chunk = list(islice(records, CHUNK))
    while chunk or others:
        following = list(islice(records, CHUNK))
        keys = dict.fromkeys([each.chat_key for each in chunk if isinstance(each, ArchivedMessage)])
        if not following:
            keys |= dict.fromkeys(islice(others, CHUNK))
        chats = {each.key: each for key in keys for each in archive.chats.get(key, ())}
        for key in chats:
            others.pop(key, None)
        yield chunk, list(chats.values())
        chunk = following


async def _assign(
    change: Change, archived: Sequence[ArchivedChat], line: str, earliest: Instant | None
) -> tuple[_Chats, Mapping[str, MessageTarget]]:
    """Chats of the archive, merged with stored ones, and where the messages of each go, by its key."""
    dated = change.now if earliest is None else earliest
    pairs = [(each, to_domain.chat(each, change.partner_id, line, dated)) for each in archived]
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


async def _store(change: Change, chats: _Chats) -> tuple[set[str], set[str]]:
    """Stores the new and changed chats, least recently updated first, and returns their ids."""
    ordered = sorted(chats.after.values(), key=lambda chat: chat.updated_at)
    for chat in ordered:
        change.check_line(chat.line)
    new = [chat for chat in ordered if chats.before[chat.id] is None]
    changed = [chat for chat in ordered if chats.before[chat.id] not in (None, with_latest_former(chat))]
    await change.load(new)
    await change.save(changed)
    return {chat.id for chat in new}, {chat.id for chat in changed}
