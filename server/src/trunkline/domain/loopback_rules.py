"""Loopback rules: what the loopback carrier does with a message to a handle, or to any handle without a rule.

    created ──(delay)──▶ attempted ──(unavailable)──▶ attempted again … ──▶ rejected, or accepted over a service that
                                                                            reaches every recipient

In a group, the most restrictive rule of its recipients applies to the message.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.domain.chat import Service
from trunkline.domain.instant import MINUTE, SECOND, Instant
from trunkline.domain.message import DeliveryStatus

LOOPBACK = "loopback"
"""The name of the carrier that follows these rules."""

EVERYONE = ""
"""The handle of the rule for every handle that has no rule of its own."""

MAX_RULES = 1000
"""Rules of a partner."""

FALLBACK_ORDER = (Service.IMESSAGE, Service.RCS, Service.SMS)
"""The order in which services are tried: each one falls back to the next."""

_ALL = frozenset(FALLBACK_ORDER)
_WEEK = 7 * 24 * 3600  # seconds
_CLOCKS_DIFFER: Instant = MINUTE  # at most, between two hosts

# Of a message that was created later than now: the clock was set back since, by more than a rule can know. Every delay
# is over, or the message would wait until the clock is there again.
_UNKNOWN_AGE: Instant = 2 * _WEEK * SECOND

_Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=_WEEK)]


# The OpenAPI document quotes this docstring and these descriptions.
class Rule(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What happens to messages sent to this handle. By default they are delivered at once, over the service that you
    prefer.
    """

    delay_seconds: Annotated[_Seconds, Meta(description="How long a message waits before the first attempt.")] = 0
    away_attempts: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="Number of attempts that fail before one succeeds. The service retries with growing delays and "
            "gives up after 15 attempts, about an hour.",
        ),
    ] = 0
    away_seconds: Annotated[_Seconds, Meta(description="How long, after the delay, every attempt fails.")] = 0
    fail: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(description="Makes every message fail, with this reason in `message.failed`."),
    ] = None
    services: Annotated[
        Annotated[tuple[Service, ...], Meta(max_length=len(FALLBACK_ORDER))] | None,
        Meta(
            description="The services that reach the handle; iMessage falls back to RCS, and RCS to SMS. With `[]`, no "
            "service does and messages fail. By default, all do. Only iMessage reaches an email address."
        ),
    ] = None
    holds: Annotated[
        bool, Meta(description="Whether messages stay `sent` until a `deliver`, `read` or `fail` action.")
    ] = False
    reads: Annotated[bool, Meta(description="Whether every message is read at once.")] = False

    @property
    def status_when_accepted(self) -> DeliveryStatus:
        """The status that a message reaches at once."""
        if self.holds:
            return DeliveryStatus.SENT
        return DeliveryStatus.READ if self.reads else DeliveryStatus.DELIVERED


class Accepted(msgspec.Struct, frozen=True):
    """The message left over this service and reached this status: ``SENT``, ``DELIVERED`` or ``READ``."""

    service: Service
    status: DeliveryStatus = DeliveryStatus.SENT


class Rejected(msgspec.Struct, frozen=True):
    """The message will never arrive."""

    reason: str


class Unavailable(msgspec.Struct, frozen=True):
    """The attempt failed; a later one may succeed."""


class Deferred(msgspec.Struct, frozen=True):
    """The message is not attempted before ``due_at``."""

    due_at: Instant


Outcome: TypeAlias = Accepted | Rejected | Unavailable | Deferred


def reached_by(handle: str, rule: Rule) -> frozenset[Service]:
    """The services that reach a handle with this rule."""
    allowed = _ALL if rule.services is None else frozenset(rule.services)
    return allowed & {Service.IMESSAGE} if "@" in handle else allowed


def most_restrictive(rules: Iterable[Rule]) -> Rule:
    """The rule of a group: the longest delay, the first failure, the services that reach everyone."""
    found = list(rules)
    limited = [frozenset(rule.services) for rule in found if rule.services is not None]
    return Rule(
        delay_seconds=max((rule.delay_seconds for rule in found), default=0),
        away_attempts=max((rule.away_attempts for rule in found), default=0),
        away_seconds=max((rule.away_seconds for rule in found), default=0),
        fail=next((rule.fail for rule in found if rule.fail is not None), None),
        services=None
        if not limited
        else tuple([each for each in FALLBACK_ORDER if all(each in services for services in limited)]),
        holds=any(rule.holds for rule in found),
        reads=bool(found) and all(rule.reads for rule in found),
    )


def route(reached: frozenset[Service], preferred: Service | None, current: Service | None) -> Service | None:
    """The service that carries a message; None if no service does.

    It falls back from the ``preferred`` service. Without one, the chat's ``current`` service is tried first, then any.
    """
    if preferred is not None:
        candidates: Sequence[Service] = FALLBACK_ORDER[FALLBACK_ORDER.index(preferred) :]
    else:
        candidates = FALLBACK_ORDER if current is None else (current, *FALLBACK_ORDER)
    return next((each for each in candidates if each in reached), None)


def outcome_of(
    rules: Mapping[str, Rule],
    *,
    preferred: Service | None,
    current: Service | None,
    created_at: Instant,
    attempts: int,
    now: Instant,
    only: Service | None = None,
) -> Outcome:
    """The outcome of an attempt ``now`` to send a message to these recipients, each with its rule.

    ``attempts`` counts the attempts before. With ``only``, no other service can carry the message. The outcome depends
    on nothing else, so the carrier stores nothing.
    """
    rule = most_restrictive(rules.values())
    age = now - created_at if created_at <= now + _CLOCKS_DIFFER else _UNKNOWN_AGE
    left = rule.delay_seconds * SECOND - age
    if rule.delay_seconds and left > 0:
        return Deferred(now + left)
    if attempts < rule.away_attempts or (rule.away_seconds and left + rule.away_seconds * SECOND > 0):
        return Unavailable()
    if not rules:
        return Rejected("no recipient is left in the chat")
    if rule.fail is not None:
        return Rejected(rule.fail)
    able = _ALL if only is None else frozenset({only})
    reached = able.intersection(*[reached_by(handle, each) for handle, each in rules.items()])
    service = route(reached, preferred, current)
    if service is None:
        requested = "no service reaches" if preferred is None else f"neither {preferred} nor a fallback reaches"
        if only is not None:
            requested = f"only {only} can carry it, and does not reach"
        return Rejected(f"{requested} {'everyone in the group' if len(rules) > 1 else next(iter(rules))}")
    return Accepted(service, rule.status_when_accepted)
