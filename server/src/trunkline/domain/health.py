"""Chat health: what a chat has seen, and the status that follows (CONTRACT §3).

    HEALTHY ──(many sent without a reply, or failures)──▶ AT_RISK ──(more of the same)──▶ CRITICAL
       ▲                                                     │                               │
       └──────────────────────── a reply ────────────────────┴───────────────────────────────┘

    in a direct chat: an opt-out keyword ──▶ OPTED_OUT ──(any other message from them)──▶ as above

Health changes only when something happens to the chat, never by a clock alone.
"""

import re

import msgspec

from trunkline.domain.chat import Health, HealthStatus
from trunkline.domain.instant import Instant

_EXACT_KEYWORDS = frozenset({"STOP", "UNSUBSCRIBE", "OPTOUT", "CANCEL", "END", "QUIT"})
_OPT_OUT = re.compile(r"opt[ -]?out", re.IGNORECASE)


class Thresholds(msgspec.Struct, frozen=True):
    """From how many on a chat is no longer healthy; the API publishes none, so these are ours."""

    at_risk_unanswered: int = 5
    """Messages sent since the last reply."""
    critical_unanswered: int = 15
    at_risk_failed: int = 2
    """Messages sent since the last reply that could not be delivered."""
    critical_failed: int = 5


class Activity(msgspec.Struct, frozen=True):
    """What health needs of a chat's messages: those since the last one received, and what that one was."""

    unanswered: int = 0
    """Messages sent since the last one received."""
    failed: int = 0
    """How many of them could not be delivered."""
    opted_out: bool = False
    """Whether the last message received was an opt-out keyword."""
    last_sent_at: Instant | None = None
    last_received_at: Instant | None = None


class Tally:
    """Counts a chat's messages, in whatever order they come, without keeping them."""

    def __init__(self) -> None:
        self._sent: list[tuple[Instant, bool]] = []  # later than the last one received: when, and whether it failed
        self._received_at: Instant | None = None
        self._opted_out = False

    def sent(self, at: Instant, *, failed: bool) -> None:
        """A message of the line's own."""
        if self._received_at is None or at > self._received_at:
            self._sent.append((at, failed))

    def received(self, at: Instant, text: str | None) -> None:
        """A message of somebody else's."""
        if self._received_at is None or at >= self._received_at:
            self._received_at = at
            self._opted_out = is_opt_out(text)
            self._sent = [entry for entry in self._sent if entry[0] > at]

    @property
    def activity(self) -> Activity:
        """What the messages so far come to."""
        return Activity(
            unanswered=len(self._sent),
            failed=sum(failed for _, failed in self._sent),
            opted_out=self._opted_out,
            last_sent_at=max((at for at, _ in self._sent), default=None),
            last_received_at=self._received_at,
        )


def is_opt_out(text: str | None) -> bool:
    """Whether a message, as a whole, asks to be left alone: exact keywords, and ``opt out`` in any case."""
    trimmed = (text or "").strip()
    return trimmed in _EXACT_KEYWORDS or _OPT_OUT.fullmatch(trimmed) is not None


def status_of(activity: Activity, *, is_group: bool, thresholds: Thresholds) -> HealthStatus:
    """The status that a chat's activity stands for. A group is never opted out."""
    if activity.opted_out and not is_group:
        return HealthStatus.OPTED_OUT
    if activity.unanswered >= thresholds.critical_unanswered or activity.failed >= thresholds.critical_failed:
        return HealthStatus.CRITICAL
    if activity.unanswered >= thresholds.at_risk_unanswered or activity.failed >= thresholds.at_risk_failed:
        return HealthStatus.AT_RISK
    return HealthStatus.HEALTHY


def health_of(activity: Activity, *, is_group: bool, created_at: Instant, thresholds: Thresholds) -> Health:
    """The health of a chat known by its activity alone, as an archive tells it.

    Being opted out dates from the keyword, being at risk from the last message sent, being healthy from the beginning.
    """
    status = status_of(activity, is_group=is_group, thresholds=thresholds)
    since = {
        HealthStatus.OPTED_OUT: activity.last_received_at,
        HealthStatus.AT_RISK: activity.last_sent_at,
        HealthStatus.CRITICAL: activity.last_sent_at,
    }.get(status)
    return Health(status, created_at if since is None else since)
