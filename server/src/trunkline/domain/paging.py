"""What a caller can request of a list (docs/wire.md §1, §4, §6)."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from trunkline.domain.chat import HealthStatus, Service
from trunkline.domain.search import Search

MAX_LIMIT = 100
"""Items on a page, of every list."""

MAX_PAGE = 1_000_000
"""Bytes of the documents on a page, unless a single one is larger."""

SMALL = MAX_PAGE // MAX_LIMIT
"""Bytes of a document of which a page always has room for the maximum number."""

DEFAULT_CHAT_LIMIT = 20
DEFAULT_MESSAGE_LIMIT = 50
MAX_SKIP = 10_000
MAX_WAIT = 60
"""Seconds that a response may wait for a change."""


class Match(msgspec.Struct, frozen=True):
    """What a chat must be, as it is now. Each condition that is left out holds for every chat."""

    health: frozenset[HealthStatus] = frozenset()
    service: Service | None = None
    is_group: bool | None = None
    search: Search | None = None

    @property
    def unhealthy(self) -> Sequence[HealthStatus]:
        """The statuses of the chats, if none of them is ``HEALTHY``; otherwise empty."""
        return () if HealthStatus.HEALTHY in self.health else sorted(self.health)


class Filters(msgspec.Struct, frozen=True):
    """Which chats a list contains: those of one line, those with one handle, both, or all of the partner's."""

    line: str | None = None
    handle: str | None = None
    match: Match | None = None
    """Of these, only the chats that match."""


class Sort(StrEnum):
    """What a list is ordered by, the latest first."""

    UPDATED = "updated"
    CREATED = "created"


class Include(StrEnum):
    """The optional fields of a chat, in the order in which a list shows them."""

    LAST_MESSAGE = "last_message"
    UNREAD_COUNT = "unread_count"
    MESSAGE_COUNT = "message_count"


class MessageInclude(StrEnum):
    """The optional fields of a message, in the order in which a list shows them."""

    EDIT_COUNT = "edit_count"
    FAILURE_REASON = "failure_reason"


class ChatQuery(msgspec.Struct, frozen=True):
    """A page of chats, or of what has changed since a token; the values are normalised."""

    filters: Filters
    limit: int = DEFAULT_CHAT_LIMIT
    cursor: str | None = None
    updated_since: str | None = None
    """The sync token of another page; None for a plain list."""
    wait: int = 0
    """Seconds to wait if nothing has changed."""
    include: frozenset[Include] = frozenset()
    sort: Sort = Sort.UPDATED

    @property
    def is_search(self) -> bool:
        """Whether no index has the page, so that chats are read and compared one by one."""
        return self.filters.match is not None or self.sort is not Sort.UPDATED


def fitting(documents: Sequence[bytes]) -> int:
    """How many of the first documents make a page: at least one, if there is one."""
    size = 0
    for number, document in enumerate(documents):
        size += len(document)
        if size > MAX_PAGE:
            return max(1, number)
    return len(documents)


class MessageQuery(msgspec.Struct, frozen=True):
    """A page of messages."""

    limit: int = DEFAULT_MESSAGE_LIMIT
    cursor: str | None = None
    include: frozenset[MessageInclude] = frozenset()
