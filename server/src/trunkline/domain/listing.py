"""What a caller may ask of *List all chats* (seed; CONTRACT §1, §6)."""

from enum import StrEnum

import msgspec

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_SKIP = 10_000
MAX_WAIT = 60
"""Seconds that an answer may wait for something to change."""


class Filters(msgspec.Struct, frozen=True):
    """Which chats a walk is about: of one line, with one handle, both, or all of the partner's."""

    line: str | None = None
    handle: str | None = None


class Include(StrEnum):
    """What a list may show of a chat beside its document, in the order in which it shows it."""

    LAST_MESSAGE = "last_message"
    UNREAD_COUNT = "unread_count"
    MESSAGE_COUNT = "message_count"


class ChatQuery(msgspec.Struct, frozen=True):
    """One page of a walk, or of what has changed since, its values already in their normal form."""

    filters: Filters
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    updated_since: str | None = None
    """The sync token of another page; None for a walk."""
    wait: int = 0
    """Seconds to wait while nothing has changed."""
    include: frozenset[Include] = frozenset()
