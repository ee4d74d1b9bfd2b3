"""The public names of the packages that load them when they are first used, by the module that defines them.

``generate_names.py`` writes the packages. Names listed under the package itself are its submodules.
"""

PACKAGES: dict[str, tuple[str, dict[str, list[str]]]] = {
    "linq": (
        """``linq``: the Python SDK of the Linq v3 chats API.

    from linq import LinqAPIV3

    client = LinqAPIV3()  # the key comes from LINQ_API_V3_API_KEY
    for chat in client.chats.list_chats():
        print(chat.display_name, chat.health_status.status)

Every name is loaded when it is first used, so that ``import linq`` takes almost no time.
""",
        {
            "linq": ["pagination", "types"],
            "httpx2": ["Timeout"],
            "linq._async.client": ["AsyncClient", "AsyncLinqAPIV3"],
            "linq._async.resources": ["AsyncChatsResource"],
            "linq._async.response": ["AsyncAPIResponse"],
            "linq._errors": [
                "APIConnectionError",
                "APIError",
                "APIResponseValidationError",
                "APIStatusError",
                "APITimeoutError",
                "AuthenticationError",
                "BadRequestError",
                "ConflictError",
                "InternalServerError",
                "LinqApiv3Error",
                "NotFoundError",
                "PermissionDeniedError",
                "RateLimitError",
                "UnprocessableEntityError",
                "WebhookVerificationError",
            ],
            "linq._http": [
                "DEFAULT_CONNECTION_LIMITS",
                "DEFAULT_TIMEOUT",
                "DefaultAsyncHttpxClient",
                "DefaultHttpxClient",
            ],
            "linq._models": ["BaseModel"],
            "linq._settings": ["DEFAULT_MAX_RETRIES"],
            "linq._sync.client": ["Client", "LinqAPIV3"],
            "linq._sync.resources": ["ChatsResource"],
            "linq._sync.response": ["APIResponse"],
            "linq._types": ["NOT_GIVEN", "NotGiven", "Omit", "RequestOptions", "not_given", "omit"],
            "linq._version": ["__version__"],
            "linq.pagination": ["AsyncListChatsPagination", "SyncListChatsPagination"],
        },
    ),
    "linq.pagination": (
        "The pages that list methods return, and the iterator that ``chats.follow`` returns.",
        {
            "linq._async.follow": ["AsyncChatFollower"],
            "linq._async.pages": ["AsyncListChatsPagination", "AsyncListMessagesPagination"],
            "linq._page": ["PageInfo"],
            "linq._sync.follow": ["ChatFollower"],
            "linq._sync.pages": ["SyncListChatsPagination", "SyncListMessagesPagination"],
        },
    ),
    "linq.types": (
        "The models of the API's responses, and the parameters of its methods.",
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
            "linq.types.chat": ["Chat", "ChatInclude", "HealthStatus"],
            "linq.types.handles": [
                "BlockedHandleBlockResponse",
                "BlockedHandleEntry",
                "BlockedHandleListResponse",
                "HandleCheckResponse",
            ],
            "linq.types.message": ["Message", "MessageEffect", "ReplyTo"],
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
                "BlockedHandleBlockParams",
                "BlockedHandleUnblockParams",
                "CapabilityCheckIMessageParams",
                "CapabilityCheckRCSParams",
                "ChatCreateParams",
                "ChatListChatsParams",
                "ChatSendVoicememoParams",
                "ChatUpdateParams",
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
    ),
    "linq.types.chats": (
        "The types of ``client.chats.messages`` and ``client.chats.participants``.",
        {
            "linq.types.acknowledgements": ["ParticipantAddResponse", "ParticipantRemoveResponse"],
            "linq.types.params": [
                "MessageListParams",
                "MessageSendParams",
                "ParticipantAddParams",
                "ParticipantRemoveParams",
            ],
            "linq.types.sending": ["MessageSendResponse", "SentMessage"],
        },
    ),
    "linq.types.shared": (
        "The types that several methods share.",
        {
            "linq.types.shared.chat_handle": ["ChatHandle"],
            "linq.types.shared.parts": [
                "InlineStickerResponse",
                "LinkPartResponse",
                "MediaPartResponse",
                "TextDecoration",
                "TextPartResponse",
            ],
            "linq.types.shared.reaction": ["Reaction", "ReactionType"],
            "linq.types.shared.service_type": ["ServiceType"],
        },
    ),
}
