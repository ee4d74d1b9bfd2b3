"""What a send to a chat needs to know, read together."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.chat import Chat
from trunkline.domain.chat_health import RecentMessage
from trunkline.schemas.chat import parse_chat
from trunkline.storage.change import Change
from trunkline.storage.idempotency import IdempotencyRecord
from trunkline.storage.retention import IDEMPOTENCY_RECORDS
from trunkline.storage.sql import load

_QUERY = load("sending")["in_chat"]
_RECENT = {
    "r": RecentMessage(from_me=False, failed=False),
    "s": RecentMessage(from_me=True, failed=False),
    "f": RecentMessage(from_me=True, failed=True),
}


class Sending(msgspec.Struct, frozen=True):
    """A chat before a send, and the record of the same send before, if there is one.

    ``blocked`` and ``opted_out`` are about the recipient of a direct chat. ``latest`` are the messages that decide the
    health of the chat, newest first.
    """

    record: IdempotencyRecord | None
    chat: Chat | None
    blocked: bool
    opted_out: bool
    latest: Sequence[RecentMessage]


async def read(change: Change, chat_id: str, key: str | None) -> Sending:
    """What a send to a chat with an idempotency key needs to know."""
    values = _QUERY.values(
        partner=change.partner_id,
        key=key,
        horizon=change.clock_time - IDEMPOTENCY_RECORDS,
        # PostgreSQL rejects a NUL, so no id contains one, and none is empty.
        chat="" if "\0" in chat_id else chat_id,
        window=change.thresholds.window,
    )
    [
        (fingerprint, message_id, body, document, name, message_count, unread_count, blocked, opted_out, latest)
    ] = await change.fetch(_QUERY, values)
    return Sending(
        record=None if fingerprint is None else IdempotencyRecord(fingerprint, message_id, body),
        chat=None if document is None else parse_chat(document, name, message_count, unread_count),
        blocked=bool(blocked),
        opted_out=bool(opted_out),
        latest=[_RECENT[each] for each in latest or ""],
    )
