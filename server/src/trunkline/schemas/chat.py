"""A chat as JSON, rendered when the chat is written: a page of chats is a join of byte strings.

The document is the chat as stored: ``parse_chat(render_chat(chat), chat.name) == chat``. Only the base of ``doc_url``
is missing, because it is a setting, and a stored document must not go stale. A single byte that JSON never contains
(RFC 8259 §7 escapes every control character in a string) marks its place, and ``with_doc_base`` fills it in for a whole
page at once. It is a single byte because the search for one runs at memory speed; a longer marker costs as much as
reading the page.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain import instant
from trunkline.domain.chat import MAX_FORMER, Chat, Health, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.paging import Filters
from trunkline.schemas.fields import DEPRECATED, ChatId, Id, Timestamp, Url

GUIDE_PATH = "/guides/chats/chat-health"

_DOC_BASE = b"\x1a"  # ASCII's substitute character
_DOC_URL = b'"doc_url":"'  # cannot occur in text, whose quotation marks are escaped


class HandleSchema(msgspec.Struct):
    """A participant of a chat, present or past."""

    id: Annotated[Id, Meta(description="The id of this participant of this chat.")]
    handle: Annotated[str, Meta(description="A phone number in E.164 format, or an email address in lower case.")]
    joined_at: Annotated[Timestamp, Meta(description="When the participant joined the chat.")]
    service: Annotated[Service, Meta(description="The service that reaches the participant.")]
    is_me: Annotated[bool, Meta(description="Whether this is your own line.")]
    left_at: Annotated[Timestamp | None, Meta(description="When the participant left or was removed.")]
    status: Annotated[ParticipantStatus, Meta(description="Whether the participant is in the chat now.")]


class HealthSchema(msgspec.Struct):
    """The health of a chat. The [guide to chat health](/guides/chats/chat-health) says what to do about it."""

    doc_url: Annotated[Url, Meta(description="The section of the guide about this status.")]
    status: Annotated[HealthStatus, Meta(description="The health status of the chat.")]
    updated_at: Annotated[Timestamp, Meta(description="When the status last changed.")]


class ChatSchema(msgspec.Struct):
    """A conversation of one of your lines with one person or a group."""

    id: ChatId
    created_at: Annotated[Timestamp, Meta(description="When the chat was created.")]
    display_name: Annotated[
        str | None,
        Meta(description="The name of a group; by default, the handles of the recipients, separated by commas."),
    ]
    handles: Annotated[
        list[HandleSchema],
        Meta(
            description=f"The participants, your own line first, including the latest {MAX_FORMER} of those who left.",
            extra_json_schema={"minItems": 2},
        ),
    ]
    health_status: Annotated[HealthSchema, Meta(description="The health of the chat; always present.")]
    is_archived: Annotated[bool, Meta(description="Always `false`.", extra_json_schema=DEPRECATED)]
    is_group: Annotated[bool, Meta(description="Whether the chat is a group.")]
    updated_at: Annotated[Timestamp, Meta(description="When the chat last changed. Orders the list.")]
    service: Annotated[Service | None, Meta(description="The service of the chat; `null` while it is unknown.")]
    group_chat_icon: Annotated[
        str | None,
        Meta(description="The URL of the group's picture.", extra_json_schema={"format": "uri"}),
    ]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ChatSchema)


def render_chat(chat: Chat) -> bytes:
    """The document of a chat, to be stored; ``with_doc_base`` completes it."""
    document = _encoder.encode(
        ChatSchema(
            id=chat.id,
            created_at=instant.to_datetime(chat.created_at),
            display_name=chat.display_name,
            handles=[handle_schema(participant) for participant in chat.participants],
            health_status=health_schema(chat.health),
            is_archived=False,
            is_group=chat.is_group,
            updated_at=instant.to_datetime(chat.updated_at),
            service=chat.service,
            group_chat_icon=chat.icon_url,
        )
    )
    return mark_doc_base(document)


def parse_chat(document: bytes, name: str | None, message_count: int = 0, unread_count: int = 0) -> Chat:
    """The chat of a stored document and of the columns that it lacks: the given name and the counts."""
    wire = decode_chat(document)
    return Chat(
        id=wire.id,
        participants=tuple([to_participant(handle) for handle in wire.handles]),
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


def decode_chat(document: bytes) -> ChatSchema:
    """Decodes a stored document. The base of its ``doc_url`` is missing."""
    return _decoder.decode(unmark_doc_base(document))


def handle_schema(participant: Participant) -> HandleSchema:
    """A participant as JSON."""
    return HandleSchema(
        id=participant.id,
        handle=participant.handle,
        joined_at=instant.to_datetime(participant.joined_at),
        service=participant.service,
        is_me=participant.is_me,
        left_at=instant.to_datetime_or_none(participant.left_at),
        status=participant.status,
    )


def to_participant(handle: HandleSchema) -> Participant:
    """The participant in JSON."""
    return Participant(
        id=handle.id,
        handle=handle.handle,
        service=handle.service,
        joined_at=instant.from_datetime(handle.joined_at),
        is_me=handle.is_me,
        left_at=instant.from_datetime_or_none(handle.left_at),
        status=handle.status,
    )


def health_schema(health: Health) -> HealthSchema:
    """The health of a chat as JSON; ``doc_url`` is only the anchor."""
    return HealthSchema(
        doc_url=health_anchor(health.status), status=health.status, updated_at=instant.to_datetime(health.updated_at)
    )


def health_anchor(status: HealthStatus) -> str:
    """The anchor of a status in the guide: ``#at-risk``."""
    return "#" + status.lower().replace("_", "-")


class _HealthOnly(msgspec.Struct):
    status: HealthStatus


class _ChatHealth(msgspec.Struct):
    id: str
    health_status: _HealthOnly


_health_decoder = msgspec.json.Decoder(_ChatHealth)


def chat_health(document: bytes) -> tuple[str, HealthStatus]:
    """The id and the health status of a stored chat, without decoding the rest."""
    chat = _health_decoder.decode(unmark_doc_base(document))
    return chat.id, chat.health_status.status


class _HandleOnly(msgspec.Struct):
    handle: str


class _Summary(msgspec.Struct):
    """What filters look at."""

    display_name: str | None
    handles: list[_HandleOnly]
    health_status: _HealthOnly
    is_group: bool
    service: Service | None


_summary_decoder = msgspec.json.Decoder(_Summary)


def meets(document: bytes, filters: Filters) -> bool:
    """Whether a stored chat is in the list with these filters, without decoding the rest.

    A search looks at the handles of the recipients, not at the line.
    """
    chat = _summary_decoder.decode(unmark_doc_base(document))
    line, *recipients = [each.handle for each in chat.handles]
    if filters.line not in (None, line) or (filters.handle is not None and filters.handle not in (line, *recipients)):
        return False
    match = filters.match
    return match is None or (
        (not match.health or chat.health_status.status in match.health)
        and match.service in (None, chat.service)
        and match.is_group in (None, chat.is_group)
        and (match.search is None or match.search.finds(chat.display_name, recipients))
    )


def mark_doc_base(encoded: bytes) -> bytes:
    """Marks where ``with_doc_base`` inserts the base of ``doc_url``, in JSON whose ``doc_url`` is only an anchor."""
    return encoded.replace(_DOC_URL, _DOC_URL + _DOC_BASE)


def unmark_doc_base(document: bytes) -> bytes:
    """A stored document as JSON that can be decoded, whose ``doc_url`` is only an anchor."""
    return document.replace(_DOC_BASE, b"")


def with_doc_base(documents: bytes, doc_base: bytes) -> bytes:
    """Stored documents, one or several joined, as JSON. ``doc_base`` is a URL without a trailing slash."""
    return documents.replace(_DOC_BASE, doc_base + GUIDE_PATH.encode())
