"""Voice memos (the API's public documentation: ``chats.sendVoicememo``)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain import instant
from trunkline.domain.chat import Chat, Service
from trunkline.domain.content import media_part
from trunkline.domain.errors import InvalidContent, MissingField
from trunkline.domain.ids import random_id
from trunkline.domain.message import Content, DeliveryStatus, MediaPart, Message
from trunkline.schemas.chat import HandleSchema, handle_schema
from trunkline.schemas.documents import file_mark
from trunkline.schemas.fields import ChatId, GivenId, HttpsUrl, Id, MessageId, OverrideOptOut, Timestamp, Url
from trunkline.schemas.message import CarriedBy


class VoiceMemoBody(msgspec.Struct):
    """A voice memo: a file by its URL, or one of your attachments. Exactly one of the two."""

    voice_memo_url: Annotated[
        HttpsUrl | None,
        Meta(
            description="The URL of the file; it begins with `https://`.",
            extra_json_schema={"examples": ["https://example.com/memo.m4a"]},
        ),
    ] = None
    attachment_id: Annotated[
        GivenId | None, Meta(description="The id of one of your attachments, whose file is uploaded.")
    ] = None
    override_optout: OverrideOptOut = False


class VoiceMemoFile(msgspec.Struct):
    """The file of a voice memo."""

    id: Annotated[Id, Meta(description="The id of the file.")]
    url: Annotated[Url, Meta(description="The URL of the file.")]
    filename: Annotated[str, Meta(description="The name of the file.")]
    mime_type: Annotated[str, Meta(description="The media type.")]
    size_bytes: Annotated[int, Meta(ge=0, description="The size in bytes; 0 if it is unknown.")]
    duration_ms: Annotated[
        int | UnsetType, Meta(description="How long it plays, in milliseconds; missing if that is unknown.")
    ] = UNSET


class ChatOfVoiceMemo(msgspec.Struct):
    """The chat of a voice memo."""

    id: ChatId
    handles: Annotated[list[HandleSchema], Meta(description="The participants, your own line first.")]
    is_group: Annotated[bool, Meta(description="Whether it is a group.")]
    is_active: Annotated[bool, Meta(description="Whether your line is a member of the chat.")]
    service: Annotated[Service, Meta(description="The service of the chat.")]


class VoiceMemoSchema(msgspec.Struct):
    """A voice memo that was accepted for sending."""

    id: MessageId
    line: Annotated[str, Meta(description="The line that sends.")] = msgspec.field(name="from")
    to: Annotated[list[str], Meta(description="The handles of the recipients.")]
    status: Annotated[DeliveryStatus, Meta(description="`pending`: the carrier gets the message next.")]
    service: CarriedBy
    voice_memo: Annotated[VoiceMemoFile, Meta(description="The file.")]
    created_at: Annotated[Timestamp, Meta(description="When the voice memo was accepted.")]
    chat: Annotated[ChatOfVoiceMemo, Meta(description="The chat.")]


class VoiceMemoSent(msgspec.Struct):
    """The response to sending a voice memo."""

    voice_memo: Annotated[VoiceMemoSchema, Meta(description="The voice memo.")]


def to_voice_memo(body: VoiceMemoBody) -> Content:
    """The content of a voice memo; of an attachment, only the id. Raises ``InvalidContent`` or ``MissingField``."""
    if body.voice_memo_url is not None and body.attachment_id is not None:
        raise InvalidContent("'voice_memo_url' and 'attachment_id' are both given; give exactly one of them")
    if body.attachment_id is not None:
        part = MediaPart(body.attachment_id, None, "", "")
    elif body.voice_memo_url is not None:
        part = media_part(random_id(), body.voice_memo_url)
    else:
        raise MissingField("'voice_memo_url' is missing; give it, or 'attachment_id'")
    return Content((part,), is_voice_memo=True)


def voice_memo_sent(chat: Chat, message: Message, duration_ms: int | None) -> VoiceMemoSent:
    """The response to sending a voice memo, whose URL is completed when it is served."""
    [part] = [each for each in message.content.parts if isinstance(each, MediaPart)]
    file = VoiceMemoFile(
        id=part.id,
        url=file_mark(part.id) if part.url is None else part.url,
        filename=part.filename,
        mime_type=part.mime_type,
        size_bytes=part.size_bytes,
        duration_ms=UNSET if duration_ms is None else duration_ms,
    )
    return VoiceMemoSent(
        VoiceMemoSchema(
            id=message.id,
            line=chat.line,
            to=[each.handle for each in chat.active if not each.is_me],
            status=message.delivery_status,
            service=message.service,
            voice_memo=file,
            created_at=instant.to_datetime(message.created_at),
            chat=ChatOfVoiceMemo(
                id=chat.id,
                handles=[handle_schema(each) for each in chat.participants],
                is_group=chat.is_group,
                is_active=chat.me in chat.active,
                service=chat.service or chat.me.service,
            ),
        )
    )
