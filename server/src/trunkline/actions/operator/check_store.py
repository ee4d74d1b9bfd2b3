"""Check that the data that the store holds twice, for fast reads, agrees."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec

from trunkline.domain.message import MediaPart
from trunkline.schemas.chat import parse_chat
from trunkline.schemas.message import parse_message
from trunkline.storage import checks
from trunkline.storage.files.base import FileStore
from trunkline.storage.ports import Database, Source
from trunkline.storage.schema import schema_problem

MAX_PROBLEMS = 100


async def check_store(
    database: Database, progress: Callable[[int], None], files: FileStore | None = None
) -> tuple[int, list[str]]:
    """The number of chats, and the problems of the store, one sentence each, at most ``MAX_PROBLEMS``.

    With ``files``, attachments are also compared with the files in it. Raises ``FilesNotReady``.
    """
    problem = await schema_problem(database)
    if problem is not None:
        return 0, [problem]
    problems = await database.damage()
    count = 0
    async with database.snapshot() as source:
        problems += await checks.totals(source)
        async for chat in checks.chats(source):
            count += 1
            problems += await _chat_problems(source, chat)
            if count % 1000 == 0:
                progress(count)
            if len(problems) >= MAX_PROBLEMS:
                return count, problems[:MAX_PROBLEMS]
        async for message in checks.messages(source):
            problems += await _message_problems(source, message)
            if len(problems) >= MAX_PROBLEMS:
                return count, problems[:MAX_PROBLEMS]
    if files is not None:
        async with aclosing(_file_problems(database, files)) as found:
            async for problem in found:
                problems.append(problem)
                if len(problems) >= MAX_PROBLEMS:
                    break
    return count, problems[:MAX_PROBLEMS]


async def _chat_problems(source: Source, row: checks.ChatRow) -> Sequence[str]:
    try:
        chat = parse_chat(row.document, row.name)
    except (msgspec.MsgspecError, ValueError) as error:
        return [f"the document of chat {row.id} cannot be read: {error}"]
    problems: list[str] = []
    columns = (row.id, row.line, row.recipients_key, row.updated_at, row.health)
    if columns != (chat.id, chat.line, chat.recipients_key, chat.updated_at, chat.health.status):
        problems.append(f"the columns of chat {row.id} do not agree with its document")
    if row.created_at != chat.created_at:
        problems.append(f"chat {row.id} is not in its place in the list by creation")
    participants = await checks.participants(source, row.partner_id, row.id)
    if {handle for handle, *_ in participants} != {*chat.recipients} - {chat.line}:
        problems.append(f"the stored participants of chat {row.id} do not agree with its document")
    sort_keys = {tuple(columns) for _, *columns in participants}
    if not sort_keys <= {(None, None, None), (row.line, row.updated_at, row.revision)}:
        problems.append(f"chat {row.id} is not indexed with its sort key for each indexed participant")
    for name, stored, counted in (
        ("messages", row.message_count, row.messages),
        ("unread messages", row.unread_count, row.unread),
    ):
        if stored != counted:
            problems.append(f"chat {row.id} has {counted} {name}, but its count is {stored}")
    return problems


async def _message_problems(source: Source, row: checks.MessageRow) -> Sequence[str]:
    try:
        message = parse_message(row.document, row.id, None, 0, row.poll)
    except (msgspec.MsgspecError, ValueError) as error:
        return [f"the document of message {row.id} cannot be read: {error}"]
    columns = (row.id, row.chat_id, row.created_at, row.from_me, row.delivery_status)
    expected = (message.id, message.chat_id, message.created_at, int(message.is_from_me), message.delivery_status)
    problems = [] if columns == expected else [f"the columns of message {row.id} do not agree with its document"]
    media = {part.id for part in message.content.parts if isinstance(part, MediaPart)}
    if media and not media <= await checks.media_parts(source, row.partner_id, row.id):
        problems.append(f"message {row.id} is not indexed for each of its files")
    return problems


async def _file_problems(database: Database, files: FileStore) -> AsyncGenerator[str]:
    """Files change while they are read, so a problem counts only if it is still there after a second look."""
    async for row in checks.attachments(database):
        if row.file is None:
            continue
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
