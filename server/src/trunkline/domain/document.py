"""The finished JSON of a chat: rendered when a chat is written, so that a page is a join of byte strings.

The document is the chat as stored: ``parse(render(chat), chat.name) == chat``. Only the base of ``doc_url`` is left
out, because it is a setting and a stored document must not go stale: in its place is one byte that JSON never contains
(RFC 8259 §7 has every control character in a string escaped), and ``complete`` puts the base there, in a whole page at
once. A single byte, because that is found at the speed of memory: a longer mark costs as much as reading the page.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.domain import instant
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service

GUIDE_PATH = "/guides/chats/chat-health"

_PLACE_OF_BASE = b"\x1a"  # ASCII's own sign for what is to be substituted
_REFERENCE = b'"doc_url":"'  # cannot be in what a person wrote, whose quotation marks are escaped


# The seed's ``Chat``, ``ChatHandle`` and ``HealthStatus``; ``group_chat_icon`` is a later addition of the API.
# The service's OpenAPI document quotes these docstrings and descriptions: they are written for callers.
Id: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Time: TypeAlias = Annotated[datetime, Meta(tz=True)]


class HandleDocument(msgspec.Struct):
    """Somebody who takes part in a chat, or did."""

    id: Annotated[Id, Meta(description="Identifies this participant of this chat.")]
    handle: Annotated[str, Meta(description="A phone number in E.164 format, or an e-mail address in lower case.")]
    joined_at: Annotated[Time, Meta(description="When the participant came into the chat.")]
    service: Annotated[Service, Meta(description="The network that reaches the participant.")]
    is_me: Annotated[bool, Meta(description="Whether this is your own line.")]
    left_at: Annotated[Time | None, Meta(description="When the participant left or was removed, if so.")]
    status: Annotated[ParticipantStatus, Meta(description="Whether the participant is still in the chat.")]


class HealthDocument(msgspec.Struct):
    """How a chat stands: the [guide to chat health](/guides/chats/chat-health) says what to do about it."""

    doc_url: Annotated[
        str, Meta(description="The section of the guide about this status.", extra_json_schema={"format": "uri"})
    ]
    status: Annotated[HealthStatus, Meta(description="The health bucket of the chat: the value to act on.")]
    updated_at: Annotated[Time, Meta(description="When the status last changed.")]


class ChatDocument(msgspec.Struct):
    """A conversation of one of your lines with one person or a group."""

    id: Annotated[Id, Meta(description="Identifies the chat.")]
    created_at: Annotated[Time, Meta(description="When the chat began.")]
    display_name: Annotated[
        str | None,
        Meta(description="A group's name, if it was given one; otherwise the recipients' handles, comma-separated."),
    ]
    handles: Annotated[
        list[HandleDocument],
        Meta(
            description="Everybody in the chat, your own line first, and those who left.",
            extra_json_schema={"minItems": 2},
        ),
    ]
    health_status: Annotated[HealthDocument, Meta(description="How the conversation stands; never missing.")]
    is_archived: Annotated[
        bool, Meta(description="Always `false`; kept for older clients.", extra_json_schema={"deprecated": True})
    ]
    is_group: Annotated[bool, Meta(description="Whether the chat is with a group.")]
    updated_at: Annotated[Time, Meta(description="When the chat last changed; the list is in this order.")]
    service: Annotated[
        Service | None, Meta(description="The network the chat runs on; `null` while that is not known.")
    ]
    group_chat_icon: Annotated[
        str | None,
        Meta(description="The URL of the group's picture, if it has one.", extra_json_schema={"format": "uri"}),
    ]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ChatDocument)


def render(chat: Chat) -> bytes:
    """The document of a chat, to be stored; ``complete`` makes it JSON."""
    document = _encoder.encode(
        ChatDocument(
            id=chat.id,
            created_at=instant.to_datetime(chat.created_at),
            display_name=chat.display_name,
            handles=[handle_document(participant) for participant in chat.participants],
            health_status=health_document(chat.health),
            is_archived=False,
            is_group=chat.is_group,
            updated_at=instant.to_datetime(chat.updated_at),
            service=chat.service,
            group_chat_icon=chat.icon_url,
        )
    )
    return leave_place(document)


def leave_place(encoded: bytes) -> bytes:
    """JSON whose ``doc_url`` of health is only an anchor, with the place of its base marked for ``complete``."""
    return encoded.replace(_REFERENCE, _REFERENCE + _PLACE_OF_BASE)


def handle_document(participant: Participant) -> HandleDocument:
    """A participant as the wire shows it."""
    return HandleDocument(
        id=participant.id,
        handle=participant.handle,
        joined_at=instant.to_datetime(participant.joined_at),
        service=participant.service,
        is_me=participant.is_me,
        left_at=instant.to_datetime_or_none(participant.left_at),
        status=participant.status,
    )


def participant_of(handle: HandleDocument) -> Participant:
    """The participant that the wire shows."""
    return Participant(
        id=handle.id,
        handle=handle.handle,
        service=handle.service,
        joined_at=instant.from_datetime(handle.joined_at),
        is_me=handle.is_me,
        left_at=instant.from_datetime_or_none(handle.left_at),
        status=handle.status,
    )


def health_document(health: Health) -> HealthDocument:
    """The health of a chat as the wire shows it; of the ``doc_url`` only the anchor."""
    return HealthDocument(
        doc_url=fragment(health.status), status=health.status, updated_at=instant.to_datetime(health.updated_at)
    )


def parse(document: bytes, name: str | None, message_count: int = 0, unread_count: int = 0) -> Chat:
    """The chat of a stored document and of what is stored beside it: the given name, which the document shows like a
    default one, and the counts, which it does not show.
    """
    wire = _decoder.decode(document.replace(_PLACE_OF_BASE, b""))
    return Chat(
        id=wire.id,
        participants=tuple([participant_of(handle) for handle in wire.handles]),
        is_group=wire.is_group,
        health=Health(wire.health_status.status, instant.from_datetime(wire.health_status.updated_at)),
        created_at=instant.from_datetime(wire.created_at),
        updated_at=instant.from_datetime(wire.updated_at),
        name=name,
        service=wire.service,
        icon_url=wire.group_chat_icon,
        message_count=message_count,
        unread_count=unread_count,
    )


class _HealthOnly(msgspec.Struct):
    status: HealthStatus


class _ChatOnly(msgspec.Struct):
    id: str
    health_status: _HealthOnly


_health_decoder = msgspec.json.Decoder(_ChatOnly)


def health_of(document: bytes) -> tuple[str, HealthStatus]:
    """A stored chat's id and health status, without reading the rest."""
    chat = _health_decoder.decode(document.replace(_PLACE_OF_BASE, b""))
    return chat.id, chat.health_status.status


def fragment(status: HealthStatus) -> str:
    """The guide's anchor for a status, such as ``#at-risk``."""
    return "#" + status.lower().replace("_", "-")


def complete(documents: bytes, doc_base: bytes) -> bytes:
    """Stored documents, joined or alone, as JSON with ``doc_base`` (a URL without a trailing slash) in its place."""
    return documents.replace(_PLACE_OF_BASE, doc_base + GUIDE_PATH.encode())
