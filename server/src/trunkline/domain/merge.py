"""What becomes of a chat that an archive tells of and the store may know already.

The newer of the two says how things stand now; each adds what the other does not know. Merging the same chat again
changes nothing.
"""

import msgspec

from trunkline.domain.chat import Chat, Participant


def merge(known: Chat, told: Chat) -> Chat:
    """The known chat with what the told one adds; equal to ``known`` when that is nothing."""
    newer = told.updated_at > known.updated_at
    present = told if newer else known
    return msgspec.structs.replace(
        known,
        participants=_participants(known, told, newer=newer),
        created_at=min(known.created_at, told.created_at),
        updated_at=present.updated_at,
        health=present.health,
        service=present.service,
        name=told.name if newer and told.name is not None else known.name,
    )


def _participants(known: Chat, told: Chat, *, newer: bool) -> tuple[Participant, ...]:
    by_handle = {participant.handle: participant for participant in told.participants}
    merged = [
        _participant(participant, by_handle.pop(participant.handle, participant), newer=newer)
        for participant in known.participants
    ]
    return (*merged, *by_handle.values())


def _participant(known: Participant, told: Participant, *, newer: bool) -> Participant:
    present = told if newer else known
    return msgspec.structs.replace(
        known,
        service=present.service,
        joined_at=min(known.joined_at, told.joined_at),
        left_at=present.left_at,
        status=present.status,
    )
