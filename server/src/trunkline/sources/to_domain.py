"""Maps the records of an archive to the domain, with ids that are the same at every import. Pure.

The id of a chat is derived from the partner, the line, and the members or the identity of a group. The id of a message
is derived from the archived chat and the message's identity, so it stays the same if the chat is merged into another
one.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import msgspec

from trunkline.domain import content as contents
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service, clean_name
from trunkline.domain.instant import Instant
from trunkline.domain.message import (
    Content,
    DeliveryStatus,
    MediaPart,
    Message,
    Part,
    Reaction,
    ReplyTo,
    TextPart,
)
from trunkline.sources.base import (
    ArchivedChat,
    ArchivedMessage,
    Attachment,
    MessageRecord,
    Reason,
    SkippedMessage,
    SkippedPiece,
)

ATTACHMENTS = "https://trunkline.invalid/attachments/"
"""The prefix of the URLs of files that are not imported: an address in ``.invalid`` never exists (RFC 2606 §2)."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://trunkline.invalid/imported")
_NAMELESS = "file"
_FILENAME_LIMIT = 255  # characters, more than any file system allows


class MessageTarget(msgspec.Struct, frozen=True):
    """Where the messages of an archived chat go: a chat, its participants, and the namespace of message ids."""

    chat_id: str
    namespace: uuid.UUID
    participants: Mapping[str | None, Participant]
    """The participants by handle, as they were when they sent; the line is under None."""


def chat(archived: ArchivedChat, partner_id: int, line: str, earliest: Instant) -> Chat:
    """An archived chat as a chat without messages. A chat that no message dates began at ``earliest``."""
    created_at = earliest if archived.first_at is None else archived.first_at
    chat_id = chat_uuid(archived, partner_id, line)

    def handle_id(handle: str) -> str:
        return str(uuid.uuid5(chat_id, handle))

    me = Participant(handle_id(line), line, archived.service or Service.SMS, created_at, is_me=True)
    others = [
        Participant(
            id=handle_id(member.handle),
            handle=member.handle,
            service=member.service,
            joined_at=created_at if member.joined_at is None else member.joined_at,
            left_at=member.left_at,
            status=member.status,
        )
        for member in archived.members
    ]
    return Chat(
        id=str(chat_id),
        participants=(me, *others),
        is_group=archived.is_group,
        health=Health(HealthStatus.HEALTHY, created_at),
        created_at=created_at,
        updated_at=created_at if archived.last_at is None else archived.last_at,
        name=clean_name(archived.name),
        service=archived.service,
    )


def chat_uuid(archived: ArchivedChat, partner_id: int, line: str) -> uuid.UUID:
    """The id of an archived chat, unless it is merged into another one."""
    members = " ".join(sorted(member.handle for member in archived.members))
    identity = archived.identity or (f"group {members}" if archived.is_group else members)
    return uuid.uuid5(_NAMESPACE, f"{partner_id} {line} {identity}")


def target(archived: ArchivedChat, partner_id: int, chat: Chat) -> MessageTarget:
    """Where the messages of an archived chat go, if it is stored as this chat."""
    participants: dict[str | None, Participant] = {
        None if each.is_me else each.handle: msgspec.structs.replace(
            each, status=ParticipantStatus.ACTIVE, left_at=None
        )
        for each in chat.participants
    }
    return MessageTarget(chat.id, chat_uuid(archived, partner_id, chat.line), participants)


class Imported(msgspec.Struct, frozen=True):
    """A message to import. If it is stored as one of ``former``, that is the same message.

    ``files`` are the files of the archive by the index of their part.
    """

    message: Message
    former: tuple[Message, ...] = ()
    files: tuple[tuple[int, Attachment], ...] = ()


def messages(
    archived: Iterable[MessageRecord], targets: Mapping[str, MessageTarget | str]
) -> Iterator[Imported | SkippedMessage | SkippedPiece]:
    """The messages of an archive, and its skipped records. ``targets`` are by the key of the chat.

    For a skipped chat, the target is the reason.
    """
    for each in archived:
        if not isinstance(each, ArchivedMessage):
            yield each
            continue
        target = targets.get(each.chat_key, Reason.TOO_LATE)
        found = SkippedMessage(target) if isinstance(target, str) else imported(each, target)
        yield SkippedMessage(Reason.TOO_LATE) if found is None else found


def imported(archived: ArchivedMessage, target: MessageTarget) -> Imported | None:
    """An archived message as a message; None if its sender is not a participant of the chat."""
    sender = target.participants.get(archived.sender)
    if sender is None:
        return None
    former = [_message(archived, target, sender, identity) for identity in archived.former_identities]
    files = [(index, part) for index, part in enumerate(archived.parts) if isinstance(part, Attachment)]
    return Imported(_message(archived, target, sender, archived.identity), tuple(former), tuple(files))


def _message(archived: ArchivedMessage, target: MessageTarget, sender: Participant, identity: str) -> Message:
    message_uuid = _uuid(target, identity)
    message_id = str(message_uuid)
    thread = message_id if archived.reply_to is None else str(_uuid(target, archived.reply_to.identity))
    return Message(
        id=message_id,
        chat_id=target.chat_id,
        sender=sender,
        content=Content(
            parts=_parts(archived, target, message_uuid),
            reply_to=None if archived.reply_to is None else ReplyTo(thread, archived.reply_to.part_index),
        ),
        thread=thread,
        created_at=archived.sent_at,
        updated_at=archived.sent_at if archived.changed_at is None else archived.changed_at,
        delivery_status=archived.status,
        service=archived.service,
        sent_at=None if archived.status is DeliveryStatus.QUEUED else archived.sent_at,
        delivered_at=archived.delivered_at,
        read_at=archived.read_at,
    )


def _parts(archived: ArchivedMessage, target: MessageTarget, message_uuid: uuid.UUID) -> tuple[Part, ...]:
    reactions: dict[int, list[Reaction]] = {}
    for each in archived.reactions:
        by = target.participants.get(each.sender)
        if by is not None:
            reaction_id = uuid.uuid5(message_uuid, f"reaction {each.part_index} {by.handle} {each.type}")
            reaction = Reaction(str(reaction_id), by, each.type, each.custom_emoji)
            reactions.setdefault(each.part_index, []).append(reaction)
    return tuple(
        [
            TextPart(part, reactions=tuple(reactions.get(index, ())))
            if isinstance(part, str)
            else _media(part, uuid.uuid5(message_uuid, f"part {index}"), tuple(reactions.get(index, ())))
            for index, part in enumerate(archived.parts)
        ]
    )


def _media(file: Attachment, part_id: uuid.UUID, reactions: tuple[Reaction, ...]) -> MediaPart:
    filename = (file.filename or _NAMELESS)[:_FILENAME_LIMIT]
    url = f"{ATTACHMENTS}{part_id}/{quote(filename, safe='')}"
    guessed = contents.media_part(str(part_id), url)
    return msgspec.structs.replace(
        guessed,
        filename=filename,
        mime_type=file.mime_type or guessed.mime_type,
        size_bytes=file.size_bytes,
        reactions=reactions,
    )


def _uuid(target: MessageTarget, identity: str) -> uuid.UUID:
    return uuid.uuid5(target.namespace, f"message {identity}")
