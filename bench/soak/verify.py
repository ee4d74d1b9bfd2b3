"""Whether anything was lost, doubled or reordered. Pure. Each function returns sentences, none if all is well."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from bench.receivers import Arrival
from bench.soak.clients import Accepted
from tests.acceptance.ledger_carrier import Offer
from trunkline.domain.events import EventType

EVENTS = (EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED)
"""The events of every accepted message."""


class Target(msgspec.Struct, frozen=True):
    """A subscription: its path at the receivers, and whether its receiver works."""

    id: str
    partner_id: int
    path: str
    is_healthy: bool


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as the service stored it."""

    partner_id: int
    sequence: int
    id: str


def carrier(accepted: Sequence[Accepted], offers: Sequence[Offer], uncertain: Collection[str]) -> list[str]:
    """Each accepted message reached the carrier once, and nothing else did, except messages without a response."""
    calls = Counter(offer.message_id for offer in offers)
    ids = Counter(each.message_id for each in accepted)
    known = {each.text for each in accepted} | set(uncertain)
    return [
        *_some("accepted messages have an id that another one has", [each for each, n in ids.items() if n > 1]),
        *_some("accepted messages did not reach the carrier", [each for each in ids if not calls[each]]),
        *_some("messages reached the carrier more than once", [each for each, n in calls.items() if n > 1]),
        *_some("messages reached the carrier that nobody sent", [o.message_id for o in offers if o.text not in known]),
    ]


def webhooks(
    accepted: Sequence[Accepted], targets: Sequence[Target], arrivals: Sequence[Arrival], stored: Sequence[StoredEvent]
) -> list[str]:
    """Each healthy receiver got every event of its partner's messages, under one id, and those of a chat in order."""
    expected: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for each in accepted:
        expected[each.partner_id] |= {(kind, each.message_id) for kind in EVENTS}
    sequences = {(event.partner_id, event.id): event.sequence for event in stored}
    of_target: defaultdict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        of_target[arrival.target].append(arrival)
    problems: list[str] = []
    for target in targets:
        if target.is_healthy:
            got = of_target[target.path]
            problems += _target(target, got, expected[target.partner_id], sequences)
    return problems


def failing(targets: Sequence[Target], states: Mapping[tuple[str, str], int], events: Mapping[int, int]) -> list[str]:
    """Each event of a failing receiver is still waiting, or has failed; none was delivered, and none is missing.

    ``states`` counts the entries of a subscription by state, for the active subscriptions; ``events`` those of a
    partner.
    """
    problems: list[str] = []
    active = {subscription for subscription, _ in states}
    for target in targets:
        if target.is_healthy or target.id not in active:
            continue
        if done := states.get((target.id, "done"), 0):
            problems.append(f"{done} events count as delivered to {target.path}, which accepts nothing")
        kept = states.get((target.id, "waiting"), 0) + states.get((target.id, "failed"), 0)
        if kept != events[target.partner_id]:
            problems.append(f"{target.path} has {kept} events, of {events[target.partner_id]}")
    return problems


def _target(
    target: Target,
    arrivals: Sequence[Arrival],
    expected: Collection[tuple[str, str]],
    sequences: Mapping[tuple[int, str], int],
) -> list[str]:
    ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    last: defaultdict[str | None, int] = defaultdict(int)
    seen: set[str] = set()
    late: list[str] = []
    for each in arrivals:
        ids[each.type, each.message_id or ""].add(each.event_id)
        if each.event_id in seen:
            continue  # a repetition
        seen.add(each.event_id)
        sequence = sequences.get((target.partner_id, each.event_id), 0)
        if sequence <= last[each.chat_id]:
            late.append(each.event_id)
        last[each.chat_id] = sequence
    where = f"at {target.path}"
    return [
        *_some(f"events are missing {where}", [" of ".join(each) for each in expected if each not in ids]),
        *_some(f"events came under several ids {where}", [" of ".join(each) for each in ids if len(ids[each]) > 1]),
        *_some(f"events came out of order {where}", late),
    ]


def _some(what: str, found: Sequence[str]) -> list[str]:
    return [f"{len(found)} {what}, such as {found[0]}"] if found else []
