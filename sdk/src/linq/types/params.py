"""The parameters of each method as a dict, for ``client.chats.create(**params)``."""

from collections.abc import Iterable, Sequence
from typing import Literal, Required, TypedDict

from linq._types import SequenceNotStr
from linq.types.attachments import SupportedContentType
from linq.types.chat import ChatHealth, ChatInclude
from linq.types.message import MessageInclude
from linq.types.message_content_param import MessageContentParam
from linq.types.shared.reaction import ReactionType
from linq.types.shared.service_type import ServiceType
from linq.types.webhook_event_type import WebhookEventType


class ChatListChatsParams(TypedDict, total=False):
    """Of ``chats.list_chats``; all are optional."""

    cursor: str | None
    """``next_cursor`` of an earlier page with the same filters."""

    from_: str | None
    """Only chats of this line, in E.164: ``+13343284472``."""

    limit: int | None
    """Chats per page, 1 to 100; the server's default is 20."""

    to: str | None
    """Only chats with this participant: E.164, or an email address."""

    updated_since: str | None
    """``sync_token`` of an earlier page: only chats that changed after it. For Trunkline only, like the rest."""

    wait: int | None
    """With ``updated_since``, how long, in seconds (0 to 60), an empty response waits for a change."""

    include: Sequence[ChatInclude] | str | None
    """Fields to add to each chat."""

    health: Sequence[ChatHealth] | str | None
    """Only chats with one of these health statuses."""

    service: ServiceType | None
    """Only chats with this service."""

    is_group: bool | None
    """Only groups, or only direct chats."""

    q: str | None
    """Only chats with this text in the name or in the handle of a recipient."""

    sort: Literal["updated", "created"] | None
    """The latest first; the server's default is ``updated``."""


class ChatCreateParams(TypedDict, total=False):
    """Of ``chats.create``."""

    from_: Required[str]

    message: Required[MessageContentParam]

    to: Required[SequenceNotStr[str]]

    override_optout: bool


class ChatSendVoicememoParams(TypedDict, total=False):
    """Of ``chats.send_voicememo``; takes an ``attachment_id`` or a ``voice_memo_url``."""

    attachment_id: str

    override_optout: bool

    voice_memo_url: str


class AttachmentCreateParams(TypedDict, total=False):
    """Of ``attachments.create``."""

    content_type: Required[SupportedContentType]

    filename: Required[str]

    size_bytes: Required[int]


class ChatUpdateParams(TypedDict, total=False):
    """Of ``chats.update``."""

    display_name: str

    group_chat_icon: str


class MessageListParams(TypedDict, total=False):
    """Of ``chats.messages.list``."""

    cursor: str | None

    limit: int | None

    include: Sequence[MessageInclude] | str | None
    """Fields to add to each message."""


class MessageSendParams(TypedDict, total=False):
    """Of ``chats.messages.send``."""

    message: Required[MessageContentParam]

    override_optout: bool


class ParticipantAddParams(TypedDict, total=False):
    """Of ``chats.participants.add``."""

    handle: Required[str]


class ParticipantRemoveParams(TypedDict, total=False):
    """Of ``chats.participants.remove``."""

    handle: Required[str]


class PollOptionParam(TypedDict, total=False):
    """An option of a poll."""

    text: Required[str]


class PollParam(TypedDict, total=False):
    """The options of a new poll. It has no title; send that as a text."""

    options: Required[Iterable[PollOptionParam]]

    idempotency_key: str


class PollCreateParams(TypedDict, total=False):
    """Of ``chats.polls.create``."""

    poll: Required[PollParam]


class PollAddOptionsParams(TypedDict, total=False):
    """Of ``messages.poll.add_options``."""

    options: Required[Iterable[PollOptionParam]]


class PollVoteParams(TypedDict, total=False):
    """Of ``messages.poll.vote``."""

    operation: Required[Literal["add", "remove"]]

    option_id: Required[str]


class ContinuationMessage(TypedDict, total=False):
    """The message to send instead if a new chat on another line replaces the old one."""

    text: Required[str]


class MessageCreateParams(TypedDict, total=False):
    """Of ``messages.create``."""

    message: Required[MessageContentParam]

    to: Required[SequenceNotStr[str]]

    continuation_message: ContinuationMessage

    exclude_from: SequenceNotStr[str]

    override_optout: bool

    idempotency_key: str


class MessageUpdateParams(TypedDict, total=False):
    """Of ``messages.update``."""

    text: Required[str]

    part_index: int


class Placement(TypedDict, total=False):
    """The position of a sticker on the message."""

    rotation: float
    """Degrees, clockwise."""

    scale: float
    """1 is the size of an image, 0.5 that of an emoji."""

    x: float
    """From -1, left, to 1, right."""

    y: float
    """From -1, top, to 1, bottom."""


class MessageAddReactionParams(TypedDict, total=False):
    """Of ``messages.add_reaction``."""

    operation: Required[Literal["add", "remove"]]

    type: Required[ReactionType]

    attachment_id: str

    custom_emoji: str

    emoji: str

    part_index: int

    placement: Placement

    url: str


class MessageListMessagesThreadParams(TypedDict, total=False):
    """Of ``messages.list_messages_thread``."""

    cursor: str | None

    limit: int | None

    order: Literal["asc", "desc"]

    include: Sequence[MessageInclude] | str | None
    """Fields to add to each message."""


class WebhookSubscriptionCreateParams(TypedDict, total=False):
    """Of ``webhook_subscriptions.create``."""

    subscribed_events: Required[Sequence[WebhookEventType]]

    target_url: Required[str]

    phone_numbers: SequenceNotStr[str]

    routing_id_header: str

    routing_key_header: str


class WebhookSubscriptionUpdateParams(TypedDict, total=False):
    """Of ``webhook_subscriptions.update``: parameters left out stay as they are; None removes a value."""

    is_active: bool

    phone_numbers: SequenceNotStr[str] | None

    routing_id_header: str | None

    routing_key_header: str | None

    subscribed_events: Sequence[WebhookEventType]

    target_url: str


class ContactCardCreateParams(TypedDict, total=False):
    """Of ``contact_card.create``."""

    first_name: Required[str]

    phone_number: Required[str]

    image_url: str

    last_name: str


class ContactCardRetrieveParams(TypedDict, total=False):
    """Of ``contact_card.retrieve``."""

    phone_number: str


class ContactCardUpdateParams(TypedDict, total=False):
    """Of ``contact_card.update``: fields left out stay as they are; an empty text removes one."""

    phone_number: Required[str]

    first_name: str

    image_url: str

    last_name: str


class AvailableNumberRetrieveParams(TypedDict, total=False):
    """Of ``available_number.retrieve``."""

    exclude_from: SequenceNotStr[str]

    to: SequenceNotStr[str]

    type: Literal["RCS", "iMessage"]


class BlockedHandleBlockParams(TypedDict, total=False):
    """Of ``blocked_handles.block``."""

    handle: Required[str]

    reason: str


class BlockedHandleUnblockParams(TypedDict, total=False):
    """Of ``blocked_handles.unblock``."""

    handle: Required[str]


class CapabilityCheckIMessageParams(TypedDict, total=False):
    """Of ``capability.check_i_message``."""

    address: Required[str]

    from_: str


class CapabilityCheckRCSParams(TypedDict, total=False):
    """Of ``capability.check_RCS``."""

    address: Required[str]

    from_: str
