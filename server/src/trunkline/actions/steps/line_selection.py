"""Which line writes to some recipients: the one that already does, or the best of the others (docs/wire.md §4)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.lookup import find_chat
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.chat_health import Thresholds, reputation_of
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.instant import Instant
from trunkline.schemas.sending import Reason
from trunkline.storage.reader import Reader

_NEVER: Instant = -(2**62)
_SEVERITY = list(HealthStatus)


class RankedLine(msgspec.Struct, frozen=True):
    """A line, with what makes it a better or a worse choice."""

    number: str
    reputation: HealthStatus
    used_at: Instant
    """When a chat of the line was last updated."""

    @property
    def is_flagged(self) -> bool:
        """Whether the reputation is ``CRITICAL``."""
        return self.reputation is HealthStatus.CRITICAL


class LineSelection(msgspec.Struct, frozen=True):
    """The line to send from, and the chat if it exists."""

    line: str
    chat: Chat | None
    reason: Reason
    previous: Chat | None = None
    """The chat on a flagged line that is not used."""


async def rank_lines(reader: Reader, numbers: Sequence[str], thresholds: Thresholds) -> list[RankedLine]:
    """The lines, the best first: by reputation, and then those whose chats were updated least recently."""
    ranked: list[RankedLine] = []
    for number in numbers:
        statuses, used_at = await reader.line_activity(number)
        reputation = reputation_of(statuses, thresholds)
        ranked.append(RankedLine(number, reputation, _NEVER if used_at is None else used_at))
    return sorted(ranked, key=lambda line: (_SEVERITY.index(line.reputation), line.used_at))


async def select_line(
    reader: Reader, ranked: Sequence[RankedLine], recipients: Sequence[str], exclude: frozenset[str]
) -> LineSelection:
    """The line that writes to these recipients. ``ranked`` has every line of the partner, the best first.

    That is the line of their latest chat, unless it is flagged; lines in ``exclude`` only if there is no other. Else it
    is the best line without such a chat and outside ``exclude``. Raises ``InvalidParameter`` if there is none.
    """
    chats: list[tuple[RankedLine, Chat]] = []
    for line in ranked:
        chat = await find_chat(reader, line.number, recipients)
        if chat is not None:
            chats.append((line, chat))
    usable = [chat for line, chat in chats if not line.is_flagged]
    if usable:
        chat = max(usable, key=lambda each: (each.line not in exclude, each.updated_at))
        return LineSelection(chat.line, chat, Reason.REUSED)
    latest = max((chat for _, chat in chats), key=lambda each: each.updated_at, default=None)
    with_chat = {chat.line for _, chat in chats}
    free = [line for line in ranked if line.number not in exclude and line.number not in with_chat]
    if latest is not None and all(line.is_flagged for line in free):
        return LineSelection(latest.line, latest, Reason.REUSED)  # a flagged line is better than no message
    best = best_line(ranked, exclude | with_chat)
    return LineSelection(best.number, None, Reason.NEW if latest is None else Reason.FAILOVER, latest)


def best_line(ranked: Sequence[RankedLine], exclude: frozenset[str]) -> RankedLine:
    """The first line outside ``exclude``. Raises ``InvalidParameter`` if there is none."""
    best = next((line for line in ranked if line.number not in exclude), None)
    if best is None:
        raise InvalidParameter(
            "there is no line to send from: "
            + ("'exclude_from' lists all of your lines" if ranked else "add one with `trunkline line add`")
        )
    return best
