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
    """How many chats and messages a line has, also if it is being removed. Raises ``NoSuchLine``."""
    if line not in [each.phone_number for each in await store.partners.all_lines(partner.id)]:
        raise _no_such_line(partner, line)
    return await removal.holdings_of_line(store.reader(partner.id), line)


async def remove_line(store: Store, partner: Partner, line: str, clock: Clock, show: Show, *, with_chats: bool) -> None:
    """Removes a line; with its chats, messages and events if it has any and that is wanted.

    From the first moment on, the partner does not have the line. If it is interrupted, call it again. Opt-outs stay:
    they apply to every line. Raises ``CommandError``, ``NoSuchLine``.
    """

    def ctx() -> RequestContext:
        return RequestContext(partner.id, clock())

    async with paused_after(), store.change(ctx(), bulk=True) as change:
        if not with_chats and await removal.next_chat(change, line) is not None:
            raise CommandError(f"the line {line} has chats; remove them too with --with-chats")
        last = await removal.begin_line(change, line)
        if last is None:
            raise _no_such_line(partner, line)
    messages = 0
    while True:
        files: list[str] = []
        async with paused_after(), store.change(ctx()) as change:
            # Another command may have completed the removal, and the line been added again.
            chat = await removal.next_chat(change, line) if line in change.removed_lines else None
            if chat is None:
                break
            count, files = await _delete_messages(change, chat)
        messages += count
        for file in files:
            await delete_file(store, partner.id, file)
        show(messages)
    after: int | None = 0  # the sequence of the last event that was looked at; None when there are no more
    while after is not None:
        async with paused_after(), store.change(ctx()) as change:
            after = await removal.delete_events(change, line, after, last)
    async with store.change(ctx()) as change:
        await removal.delete_line(change, line)
    await store.database.forget_history()


def _no_such_line(partner: Partner, line: str) -> NoSuchLine:
    return NoSuchLine(f"{partner.name} does not have the line {line}")


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
