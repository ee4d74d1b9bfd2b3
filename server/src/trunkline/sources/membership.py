"""The members of a group, from its list of members and the recorded joins and departures. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.instant import Instant
from trunkline.sources.base import Member


class MembershipEvent(msgspec.Struct, frozen=True):
    """A member joined a group (``ACTIVE``), left it or was removed."""

    at: Instant
    handle: str
    status: ParticipantStatus


def members(
    listed: Iterable[str], events: Iterable[MembershipEvent], services: Mapping[str, Service], default: Service
) -> tuple[Member, ...]:
    """Everyone who is or was a member of the group.

    ``listed`` are the present members; the keys of ``services`` are those who sent messages; others are known only from
    an event. The latest event of a person determines their status. Without one, a person who is not listed has left at
    an unknown time. If the list is empty, it is missing, and everyone counts as a member.
    """
    today = dict.fromkeys(listed)
    ordered = sorted(events, key=lambda event: event.at)
    everyone = today | dict.fromkeys(services) | dict.fromkeys([event.handle for event in ordered])
    found = {
        handle: Member(
            handle=handle,
            service=services.get(handle, default),
            status=ParticipantStatus.ACTIVE if handle in today or not today else ParticipantStatus.LEFT,
        )
        for handle in everyone
    }
    for event in ordered:
        found[event.handle] = _after(found[event.handle], event)
    return tuple(found.values())


def _after(member: Member, event: MembershipEvent) -> Member:
    if event.status is ParticipantStatus.ACTIVE:
        return msgspec.structs.replace(member, joined_at=event.at, left_at=None, status=event.status)
    return msgspec.structs.replace(member, left_at=event.at, status=event.status)
