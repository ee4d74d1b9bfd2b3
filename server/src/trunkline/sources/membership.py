"""Who is in a group and since when, from who is listed in it and what is recorded of comings and goings. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.instant import Instant
from trunkline.sources.base import Member


class Change(msgspec.Struct, frozen=True):
    """Somebody joined a group (``ACTIVE``), left it or was put out of it."""

    at: Instant
    handle: str
    status: ParticipantStatus


def members(
    listed: Iterable[str], changes: Iterable[Change], services: Mapping[str, Service], default: Service
) -> tuple[Member, ...]:
    """Everyone who is or ever was in the group.

    ``listed`` are the group's members today; the keys of ``services`` wrote in it; whoever is in neither is known by a
    change alone. The latest change of a person says where they stand. Without one, whoever is not listed has left, at
    a time nobody recorded; where nobody is listed at all, the list is missing, and everyone counts as a member.
    """
    today = dict.fromkeys(listed)
    ordered = sorted(changes, key=lambda change: change.at)
    everyone = today | dict.fromkeys(services) | dict.fromkeys([change.handle for change in ordered])
    found = {
        handle: Member(
            handle=handle,
            service=services.get(handle, default),
            status=ParticipantStatus.ACTIVE if handle in today or not today else ParticipantStatus.LEFT,
        )
        for handle in everyone
    }
    for change in ordered:
        found[change.handle] = _after(found[change.handle], change)
    return tuple(found.values())


def _after(member: Member, change: Change) -> Member:
    if change.status is ParticipantStatus.ACTIVE:
        return msgspec.structs.replace(member, joined_at=change.at, left_at=None, status=change.status)
    return msgspec.structs.replace(member, left_at=change.at, status=change.status)
