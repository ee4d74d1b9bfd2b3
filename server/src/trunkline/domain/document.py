"""The finished JSON of a chat: rendered when a chat is written, so that a page is a join of byte strings.

The document is the chat as stored: ``parse(render(chat), chat.name) == chat``. Only the base of ``doc_url`` is left
out, because it is a setting and a stored document must not go stale: the document holds the reference ``#at-risk``
alone, and ``complete`` puts the base before it in a whole page at once. Text that a person wrote cannot look like that
place, since its quotation marks are escaped.
"""

import msgspec

from trunkline.domain import instant
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service

GUIDE_PATH = "/guides/chats/chat-health"

_OPEN_REFERENCE = b'"doc_url":"#'


class HandleDocument(msgspec.Struct):
    """A participant on the wire (seed: ``ChatHandle``). Times are RFC 3339 in UTC."""

    id: str
    handle: str
    joined_at: str
    service: Service
    is_me: bool
    left_at: str | None
    status: ParticipantStatus


class HealthDocument(msgspec.Struct):
    """The health of a chat on the wire (seed: ``HealthStatus``)."""

    doc_url: str
    status: HealthStatus
    updated_at: str


class ChatDocument(msgspec.Struct):
    """A chat on the wire (seed: ``Chat``; ``group_chat_icon`` is a later addition of the API)."""

    id: str
    created_at: str
    display_name: str | None
    handles: list[HandleDocument]
    health_status: HealthDocument
    is_archived: bool
    is_group: bool
    updated_at: str
    service: Service | None
    group_chat_icon: str | None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ChatDocument)


def render(chat: Chat) -> bytes:
    """The JSON document of a chat, its ``doc_url`` still without a base."""
    return _encoder.encode(
        ChatDocument(
            id=chat.id,
            created_at=instant.render(chat.created_at),
            display_name=chat.display_name,
            handles=[
                HandleDocument(
                    id=participant.id,
                    handle=participant.handle,
                    joined_at=instant.render(participant.joined_at),
                    service=participant.service,
                    is_me=participant.is_me,
                    left_at=None if participant.left_at is None else instant.render(participant.left_at),
                    status=participant.status,
                )
                for participant in chat.participants
            ],
            health_status=HealthDocument(
                doc_url=fragment(chat.health.status),
                status=chat.health.status,
                updated_at=instant.render(chat.health.updated_at),
            ),
            is_archived=False,
            is_group=chat.is_group,
            updated_at=instant.render(chat.updated_at),
            service=chat.service,
            group_chat_icon=chat.icon_url,
        )
    )


def parse(document: bytes, name: str | None) -> Chat:
    """The chat of a stored document; ``name`` is stored beside it, for the document shows a default name alike."""
    wire = _decoder.decode(document)
    return Chat(
        id=wire.id,
        participants=tuple(
            [
                Participant(
                    id=handle.id,
                    handle=handle.handle,
                    service=handle.service,
                    joined_at=instant.parse(handle.joined_at),
                    is_me=handle.is_me,
                    left_at=None if handle.left_at is None else instant.parse(handle.left_at),
                    status=handle.status,
                )
                for handle in wire.handles
            ]
        ),
        is_group=wire.is_group,
        health=Health(wire.health_status.status, instant.parse(wire.health_status.updated_at)),
        created_at=instant.parse(wire.created_at),
        updated_at=instant.parse(wire.updated_at),
        name=name,
        service=wire.service,
        icon_url=wire.group_chat_icon,
    )


def fragment(status: HealthStatus) -> str:
    """The guide's anchor for a status, such as ``#at-risk``."""
    return "#" + status.lower().replace("_", "-")


def complete(documents: bytes, doc_base: bytes) -> bytes:
    """Stored documents, joined or alone, with ``doc_base`` (a URL without a trailing slash) before every reference."""
    return documents.replace(_OPEN_REFERENCE, b'"doc_url":"' + doc_base + GUIDE_PATH.encode() + b"#")
