"""Check that the data that the store holds twice, for fast reads, agrees."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec

from trunkline.actions.operator.progress import Progress, silent
from trunkline.domain.chat import recipients_key_of
from trunkline.domain.instant import from_datetime
from trunkline.schemas.chat import decode_chat
from trunkline.schemas.message import MediaSchema, decode_message
from trunkline.schemas.polls import parse_poll
from trunkline.storage import checks
from trunkline.storage.files.base import FileStore
from trunkline.storage.ports import Database
from trunkline.storage.schema import schema_problem

MAX_PROBLEMS = 100

_NOT_INDEXED = (None, None, None)


async def check_store(
    database: Database, files: FileStore | None = None, progress: Progress = silent
) -> tuple[int, list[str]]:
    """The number of chats, and the problems of the store, one sentence each, at most ``MAX_PROBLEMS``.

    With ``files``, attachments are also compared with the files in it. Raises ``FilesNotReady``.
    """
    check = _Check(database, files, progress)
    problems: list[str] = []
    async with aclosing(check.problems()) as found:
        async for problem in found:
            problems.append(problem)
            if len(problems) == MAX_PROBLEMS:
                break
    return check.chats, problems


class _Check:
    """A check, and how far it is."""

    def __init__(self, database: Database, files: FileStore | None, progress: Progress) -> None:
        self.chats = 0
        self._messages = 0
        self._database = database
        self._files = files
        self._progress = progress

    async def problems(self) -> AsyncGenerator[str]:
        """All problems, each when it is found."""
        problem = await schema_problem(self._database)
        if problem is not None:
            yield problem
            return
        with self._progress("Verifying the file, %", 100) as show:
            damage = await self._database.damage(show)
        for problem in damage:
            yield problem
        with self._progress("Checking totals", None):
            totals = await checks.totals(self._database)
            partners = await checks.partners(self._database)
        for problem in totals:
            yield problem
        for found in (self._of_chats(partners), self._of_messages(partners), self._of_files()):
            async with aclosing(found):
                async for problem in found:
                    yield problem

    async def _of_chats(self, partners: Sequence[int]) -> AsyncGenerator[str]:
        orphans = Counter[str]()
        with self._progress("Checking chats", await checks.count_chats(self._database)) as show:
            for partner_id in partners:
                async for step in checks.chats(self._database, partner_id):
                    for chat in step.rows:
                        self._messages += chat.messages
                        for problem in _chat_problems(chat):
                            yield problem
                    orphans.update(step.orphans)
                    self.chats += len(step.rows)
                    show(self.chats)
        for problem in _counted(orphans):
            yield problem

    async def _of_messages(self, partners: Sequence[int]) -> AsyncGenerator[str]:
        read = 0
        orphans = Counter[str]()
        with self._progress("Checking messages", self._messages) as show:
            for partner_id in partners:
                beyond = 0
                async for step in checks.messages(self._database, partner_id):
                    for message in step.rows:
                        for problem in _message_problems(message):
                            yield problem
                    orphans.update(step.orphans)
                    beyond += step.beyond
                    read += len(step.rows)
                    show(read)
                if beyond:
                    name = await checks.partner_name(self._database, partner_id)
                    yield checks.beyond_revision(name, beyond, "messages")
        for problem in _counted(orphans):
            yield problem

    async def _of_files(self) -> AsyncGenerator[str]:
        if self._files is None:
            return
        with self._progress("Checking files", None) as show:
            async with aclosing(_file_problems(self._database, self._files, show)) as found:
                async for problem in found:
                    yield problem


def _counted(orphans: Counter[str]) -> Sequence[str]:
    return [f"{count} {what}" for what, count in orphans.items() if count]


def _chat_problems(chat: checks.StoredChat) -> Sequence[str]:
    try:
        wire = decode_chat(chat.document)
        line, first, *others = [each.handle for each in wire.handles]
        key = recipients_key_of(wire.handles, is_group=wire.is_group, name=chat.name)
    except (msgspec.MsgspecError, ValueError) as error:
        return [f"the document of chat {chat.id} cannot be read: {error}"]
    problems: list[str] = []
    columns = (chat.id, chat.line, chat.recipients_key, chat.updated_at, chat.health)
    if columns != (wire.id, line, key, from_datetime(wire.updated_at), wire.health_status.status):
        problems.append(f"the columns of chat {chat.id} do not agree with its document")
    if chat.created_at != from_datetime(wire.created_at):
        problems.append(f"chat {chat.id} is not in its place in the list by creation")
    if {row[1] for row in chat.participants} != {first, *others} - {line}:
        problems.append(f"the stored participants of chat {chat.id} do not agree with its document")
    if not {row[2:] for row in chat.participants} <= {_NOT_INDEXED, (chat.line, chat.updated_at, chat.revision)}:
        problems.append(f"chat {chat.id} is not indexed with its sort key for each indexed participant")
    for name, stored, counted in (
        ("messages", chat.message_count, chat.messages),
        ("unread messages", chat.unread_count, chat.unread),
    ):
        if stored != counted:
            problems.append(f"chat {chat.id} has {counted} {name}, but its count is {stored}")
    return problems


def _message_problems(message: checks.StoredMessage) -> Sequence[str]:
    try:
        wire = decode_message(message.document)
        if message.poll is not None:
            parse_poll(message.poll)
    except (msgspec.MsgspecError, ValueError) as error:
        return [f"the document of message {message.id} cannot be read: {error}"]
    problems: list[str] = []
    columns = (message.id, message.chat_id, message.created_at, message.from_me, message.delivery_status)
    created_at, is_from_me = from_datetime(wire.created_at), wire.from_handle.is_me
    if columns != (wire.id, wire.chat_id, created_at, is_from_me, wire.delivery_status):
        problems.append(f"the columns of message {message.id} do not agree with its document")
    # A poll takes the place of the parts.
    media = [part.id for part in wire.parts if isinstance(part, MediaSchema)] if message.poll is None else []
    if not {row[1] for row in message.media_parts}.issuperset(media):
        problems.append(f"message {message.id} is not indexed for each of its files")
    return problems


async def _file_problems(database: Database, files: FileStore, show: Callable[[int], None]) -> AsyncGenerator[str]:
    """Files change while they are read, so a problem counts only if it is still there after a second look."""
    seen = 0
    async for row in checks.attachments(database):
        if row.file is None:
            continue
        seen += 1
        show(seen)
        size = await files.size(row.file)
        if size != row.size_bytes and await checks.is_attached(database, row.file):
            if size is None:
                yield f"the file {row.file} of attachment {row.id} is missing"
            else:
                yield f"the file {row.file} of attachment {row.id} has {size} bytes instead of {row.size_bytes}"
    async with aclosing(files.names()) as names:
        async for name in names:
            if not await checks.is_referenced(database, name) and await files.size(name) is not None:
                yield f"nothing refers to the file {name}"
