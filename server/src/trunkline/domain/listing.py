"""What a caller may ask of *List all chats* (seed; CONTRACT §1)."""

import msgspec

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_SKIP = 10_000


class Filters(msgspec.Struct, frozen=True):
    """Which chats a walk is about: of one line, with one handle, both, or all of the partner's."""

    line: str | None = None
    handle: str | None = None


class ChatQuery(msgspec.Struct, frozen=True):
    """One page of a walk, its values already in their normal form."""

    filters: Filters
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
