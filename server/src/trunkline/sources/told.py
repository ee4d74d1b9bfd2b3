"""What an archive tells, as chats and messages of the domain, with identifiers that are the same at every import. Pure.

A chat's identifier is made of partner, line, and the people in it or the group's own identity; a message's, of the chat
that the archive means and the archive's own ``identity`` of it. So it stays the same wherever the chat is merged into.
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
from trunkline.sources import base
from trunkline.sources.base import Attachment, Conversation

ATTACHMENTS = "https://trunkline.invalid/attachments/"
"""How the URLs of imported files begin. The files stay where they are: nothing is at an address that ends in
``.invalid``, and nothing ever will be (RFC 2606 §2)."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://trunkline.invalid/imported")
_NAMELESS = "file"
_FILENAME_LIMIT = 255  # characters, more than any file system allows


class Place(msgspec.Struct, frozen=True):
    """Where the messages of a conversation go: a chat, who is in it, and what their identifiers are made of."""

    chat_id: str
    namespace: uuid.UUID
    people: Mapping[str | None, Participant]
    """Everyone by handle, as they were when they wrote, the line under None."""


def chat(conversation: Conversation, partner_id: int, line: str, earliest: Instant) -> Chat:
    """A conversation as a chat without messages. One that no message dates began at ``earliest``."""
    created_at = earliest if conversation.first_at is None else conversation.first_at
    chat_id = chat_uuid(conversation, partner_id, line)

    def handle_id(handle: str) -> str:
        return str(uuid.uuid5(chat_id, handle))

    me = Participant(handle_id(line), line, conversation.service or Service.SMS, created_at, is_me=True)
    others = [
        Participant(
            id=handle_id(member.handle),
            handle=member.handle,
            service=member.service,
            joined_at=created_at if member.joined_at is None else member.joined_at,
            left_at=member.left_at,
            status=member.status,
        )
        for member in conversation.members
    ]
    return Chat(
        id=str(chat_id),
        participants=(me, *others),
        is_group=conversation.is_group,
        health=Health(HealthStatus.HEALTHY, created_at),
        created_at=created_at,
        updated_at=created_at if conversation.last_at is None else conversation.last_at,
        name=clean_name(conversation.name),
        service=conversation.service,
    )


def chat_uuid(conversation: Conversation, partner_id: int, line: str) -> uuid.UUID:
    """The identifier that a conversation has, if it is a chat of its own."""
    members = " ".join(sorted(member.handle for member in conversation.members))
    identity = conversation.identity or (f"group {members}" if conversation.is_group else members)
    return uuid.uuid5(_NAMESPACE, f"{partner_id} {line} {identity}")


def place(conversation: Conversation, partner_id: int, chat: Chat) -> Place:
    """Where the messages of a conversation go, if that is this chat."""
    people: dict[str | None, Participant] = {
        None if each.is_me else each.handle: msgspec.structs.replace(
            each, status=ParticipantStatus.ACTIVE, left_at=None
        )
        for each in chat.participants
    }
    return Place(chat.id, chat_uuid(conversation, partner_id, chat.line), people)


def messages(archive: Iterable[base.Message], places: Mapping[str, Place]) -> Iterator[Message]:
    """The messages of an archive whose conversations go to these places, by key; those of nobody known are left out."""
    for each in archive:
        place = places.get(each.key)
        found = None if place is None else message(each, place)
        if found is not None:
            yield found


def message(told: base.Message, place: Place) -> Message | None:
    """A message of an archive; None where its sender is not known in the chat."""
    sender = place.people.get(told.sender)
    if sender is None:
        return None
    message_uuid = _uuid(place, told.identity)
    message_id = str(message_uuid)
    thread = message_id if told.answers is None else str(_uuid(place, told.answers.identity))
    return Message(
        id=message_id,
        chat_id=place.chat_id,
        sender=sender,
        content=Content(
            parts=_parts(told, place, message_uuid),
            reply_to=None if told.answers is None else ReplyTo(thread, told.answers.part_index),
        ),
        thread=thread,
        created_at=told.sent_at,
        updated_at=told.sent_at if told.changed_at is None else told.changed_at,
        delivery_status=told.status,
        service=told.service,
        sent_at=None if told.status is DeliveryStatus.QUEUED else told.sent_at,
        delivered_at=told.delivered_at,
        read_at=told.read_at,
    )


def _parts(told: base.Message, place: Place, message_uuid: uuid.UUID) -> tuple[Part, ...]:
    reactions: dict[int, list[Reaction]] = {}
    for reacted in told.reactions:
        by = place.people.get(reacted.sender)
        if by is not None:
            reaction_id = uuid.uuid5(message_uuid, f"reaction {reacted.part_index} {by.handle} {reacted.type}")
            reaction = Reaction(str(reaction_id), by, reacted.type, reacted.custom_emoji)
            reactions.setdefault(reacted.part_index, []).append(reaction)
    return tuple(
        [
            TextPart(part, reactions=tuple(reactions.get(index, ())))
            if isinstance(part, str)
            else _media(part, uuid.uuid5(message_uuid, f"part {index}"), tuple(reactions.get(index, ())))
            for index, part in enumerate(told.parts)
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


def _uuid(place: Place, identity: str) -> uuid.UUID:
    return uuid.uuid5(place.namespace, f"message {identity}")
