"""How the loopback carrier treats a message: rules for a handle or for everybody, and what follows from them.

    written ──(delay)──▶ tried ──(away)──▶ tried again … ──▶ refused, or sent over a service that reaches everyone

In a group the worst that any of its people has applies to the message as a whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.domain.chat import Service
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import DeliveryStatus

LOOPBACK = "loopback"
"""The name of the carrier that goes by these rules."""

EVERYBODY = ""
"""What the rule of those who have none of their own is kept under, in place of a handle."""

FALL = (Service.IMESSAGE, Service.RCS, Service.SMS)
"""The order in which services are tried: each falls to the next."""

_ALL = frozenset(FALL)
_WEEK = 7 * 24 * 3600  # seconds

_Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=_WEEK)]


# The service's OpenAPI document quotes this docstring and these descriptions: they are written for callers.
class Rule(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How messages to somebody fare. Without a rule they are delivered at once, over whatever service is asked for."""

    delay_seconds: Annotated[_Seconds, Meta(description="How long a message waits before it is tried.")] = 0
    away_attempts: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="How many attempts fail before one succeeds. The service makes them by itself, at growing "
            "intervals, and gives a message up after 15, which is an hour or so.",
        ),
    ] = 0
    away_seconds: Annotated[_Seconds, Meta(description="For how long after that wait every attempt fails.")] = 0
    fail: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(description="Why no message can be delivered, ever: the reason in `message.failed`."),
    ] = None
    services: Annotated[
        tuple[Service, ...] | None,
        Meta(
            description="The services that reach them; iMessage falls to RCS and RCS to SMS. `[]`: none, and messages "
            "fail. Left out, or `null`: all. An e-mail address is only ever reached over iMessage."
        ),
    ] = None
    holds: Annotated[
        bool,
        Meta(description="Whether messages stay `sent` until `deliver`, `read` or `fail` says what became of them."),
    ] = False
    reads: Annotated[bool, Meta(description="Whether they read every message at once.")] = False

    @property
    def outcome(self) -> DeliveryStatus:
        """How far a message comes at once."""
        if self.holds:
            return DeliveryStatus.SENT
        return DeliveryStatus.READ if self.reads else DeliveryStatus.DELIVERED


class Taken(msgspec.Struct, frozen=True):
    """It left over this service, and came so far at once: ``SENT``, ``DELIVERED`` or ``READ``."""

    service: Service
    status: DeliveryStatus


class Refused(msgspec.Struct, frozen=True):
    """It will never arrive."""

    reason: str


class Away(msgspec.Struct, frozen=True):
    """It may arrive another time."""


class Later(msgspec.Struct, frozen=True):
    """It is not tried before then."""

    due_at: Instant


Fate: TypeAlias = Taken | Refused | Away | Later


def reached_by(handle: str, rule: Rule) -> frozenset[Service]:
    """The services that reach a handle to which this rule applies."""
    allowed = _ALL if rule.services is None else frozenset(rule.services)
    return allowed & {Service.IMESSAGE} if "@" in handle else allowed


def worst(rules: Iterable[Rule]) -> Rule:
    """The rule of a group of people with these: the longest delay, the first failure, what reaches all of them."""
    found = list(rules)
    limited = [frozenset(rule.services) for rule in found if rule.services is not None]
    return Rule(
        delay_seconds=max((rule.delay_seconds for rule in found), default=0),
        away_attempts=max((rule.away_attempts for rule in found), default=0),
        away_seconds=max((rule.away_seconds for rule in found), default=0),
        fail=next((rule.fail for rule in found if rule.fail is not None), None),
        services=None if not limited else tuple([each for each in FALL if all(each in those for those in limited)]),
        holds=any(rule.holds for rule in found),
        reads=bool(found) and all(rule.reads for rule in found),
    )


def route(reached: frozenset[Service], preferred: Service | None, current: Service | None) -> Service | None:
    """The service that carries a message, or None where none does.

    It falls from the ``preferred`` one; where none is, the chat's ``current`` one comes first and then any.
    """
    if preferred is not None:
        ways: Sequence[Service] = FALL[FALL.index(preferred) :]
    else:
        ways = FALL if current is None else (current, *FALL)
    return next((way for way in ways if way in reached), None)


def fate(
    rules: Mapping[str, Rule],
    *,
    preferred: Service | None,
    current: Service | None,
    written_at: Instant,
    attempts: int,
    now: Instant,
) -> Fate:
    """What becomes of a message to these people, each with the rule that applies to them, when it is tried ``now``.

    ``attempts`` is how often it was tried before. It depends on nothing else, so that nothing need be remembered.
    """
    rule = worst(rules.values())
    tried_from = written_at + rule.delay_seconds * SECOND
    if now < tried_from:
        return Later(tried_from)
    if attempts < rule.away_attempts or now < tried_from + rule.away_seconds * SECOND:
        return Away()
    if not rules:
        return Refused("nobody is left in the chat")
    if rule.fail is not None:
        return Refused(rule.fail)
    reached = _ALL.intersection(*[reached_by(handle, each) for handle, each in rules.items()])
    service = route(reached, preferred, current)
    if service is None:
        asked = "no service" if preferred is None else f"neither {preferred} nor what it falls to"
        return Refused(f"{asked} reaches {'everybody in the group' if len(rules) > 1 else next(iter(rules))}")
    return Taken(service, rule.outcome)
