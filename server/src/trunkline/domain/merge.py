"""Merging an imported chat or message with the stored one.

The newer of the two describes the present; each adds what the other lacks. Merging is idempotent.
"""

import msgspec

from trunkline.domain.chat import Chat, Participant
from trunkline.domain.message import Content, DeliveryStatus, MediaPart, Message

_RANK = (
    DeliveryStatus.PENDING,
    DeliveryStatus.QUEUED,
    DeliveryStatus.SENT,
    DeliveryStatus.RECEIVED,
    DeliveryStatus.FAILED,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
)
"""Delivery statuses in order of progress. Only a delivery supersedes a failure."""


def merge(known: Chat, imported: Chat) -> Chat:
    """The stored chat with what the imported one adds; equal to ``known`` if it adds nothing."""
    newer = imported.updated_at > known.updated_at
    present = imported if newer else known
    return msgspec.structs.replace(
        known,
        participants=_participants(known, imported, newer=newer),
        created_at=min(known.created_at, imported.created_at),
        updated_at=present.updated_at,
        service=present.service,
        name=imported.name if newer and imported.name is not None else known.name,
    )


def merge_message(known: Message, imported: Message) -> Message:
    """The stored message with what the imported one adds, in its place; equal to ``known`` if it adds nothing.

    If both are equally new, the imported one describes the message: a later copy of an archive may not say when it
    learned more.
    """
    present, other = (imported, known) if imported.updated_at >= known.updated_at else (known, imported)
    return msgspec.structs.replace(
        known,
        sender=present.sender,
        content=_with_attachments(present.content, known.content),
        service=present.service or other.service,
        updated_at=present.updated_at,
        delivery_status=max(known.delivery_status, imported.delivery_status, key=_RANK.index),
        sent_at=other.sent_at if present.sent_at is None else present.sent_at,
        delivered_at=other.delivered_at if present.delivered_at is None else present.delivered_at,
        read_at=other.read_at if present.read_at is None else present.read_at,
    )


def _with_attachments(content: Content, known: Content) -> Content:
    """The content with those of its files that the store has: an archive only knows where they were."""
    files = {part.id: part for part in known.parts if isinstance(part, MediaPart) and part.url is None}
    if not files:
        return content
    parts = [
        msgspec.structs.replace(files[part.id], reactions=part.reactions)
        if isinstance(part, MediaPart) and part.id in files
        else part
        for part in content.parts
    ]
    return msgspec.structs.replace(content, parts=tuple(parts))


def _participants(known: Chat, imported: Chat, *, newer: bool) -> tuple[Participant, ...]:
    by_handle = {participant.handle: participant for participant in imported.participants}
    merged = [
        _participant(participant, by_handle.pop(participant.handle, participant), newer=newer)
        for participant in known.participants
    ]
    return (*merged, *by_handle.values())


def _participant(known: Participant, imported: Participant, *, newer: bool) -> Participant:
    present = imported if newer else known
    return msgspec.structs.replace(
        known,
        service=present.service,
        joined_at=min(known.joined_at, imported.joined_at),
        left_at=present.left_at,
        status=present.status,
    )
