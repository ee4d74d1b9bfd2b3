"""Remove a partner, or a line, with everything that it has."""

import asyncio
from collections.abc import Callable

import msgspec

from trunkline.actions.attachments.sweep import delete_due_files, delete_file
from trunkline.actions.steps.batches import paused_after
from trunkline.actions.steps.forgetting import forget
from trunkline.domain.chat import Chat
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError, NoSuchLine
from trunkline.domain.instant import Clock
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import removal
from trunkline.storage.change import Change
from trunkline.storage.partners import Partner
from trunkline.storage.removal import BATCH, Holdings
from trunkline.storage.store import Store

NOTICED = 1.2
"""Seconds until every worker rejects the keys, so that no request finds a part of what the partner had."""

_MESSAGES = 100  # of a chat that one change deletes

Show = Callable[[int], None]
"""Shows how many messages have been deleted so far."""


async def holdings(store: Store, partner: Partner) -> Holdings:
    """How much a partner has."""
    return await removal.holdings(store.database, partner.id)


async def remove_partner(store: Store, partner: Partner, clock: Clock, show: Show) -> None:
    """Removes a partner. From the first moment on, its keys are not valid. If it is interrupted, call it again."""
    async with paused_after(), store.database.transaction() as transaction:
        await removal.begin(transaction, partner.id, clock())
    await asyncio.sleep(NOTICED)
    messages = 0
    for deletion in removal.DELETIONS:
        deleted = BATCH
        while deleted == BATCH:
            async with paused_after(), store.database.transaction() as transaction:
                deleted = await removal.delete_batch(transaction, deletion, partner.id)
            if deletion.name == "delete_messages":
                messages += deleted
                show(messages)
    deleted = BATCH
    while deleted == BATCH:
        async with paused_after(), store.database.transaction() as transaction:
            deleted = await removal.delete_attachments(transaction, partner.id, clock())
    async with store.database.transaction() as transaction:
        await removal.finish(transaction, partner.id, clock())
    await delete_due_files(store, clock())
    await store.files.delete_place(partner.id)
    await store.database.forget_history()


async def holdings_of_line(store: Store, partner: Partner, line: str) -> tuple[int, int]:
    """How many chats and messages a line has. Raises ``NoSuchLine``."""
    if not await store.partners.has_line(partner.id, line):
        raise NoSuchLine(f"{partner.name} does not have the line {line}")
    return await removal.holdings_of_line(store.reader(partner.id), line)


async def remove_line(store: Store, partner: Partner, line: str, clock: Clock, show: Show, *, with_chats: bool) -> None:
    """Removes a line; with its chats, messages and events if it has any and that is wanted.

    The line itself is the last to go, so if it is interrupted, call it again. Opt-outs stay: they apply to every line.
    Raises ``CommandError``, ``NoSuchLine``.
    """
    messages = 0
    after: int | None = 0  # the sequence of the last event that was looked at; None when there are no more
    while True:
        files: list[str] = []
        async with paused_after(), store.change(RequestContext(partner.id, clock())) as change:
            chat = await removal.next_chat(change, line)
            if chat is not None and not with_chats:
                raise CommandError(f"the line {line} has chats; remove them too with --with-chats")
            if chat is not None:
                count, files = await _delete_messages(change, chat)
                messages += count
            elif after is not None:
                after = await removal.delete_events(change, line, after)
            elif await removal.delete_line(change, line):
                break
            else:
                raise NoSuchLine(f"{partner.name} does not have the line {line}")
        for file in files:
            await delete_file(store, partner.id, file)
        show(messages)
    await store.database.forget_history()


async def _delete_messages(change: Change, chat: Chat) -> tuple[int, list[str]]:
    """Deletes messages of a chat, and the chat after the last one. Returns their number and the files to delete."""
    found = await removal.next_messages(change, chat.id, _MESSAGES)
    files = [file for message in found for file in await forget(change, message)]
    if len(found) < _MESSAGES:
        await removal.delete_chat(change, chat)
        change.next_revision()
    else:
        unread = sum(message.delivery_status is DeliveryStatus.RECEIVED for message in found)
        counts = {"message_count": chat.message_count - len(found), "unread_count": chat.unread_count - unread}
        await change.save([msgspec.structs.replace(chat, **counts)])
    return len(found), files
