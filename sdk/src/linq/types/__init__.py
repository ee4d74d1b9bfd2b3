# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
"""The models of the API's responses, and the parameters of its methods."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq.types.acknowledgements import ChatLeaveChatResponse as ChatLeaveChatResponse
    from linq.types.acknowledgements import ChatUpdateResponse as ChatUpdateResponse
    from linq.types.acknowledgements import MessageAddReactionResponse as MessageAddReactionResponse
    from linq.types.attachments import AttachmentCreateResponse as AttachmentCreateResponse
    from linq.types.attachments import AttachmentRetrieveResponse as AttachmentRetrieveResponse
    from linq.types.attachments import SupportedContentType as SupportedContentType
    from linq.types.chat import Chat as Chat
    from linq.types.chat import ChatHealth as ChatHealth
    from linq.types.chat import ChatInclude as ChatInclude
    from linq.types.chat import HealthStatus as HealthStatus
    from linq.types.contact_cards import AvailableNumberRetrieveResponse as AvailableNumberRetrieveResponse
    from linq.types.contact_cards import ContactCardRetrieveResponse as ContactCardRetrieveResponse
    from linq.types.contact_cards import SetContactCard as SetContactCard
    from linq.types.handles import BlockedHandleBlockResponse as BlockedHandleBlockResponse
    from linq.types.handles import BlockedHandleEntry as BlockedHandleEntry
    from linq.types.handles import BlockedHandleListResponse as BlockedHandleListResponse
    from linq.types.handles import HandleCheckResponse as HandleCheckResponse
    from linq.types.message import Message as Message
    from linq.types.message import MessageEffect as MessageEffect
    from linq.types.message import MessageInclude as MessageInclude
    from linq.types.message import ReplyTo as ReplyTo
    from linq.types.message_content_param import InlineStickerParam as InlineStickerParam
    from linq.types.message_content_param import LinkPartParam as LinkPartParam
    from linq.types.message_content_param import MediaPartParam as MediaPartParam
    from linq.types.message_content_param import MessageContentParam as MessageContentParam
    from linq.types.message_content_param import MessageEffectParam as MessageEffectParam
    from linq.types.message_content_param import ReplyToParam as ReplyToParam
    from linq.types.message_content_param import TextPartParam as TextPartParam
    from linq.types.params import AttachmentCreateParams as AttachmentCreateParams
    from linq.types.params import AvailableNumberRetrieveParams as AvailableNumberRetrieveParams
    from linq.types.params import BlockedHandleBlockParams as BlockedHandleBlockParams
    from linq.types.params import BlockedHandleUnblockParams as BlockedHandleUnblockParams
    from linq.types.params import CapabilityCheckIMessageParams as CapabilityCheckIMessageParams
    from linq.types.params import CapabilityCheckRCSParams as CapabilityCheckRCSParams
    from linq.types.params import ChatCreateParams as ChatCreateParams
    from linq.types.params import ChatListChatsParams as ChatListChatsParams
    from linq.types.params import ChatSendVoicememoParams as ChatSendVoicememoParams
    from linq.types.params import ChatUpdateParams as ChatUpdateParams
    from linq.types.params import ContactCardCreateParams as ContactCardCreateParams
    from linq.types.params import ContactCardRetrieveParams as ContactCardRetrieveParams
    from linq.types.params import ContactCardUpdateParams as ContactCardUpdateParams
    from linq.types.params import MessageAddReactionParams as MessageAddReactionParams
    from linq.types.params import MessageCreateParams as MessageCreateParams
    from linq.types.params import MessageListMessagesThreadParams as MessageListMessagesThreadParams
    from linq.types.params import MessageUpdateParams as MessageUpdateParams
    from linq.types.params import WebhookSubscriptionCreateParams as WebhookSubscriptionCreateParams
    from linq.types.params import WebhookSubscriptionUpdateParams as WebhookSubscriptionUpdateParams
    from linq.types.phone_numbers import PhoneNumberListResponse as PhoneNumberListResponse
    from linq.types.phone_numbers import PhonenumberListResponse as PhonenumberListResponse
    from linq.types.sending import ChatCreateResponse as ChatCreateResponse
    from linq.types.sending import ChatSendVoicememoResponse as ChatSendVoicememoResponse
    from linq.types.sending import MessageCreateResponse as MessageCreateResponse
    from linq.types.shared.chat_handle import ChatHandle as ChatHandle
    from linq.types.shared.parts import InlineStickerResponse as InlineStickerResponse
    from linq.types.shared.parts import LinkPartResponse as LinkPartResponse
    from linq.types.shared.parts import MediaPartResponse as MediaPartResponse
    from linq.types.shared.parts import TextDecoration as TextDecoration
    from linq.types.shared.parts import TextPartResponse as TextPartResponse
    from linq.types.shared.parts import UnknownPart as UnknownPart
    from linq.types.shared.reaction import Reaction as Reaction
    from linq.types.shared.reaction import ReactionType as ReactionType
    from linq.types.shared.service_type import ServiceType as ServiceType
    from linq.types.webhook_event_data import MessageEventV2 as MessageEventV2
    from linq.types.webhook_event_data import ReactionEventBase as ReactionEventBase
    from linq.types.webhook_event_data import SchemasMediaPartResponse as SchemasMediaPartResponse
    from linq.types.webhook_event_data import SchemasMessageEffect as SchemasMessageEffect
    from linq.types.webhook_event_data import SchemasTextPartResponse as SchemasTextPartResponse
    from linq.types.webhook_event_type import WebhookEventType as WebhookEventType
    from linq.types.webhook_events import ChatCreatedWebhookEvent as ChatCreatedWebhookEvent
    from linq.types.webhook_events import ChatGroupIconUpdatedWebhookEvent as ChatGroupIconUpdatedWebhookEvent
    from linq.types.webhook_events import ChatGroupNameUpdatedWebhookEvent as ChatGroupNameUpdatedWebhookEvent
    from linq.types.webhook_events import (
        ChatTypingIndicatorStartedWebhookEvent as ChatTypingIndicatorStartedWebhookEvent,
    )
    from linq.types.webhook_events import (
        ChatTypingIndicatorStoppedWebhookEvent as ChatTypingIndicatorStoppedWebhookEvent,
    )
    from linq.types.webhook_events import ContactCardReceivedWebhookEvent as ContactCardReceivedWebhookEvent
    from linq.types.webhook_events import MessageDeliveredWebhookEvent as MessageDeliveredWebhookEvent
    from linq.types.webhook_events import MessageEditedWebhookEvent as MessageEditedWebhookEvent
    from linq.types.webhook_events import MessageFailedWebhookEvent as MessageFailedWebhookEvent
    from linq.types.webhook_events import MessageReadWebhookEvent as MessageReadWebhookEvent
    from linq.types.webhook_events import MessageReceivedWebhookEvent as MessageReceivedWebhookEvent
    from linq.types.webhook_events import MessageSentWebhookEvent as MessageSentWebhookEvent
    from linq.types.webhook_events import OtherWebhookEvent as OtherWebhookEvent
    from linq.types.webhook_events import ParticipantAddedWebhookEvent as ParticipantAddedWebhookEvent
    from linq.types.webhook_events import ParticipantRemovedWebhookEvent as ParticipantRemovedWebhookEvent
    from linq.types.webhook_events import PhoneNumberStatusUpdatedWebhookEvent as PhoneNumberStatusUpdatedWebhookEvent
    from linq.types.webhook_events import PollDeliveredWebhookEvent as PollDeliveredWebhookEvent
    from linq.types.webhook_events import PollFailedWebhookEvent as PollFailedWebhookEvent
    from linq.types.webhook_events import PollReactionAddedWebhookEvent as PollReactionAddedWebhookEvent
    from linq.types.webhook_events import PollReadWebhookEvent as PollReadWebhookEvent
    from linq.types.webhook_events import PollReceivedWebhookEvent as PollReceivedWebhookEvent
    from linq.types.webhook_events import PollSentWebhookEvent as PollSentWebhookEvent
    from linq.types.webhook_events import PollUpdatedWebhookEvent as PollUpdatedWebhookEvent
    from linq.types.webhook_events import PollVoteAddedWebhookEvent as PollVoteAddedWebhookEvent
    from linq.types.webhook_events import PollVoteRemovedWebhookEvent as PollVoteRemovedWebhookEvent
    from linq.types.webhook_events import ReactionAddedWebhookEvent as ReactionAddedWebhookEvent
    from linq.types.webhook_events import ReactionRemovedWebhookEvent as ReactionRemovedWebhookEvent
    from linq.types.webhook_events import UnwrapWebhookEvent as UnwrapWebhookEvent
    from linq.types.webhook_subscriptions import WebhookEventListResponse as WebhookEventListResponse
    from linq.types.webhook_subscriptions import WebhookSubscription as WebhookSubscription
    from linq.types.webhook_subscriptions import WebhookSubscriptionCreateResponse as WebhookSubscriptionCreateResponse
    from linq.types.webhook_subscriptions import WebhookSubscriptionListResponse as WebhookSubscriptionListResponse
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq.types.acknowledgements": [
                "ChatLeaveChatResponse",
                "ChatUpdateResponse",
                "MessageAddReactionResponse",
            ],
            "linq.types.attachments": [
                "AttachmentCreateResponse",
                "AttachmentRetrieveResponse",
                "SupportedContentType",
            ],
            "linq.types.chat": ["Chat", "ChatHealth", "ChatInclude", "HealthStatus"],
            "linq.types.contact_cards": [
                "AvailableNumberRetrieveResponse",
                "ContactCardRetrieveResponse",
                "SetContactCard",
            ],
            "linq.types.handles": [
                "BlockedHandleBlockResponse",
                "BlockedHandleEntry",
                "BlockedHandleListResponse",
                "HandleCheckResponse",
            ],
            "linq.types.message": ["Message", "MessageEffect", "MessageInclude", "ReplyTo"],
            "linq.types.message_content_param": [
                "InlineStickerParam",
                "LinkPartParam",
                "MediaPartParam",
                "MessageContentParam",
                "MessageEffectParam",
                "ReplyToParam",
                "TextPartParam",
            ],
            "linq.types.params": [
                "AttachmentCreateParams",
                "AvailableNumberRetrieveParams",
                "BlockedHandleBlockParams",
                "BlockedHandleUnblockParams",
                "CapabilityCheckIMessageParams",
                "CapabilityCheckRCSParams",
                "ChatCreateParams",
                "ChatListChatsParams",
                "ChatSendVoicememoParams",
                "ChatUpdateParams",
                "ContactCardCreateParams",
                "ContactCardRetrieveParams",
                "ContactCardUpdateParams",
                "MessageAddReactionParams",
                "MessageCreateParams",
                "MessageListMessagesThreadParams",
                "MessageUpdateParams",
                "WebhookSubscriptionCreateParams",
                "WebhookSubscriptionUpdateParams",
            ],
            "linq.types.phone_numbers": ["PhoneNumberListResponse", "PhonenumberListResponse"],
            "linq.types.sending": ["ChatCreateResponse", "ChatSendVoicememoResponse", "MessageCreateResponse"],
            "linq.types.shared.chat_handle": ["ChatHandle"],
            "linq.types.shared.parts": [
                "InlineStickerResponse",
                "LinkPartResponse",
                "MediaPartResponse",
                "TextDecoration",
                "TextPartResponse",
                "UnknownPart",
            ],
            "linq.types.shared.reaction": ["Reaction", "ReactionType"],
            "linq.types.shared.service_type": ["ServiceType"],
            "linq.types.webhook_event_data": [
                "MessageEventV2",
                "ReactionEventBase",
                "SchemasMediaPartResponse",
                "SchemasMessageEffect",
                "SchemasTextPartResponse",
            ],
            "linq.types.webhook_event_type": ["WebhookEventType"],
            "linq.types.webhook_events": [
                "ChatCreatedWebhookEvent",
                "ChatGroupIconUpdatedWebhookEvent",
                "ChatGroupNameUpdatedWebhookEvent",
                "ChatTypingIndicatorStartedWebhookEvent",
                "ChatTypingIndicatorStoppedWebhookEvent",
                "ContactCardReceivedWebhookEvent",
                "MessageDeliveredWebhookEvent",
                "MessageEditedWebhookEvent",
                "MessageFailedWebhookEvent",
                "MessageReadWebhookEvent",
                "MessageReceivedWebhookEvent",
                "MessageSentWebhookEvent",
                "OtherWebhookEvent",
                "ParticipantAddedWebhookEvent",
                "ParticipantRemovedWebhookEvent",
                "PhoneNumberStatusUpdatedWebhookEvent",
                "PollDeliveredWebhookEvent",
                "PollFailedWebhookEvent",
                "PollReactionAddedWebhookEvent",
                "PollReadWebhookEvent",
                "PollReceivedWebhookEvent",
                "PollSentWebhookEvent",
                "PollUpdatedWebhookEvent",
                "PollVoteAddedWebhookEvent",
                "PollVoteRemovedWebhookEvent",
                "ReactionAddedWebhookEvent",
                "ReactionRemovedWebhookEvent",
                "UnwrapWebhookEvent",
            ],
            "linq.types.webhook_subscriptions": [
                "WebhookEventListResponse",
                "WebhookSubscription",
                "WebhookSubscriptionCreateResponse",
                "WebhookSubscriptionListResponse",
            ],
        },
    )
