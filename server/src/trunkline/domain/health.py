"""Chat health: what a chat has seen, and the status that follows (CONTRACT §3).

    HEALTHY ──(many sent without a reply, or failures)──▶ AT_RISK ──(more of the same)──▶ CRITICAL
       ▲                                                     │                               │
       └──────────────────────── a reply ────────────────────┴───────────────────────────────┘

    in a direct chat: an opt-out keyword ──▶ OPTED_OUT ──(any other message from them)──▶ as above

Health changes only when something happens to the chat, never by a clock alone.
"""

import re
from array import array
from collections.abc import Sequence
from itertools import takewhile

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
    line_percent: int = 20
    """Of a line's chats that changed last, how many in a hundred must be at risk (critical) before the line is."""
    line_chats: int = 3
    """And how many of them at least."""

    @property
    def window(self) -> int:
        """How many of a chat's last messages decide its status."""
        return max(self.critical_unanswered, self.at_risk_unanswered, self.critical_failed, self.at_risk_failed)


class Activity(msgspec.Struct, frozen=True):
    """What health needs of a chat's messages: those since the last one received, and what that one was."""

    unanswered: Sequence[Instant] = ()
    """When each message was sent since the last one received, ascending."""
    failed: Sequence[Instant] = ()
    """The same of those among them that could not be delivered."""
    opted_out_at: Instant | None = None
    """When the last message received came, if that was an opt-out keyword."""


class Tally:
    """Counts a chat's messages, in whatever order they come, without keeping them."""

    def __init__(self) -> None:
        self._sent = array("q")  # when, if later than the last one received
        self._failed = array("q")  # the same, of those that failed
        self._received_at: Instant | None = None
        self._opted_out = False

    def sent(self, at: Instant, *, failed: bool) -> None:
        """A message of the line's own."""
        if self._received_at is None or at > self._received_at:
            self._sent.append(at)
            if failed:
                self._failed.append(at)

    def received(self, at: Instant, text: str | None) -> None:
        """A message of somebody else's."""
        if self._received_at is None or at >= self._received_at:
            self._received_at = at
            self._opted_out = is_opt_out(text)
            self._sent = array("q", [sent_at for sent_at in self._sent if sent_at > at])
            self._failed = array("q", [sent_at for sent_at in self._failed if sent_at > at])

    @property
    def activity(self) -> Activity:
        """What the messages so far come to."""
        return Activity(
            unanswered=sorted(self._sent),
            failed=sorted(self._failed),
            opted_out_at=self._received_at if self._opted_out else None,
        )


def is_opt_out(text: str | None) -> bool:
    """Whether a message, as a whole, asks to be left alone: exact keywords, and ``opt out`` in any case."""
    trimmed = (text or "").strip()
    return trimmed in _EXACT_KEYWORDS or _OPT_OUT.fullmatch(trimmed) is not None


class Seen(msgspec.Struct, frozen=True):
    """A message as health sees it: sent by the line or received, and whether it could not be delivered."""

    from_me: bool
    failed: bool


def status_after(latest: Sequence[Seen], thresholds: Thresholds) -> HealthStatus:
    """The status that a chat's last messages stand for, newest first, of somebody who has not opted out.

    ``thresholds.window`` messages are enough: whatever is older cannot change the answer.
    """
    since_reply = list(takewhile(lambda message: message.from_me, latest))
    failed = sum(message.failed for message in since_reply)
    if len(since_reply) >= thresholds.critical_unanswered or failed >= thresholds.critical_failed:
        return HealthStatus.CRITICAL
    if len(since_reply) >= thresholds.at_risk_unanswered or failed >= thresholds.at_risk_failed:
        return HealthStatus.AT_RISK
    return HealthStatus.HEALTHY


def reputation_of(chats: Sequence[HealthStatus], thresholds: Thresholds) -> HealthStatus:
    """The reputation of a line whose chats, those that changed last, have these statuses.

    It is the share of those at risk or worse that counts, and a line of few chats is not judged by one or two.
    """
    worse = {HealthStatus.AT_RISK, HealthStatus.CRITICAL}
    for status, bad in ((HealthStatus.CRITICAL, {HealthStatus.CRITICAL}), (HealthStatus.AT_RISK, worse)):
        count = sum(each in bad for each in chats)
        if count >= thresholds.line_chats and 100 * count >= thresholds.line_percent * len(chats):
            return status
    return HealthStatus.HEALTHY


def health_of(activity: Activity, *, is_group: bool, created_at: Instant, thresholds: Thresholds) -> Health:
    """The health that a chat's activity stands for, dated by the message that made it so.

    Healthy dates from the chat's beginning: an archive read in any order does not tell whether it ever was otherwise.
    A group is never opted out.
    """
    if activity.opted_out_at is not None and not is_group:
        return Health(HealthStatus.OPTED_OUT, activity.opted_out_at)
    for status, unanswered, failed in (
        (HealthStatus.CRITICAL, thresholds.critical_unanswered, thresholds.critical_failed),
        (HealthStatus.AT_RISK, thresholds.at_risk_unanswered, thresholds.at_risk_failed),
    ):
        reached = [*activity.unanswered[unanswered - 1 : unanswered], *activity.failed[failed - 1 : failed]]
        if reached:
            return Health(status, min(reached))
    return Health(HealthStatus.HEALTHY, created_at)
