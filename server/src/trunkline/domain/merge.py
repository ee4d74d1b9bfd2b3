"""What becomes of a chat, or a message, that an archive tells of and the store may know already.

The newer of the two says how things stand now; each adds what the other does not know. Merging the same again changes
nothing.
"""

import msgspec

from trunkline.domain.chat import Chat, Participant
from trunkline.domain.message import DeliveryStatus, Message

_PROGRESS = (
    DeliveryStatus.PENDING,
    DeliveryStatus.QUEUED,
    DeliveryStatus.SENT,
    DeliveryStatus.RECEIVED,
    DeliveryStatus.FAILED,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
)
"""The less far a message has come, the earlier; only a delivery mends a failure."""


def merge(known: Chat, told: Chat) -> Chat:
    """The known chat with what the told one adds; equal to ``known`` when that is nothing."""
    newer = told.updated_at > known.updated_at
    present = told if newer else known
    return msgspec.structs.replace(
        known,
        participants=_participants(known, told, newer=newer),
        created_at=min(known.created_at, told.created_at),
        updated_at=present.updated_at,
        service=present.service,
        name=told.name if newer and told.name is not None else known.name,
    )


def merge_message(known: Message, told: Message) -> Message:
    """The known message with what the told one adds, where it stands; equal to ``known`` when that is nothing.

    Of two that are equally new, the told one says what the message is: a later copy of an archive may not say when it
    came to know more.
    """
    present, other = (told, known) if told.updated_at >= known.updated_at else (known, told)
    return msgspec.structs.replace(
        known,
        sender=present.sender,
        content=present.content,
        service=present.service or other.service,
        updated_at=present.updated_at,
        delivery_status=max(known.delivery_status, told.delivery_status, key=_PROGRESS.index),
        sent_at=other.sent_at if present.sent_at is None else present.sent_at,
        delivered_at=other.delivered_at if present.delivered_at is None else present.delivered_at,
        read_at=other.read_at if present.read_at is None else present.read_at,
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
