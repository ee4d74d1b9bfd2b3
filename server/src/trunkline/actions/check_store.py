"""Check a store: whether everything that is kept twice agrees, because it is kept twice to be fast."""

from collections.abc import Callable, Sequence

import msgspec

from trunkline.domain import document, message_document
from trunkline.storage import checks
from trunkline.storage.ports import Database
from trunkline.storage.store import schema_problem

PROBLEMS_SHOWN = 100


async def check_store(database: Database, progress: Callable[[int], None]) -> tuple[int, list[str]]:
    """How many chats there are, and what is wrong with the store: a sentence each, a hundred at most."""
    problem = await schema_problem(database)
    if problem is not None:
        return 0, [problem]
    problems = [*await database.damage(), *await checks.totals(database)]
    count = 0
    async for chat in checks.chats(database):
        count += 1
        problems += await _chat_problems(database, chat)
        if count % 1000 == 0:
            progress(count)
        if len(problems) >= PROBLEMS_SHOWN:
            return count, problems[:PROBLEMS_SHOWN]
    async for message in checks.messages(database):
        problems += _message_problems(message)
        if len(problems) >= PROBLEMS_SHOWN:
            break
    return count, problems[:PROBLEMS_SHOWN]


async def _chat_problems(database: Database, row: checks.ChatRow) -> Sequence[str]:
    try:
        chat = document.parse(row.document, row.name)
    except (msgspec.MsgspecError, ValueError) as error:
        return [f"chat {row.id} has a document that cannot be read: {error}"]
    problems: list[str] = []
    told = (chat.id, chat.line, chat.recipients_key, chat.updated_at)
    if told != (row.id, row.line, row.recipients, row.updated_at):
        problems.append(f"chat {row.id} has columns that do not agree with its document")
    listed = await checks.participants(database, row.partner_id, row.id)
    expected = [(handle, row.line, row.updated_at, row.position) for handle in sorted({chat.line, *chat.recipients})]
    if sorted(listed) != expected:
        problems.append(f"chat {row.id} is not listed for each of its participants at its place")
    for name, kept, counted in (
        ("messages", row.message_count, row.messages),
        ("unread messages", row.unread_count, row.unread),
    ):
        if kept != counted:
            problems.append(f"chat {row.id} has {counted} {name}, and says that it has {kept}")
    return problems


def _message_problems(row: checks.MessageRow) -> Sequence[str]:
    try:
        message = message_document.parse(row.document, row.id, None, 0)
    except (msgspec.MsgspecError, ValueError) as error:
        return [f"message {row.id} has a document that cannot be read: {error}"]
    told = (message.id, message.chat_id, message.created_at, int(message.is_from_me), message.delivery_status)
    if told != (row.id, row.chat_id, row.created_at, row.from_me, row.delivery_status):
        return [f"message {row.id} has columns that do not agree with its document"]
    return []
