"""Reads the rows of one partner: from the database, or within a change, where it also sees what the change wrote.

Functions that read a partner's chats, messages or settings take a reader, so none of their queries runs without its
partner. The worker, the checks and ``Partners`` read across partners.
"""

from collections.abc import Iterable, Sequence

from trunkline.domain.chat import Chat, HealthStatus, recipients_key
from trunkline.domain.chat_health import REPUTATION_CHATS
from trunkline.domain.instant import Instant
from trunkline.schemas.chat import chat_health, parse_chat
from trunkline.storage.ports import Source
from trunkline.storage.sql import Row, load

_QUERIES = load("reader")


class Reader:
    """The rows of one partner."""

    __slots__ = ("fetch", "partner_id")

    def __init__(self, source: Source, partner_id: int) -> None:
        self.partner_id = partner_id
        self.fetch = source.fetch

    async def chat(self, chat_id: str) -> Chat | None:
        """The chat with this id."""
        if "\0" in chat_id:
            return None  # PostgreSQL rejects such a text, so no id contains one
        found = await self.fetch(_QUERIES["chat"], (self.partner_id, chat_id))
        return parse_chat(*found[0]) if found else None

    async def chat_document(self, chat_id: str) -> bytes | None:
        """The stored document of the chat with this id."""
        found = await self.fetch(_QUERIES["chat_document"], (self.partner_id, chat_id))
        return found[0][0] if found else None

    async def direct_chat(self, line: str, handle: str) -> Chat | None:
        """The direct chat of a line with a handle; if there are several, the one that changed last."""
        return await self._chat_with(recipients_key(line, [handle], is_group=False))

    async def group(self, line: str, handles: Iterable[str]) -> Chat | None:
        """The unnamed group of a line with exactly these people, unless the line left it; of several, the latest."""
        return await self._chat_with(recipients_key(line, handles, is_group=True))

    async def _chat_with(self, key: str) -> Chat | None:
        found = await self.fetch(_QUERIES["chat_with_recipients"], (self.partner_id, key))
        return parse_chat(*found[0]) if found else None

    async def line_health(self, line: str) -> dict[str, HealthStatus]:
        """The health status of a line's most recently changed chats, by chat id: what its reputation depends on."""
        return dict([chat_health(document) for document, _ in await self._latest_chats(line)])

    async def line_activity(self, line: str) -> tuple[list[HealthStatus], Instant | None]:
        """The statuses of ``line_health``, and when a chat of the line was last updated; None if it has no chat."""
        rows = await self._latest_chats(line)
        return [chat_health(document)[1] for document, _ in rows], rows[0][1] if rows else None

    async def _latest_chats(self, line: str) -> Sequence[Row]:
        return await self.fetch(_QUERIES["latest_chats_of_line"], (self.partner_id, line, REPUTATION_CHATS))
