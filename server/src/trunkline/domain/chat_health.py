"""Chat health and line reputation (docs/wire.md §3).

    HEALTHY ──(many unanswered or failed messages)──▶ AT_RISK ──(more of them)──▶ CRITICAL
       ▲                                                 │                           │
       └──────────────────────── a reply ────────────────┴───────────────────────────┘

    in a direct chat: an opt-out keyword ──▶ OPTED_OUT ──(any other message from the recipient)──▶ as above

Health changes only when something happens in the chat, never with time alone.
"""

from collections.abc import Sequence
from itertools import takewhile

import msgspec

from trunkline.domain.chat import Health, HealthStatus
from trunkline.domain.instant import Instant

REPUTATION_CHATS = 100
"""How many chats of a line decide its reputation: those that changed last."""

MAX_DAYS = 90
"""The days for which the messages of a line are counted: today and those before."""

DEFAULT_DAYS = 30


class Thresholds(msgspec.Struct, frozen=True):
    """When a chat, or a line, stops being healthy. The API publishes no values; ``config`` makes these settings."""

    at_risk_unanswered: int = 5
    """Messages sent since the last reply."""
    critical_unanswered: int = 15
    at_risk_failed: int = 2
    """Messages sent since the last reply that failed."""
    critical_failed: int = 5
    line_percent: int = 20
    """The percentage of a line's most recently changed chats that must be at risk (or critical) for the line to be."""
    line_chats: int = 3
    """The minimum number of such chats."""

    @property
    def window(self) -> int:
        """How many of a chat's latest messages decide its status."""
        return max(self.critical_unanswered, self.at_risk_unanswered, self.critical_failed, self.at_risk_failed)

    @property
    def limits(self) -> tuple[tuple[HealthStatus, int, int], ...]:
        """Each status with the number of unanswered and of failed messages that leads to it, the worst first."""
        return (
            (HealthStatus.CRITICAL, self.critical_unanswered, self.critical_failed),
            (HealthStatus.AT_RISK, self.at_risk_unanswered, self.at_risk_failed),
        )


DEFAULT_THRESHOLDS = Thresholds()


class SentMessage(msgspec.Struct, frozen=True):
    """A message of the line since the last reply: when it was sent, and whether it failed."""

    sent_at: Instant
    failed: bool


class RecentMessage(msgspec.Struct, frozen=True):
    """One of a chat's latest messages: whether the line sent it, and whether it failed."""

    from_me: bool
    failed: bool


def status_of(unanswered: int, failed: int, thresholds: Thresholds) -> HealthStatus:
    """The status of a chat with this many unanswered messages, of which this many failed."""
    for status, max_unanswered, max_failed in thresholds.limits:
        if unanswered >= max_unanswered or failed >= max_failed:
            return status
    return HealthStatus.HEALTHY


def status_after(latest: Sequence[RecentMessage], thresholds: Thresholds) -> HealthStatus:
    """The status that follows from a chat's latest messages, newest first.

    ``thresholds.window`` messages are enough: older ones cannot change the result.
    """
    unanswered = list(takewhile(lambda message: message.from_me, latest))
    return status_of(len(unanswered), sum(message.failed for message in unanswered), thresholds)


def health_since(unanswered: Sequence[SentMessage], created_at: Instant, thresholds: Thresholds) -> Health:
    """The health that follows from the messages since the last reply, oldest first.

    It is dated by the message that reached the threshold. A healthy chat is dated by its creation: an archive does not
    say whether it was ever anything else.
    """
    failed = [message for message in unanswered if message.failed]
    status = status_of(len(unanswered), len(failed), thresholds)
    if status is HealthStatus.HEALTHY:
        return Health(status, created_at)
    max_unanswered, max_failed = next(limits for each, *limits in thresholds.limits if each is status)
    reached = [*unanswered[max_unanswered - 1 : max_unanswered], *failed[max_failed - 1 : max_failed]]
    return Health(status, min(message.sent_at for message in reached))


def reputation_of(chats: Sequence[HealthStatus], thresholds: Thresholds) -> HealthStatus:
    """The reputation of a line, from the statuses of its most recently changed chats.

    The share of chats that are at risk or worse decides. A line with few chats is not judged by one or two of them.
    """
    at_risk = {HealthStatus.AT_RISK, HealthStatus.CRITICAL}
    for status, bad in ((HealthStatus.CRITICAL, {HealthStatus.CRITICAL}), (HealthStatus.AT_RISK, at_risk)):
        count = sum(each in bad for each in chats)
        if count >= thresholds.line_chats and 100 * count >= thresholds.line_percent * len(chats):
            return status
    return HealthStatus.HEALTHY
