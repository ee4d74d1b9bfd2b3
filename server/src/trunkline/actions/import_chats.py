"""Import an archive: read it whole, then store its chats in one transaction, so that nothing is ever half-imported."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from trunkline.domain.chat import Chat, Participant, Service, clean_name
from trunkline.domain.health import Tally, Thresholds, health_of
from trunkline.domain.instant import Instant
from trunkline.domain.merge import merge
from trunkline.sources.base import Conversation, Message, Skipped, Source
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

PROGRESS_STEP = 1000  # records between two looks at the progress
BATCH = 500  # chats rendered at a time, to bound the memory

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://trunkline.invalid/imported")


class Imported(msgspec.Struct, frozen=True):
    """What an import did: chats that are new, changed, and as they were; messages read; chats skipped, by reason."""

    new: int
    changed: int
    unchanged: int
    messages: int
    skipped: dict[str, int]


class _Seen(msgspec.Struct):
    """What the records so far say of one conversation."""

    tally: Tally
    conversation: Conversation | None = None
    first_at: Instant | None = None
    last_at: Instant | None = None
    service: Service | None = None

    @property
    def dated(self) -> bool:
        """Whether the source says anything of when the chat was."""
        created_at = None if self.conversation is None else self.conversation.created_at
        return self.first_at is not None or created_at is not None

    def see(self, message: Message) -> None:
        """Takes in one message."""
        at = message.sent_at
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        if self.last_at is None or at >= self.last_at:
            self.last_at, self.service = at, message.service
        if message.sender is None:
            self.tally.sent(at, failed=message.failed)
        else:
            self.tally.received(at, message.text)


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
    """Imports the chats of an archive into a line. ``progress`` is told the source's position now and then.

    Raises ``DamagedSource``, before anything is stored.
    """
    seen, messages, skipped = _read(source, progress)
    told = _told(seen, partner_id, line, thresholds, now)
    async with change(store.database, partner_id, now) as opened:
        new, changed, unchanged = await _store(opened, told)
    return Imported(new, changed, unchanged, messages, dict(skipped))


def _read(source: Source, progress: Callable[[int], None]) -> tuple[dict[str, _Seen], int, Counter[str]]:
    seen: dict[str, _Seen] = {}
    skipped: Counter[str] = Counter()
    messages = 0
    for count, record in enumerate(source.records()):
        if count % PROGRESS_STEP == 0:
            progress(source.position)
        if isinstance(record, Skipped):
            skipped[record.reason] += 1
            continue
        each = seen.get(record.key)
        if each is None:
            each = seen[record.key] = _Seen(Tally())
        if isinstance(record, Message):
            messages += 1
            each.see(record)
        else:
            each.conversation = record
    progress(source.size)
    return seen, messages, skipped


def _told(
    seen: dict[str, _Seen], partner_id: int, line: str, thresholds: Thresholds, now: Instant
) -> Sequence[tuple[Chat, bool]]:
    """The chats of the conversations, least recently updated first, and whether each is dated."""
    # A chat without a message and without a date is taken to be as old as the archive.
    earliest = min((each.first_at for each in seen.values() if each.first_at is not None), default=now)
    told = [
        (_chat(each.conversation, each, partner_id, line, thresholds, earliest), each.dated)
        for each in seen.values()
        if each.conversation is not None
    ]
    return sorted(told, key=lambda pair: pair[0].updated_at)


def _chat(
    conversation: Conversation,
    each: _Seen,
    partner_id: int,
    line: str,
    thresholds: Thresholds,
    earliest: Instant,
) -> Chat:
    times = [at for at in (conversation.created_at, each.first_at) if at is not None]
    created_at = min(times, default=earliest)
    service = each.service or conversation.service
    members = " ".join(sorted(member.handle for member in conversation.members))
    identity = conversation.identity or (f"group {members}" if conversation.is_group else members)
    chat_id = uuid.uuid5(_NAMESPACE, f"{partner_id} {line} {identity}")

    def handle_id(handle: str) -> str:
        return str(uuid.uuid5(chat_id, handle))

    me = Participant(handle_id(line), line, service or Service.SMS, created_at, is_me=True)
    others = [
        Participant(
            id=handle_id(member.handle),
            handle=member.handle,
            service=member.service,
            joined_at=created_at if member.joined_at is None else member.joined_at,
            left_at=member.left_at,
            status=member.status,
        )
        for member in conversation.members
    ]
    return Chat(
        id=str(chat_id),
        participants=(me, *others),
        is_group=conversation.is_group,
        health=health_of(
            each.tally.activity, is_group=conversation.is_group, created_at=created_at, thresholds=thresholds
        ),
        created_at=created_at,
        updated_at=created_at if each.last_at is None else max(created_at, each.last_at),
        name=clean_name(conversation.name),
        service=service,
    )


async def _store(opened: Change, told: Sequence[tuple[Chat, bool]]) -> tuple[int, int, int]:
    """Stores what is new or changed: how many chats were new, changed and as they were."""
    before: dict[str, Chat | None] = {}
    after: dict[str, Chat] = {}
    for chat, dated in told:
        known = await opened.chat(chat.id)
        if known is None and not chat.is_group:
            known = await opened.direct_chat(chat.line, chat.recipients[0])
        chat_id = chat.id if known is None else known.id
        before.setdefault(chat_id, known)
        so_far = after.get(chat_id, known)
        if so_far is None:
            after[chat_id] = chat
        elif dated:
            after[chat_id] = merge(so_far, chat)
        else:
            times = {"created_at": so_far.created_at, "updated_at": so_far.updated_at}
            after[chat_id] = merge(so_far, msgspec.structs.replace(chat, **times))
    new = [chat for chat_id, chat in after.items() if before[chat_id] is None]
    changed = [chat for chat_id, chat in after.items() if before[chat_id] not in (None, chat)]
    for start in range(0, len(new), BATCH):
        await opened.load(new[start : start + BATCH])
    for start in range(0, len(changed), BATCH):
        await opened.save(changed[start : start + BATCH])
    return len(new), len(changed), len(after) - len(new) - len(changed)
