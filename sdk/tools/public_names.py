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
            "linq": ["pagination", "resources", "types"],
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
                "APIWebhookValidationError",
                "AuthenticationError",
                "BadRequestError",
                "ConflictError",
                "InternalServerError",
                "LinqApiv3Error",
                "NoNextPageError",
                "NoWebhookSecretError",
                "NotFoundError",
                "PermissionDeniedError",
                "RateLimitError",
                "UnprocessableEntityError",
                "WebhookVerificationError",
            ],
            "linq._http": [
                "DEFAULT_CONNECTION_LIMITS",
                "DEFAULT_TIMEOUT",
                "DefaultAioHttpClient",
                "DefaultAsyncHttpxClient",
                "DefaultHttpxClient",
                "ProxiesTypes",
                "Transport",
            ],
            "linq._files": ["file_from_path"],
            "linq._models": ["BaseModel"],
            "linq._settings": ["DEFAULT_MAX_RETRIES"],
            "linq._sync.client": ["Client", "LinqAPIV3"],
            "linq._sync.resources": ["ChatsResource"],
            "linq._sync.response": ["APIResponse"],
            "linq._types": ["NOT_GIVEN", "NoneType", "NotGiven", "Omit", "RequestOptions", "not_given", "omit"],
            "linq._version": ["__title__", "__version__"],
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
    ),
    "linq.types.chats": (
        "The types of ``client.chats.messages``, ``client.chats.participants`` and ``client.chats.polls``.",
        {
            "linq.types.acknowledgements": ["ParticipantAddResponse", "ParticipantRemoveResponse"],
            "linq.types.params": [
                "MessageListParams",
                "MessageSendParams",
                "ParticipantAddParams",
                "ParticipantRemoveParams",
                "PollCreateParams",
            ],
            "linq.types.poll": ["Poll", "PollEnvelope"],
            "linq.types.sending": ["MessageSendResponse", "SentMessage"],
        },
    ),
    "linq.types.messages": (
        "The types of ``client.messages.poll``.",
        {"linq.types.params": ["PollAddOptionsParams", "PollVoteParams"]},
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
    "linq.types.shared_params": (
        "The types that the parameters of several methods share.",
        {
            "linq.types.shared.reaction": ["ReactionType"],
            "linq.types.shared.service_type": ["ServiceType"],
            "linq.types.shared_params.text_decoration": ["TextDecoration"],
        },
    ),
}

OURS_ALONE = {"ChatHealth", "ChatInclude", "HealthStatus", "MessageInclude", "OtherWebhookEvent", "UnknownPart"}
"""The types of ``linq.types`` that ``linq-python`` does not have there."""

_DATA = "linq.types.webhook_event_data"
NESTED: dict[str, dict[str, tuple[str, str]]] = {
    "linq.types.chat_create_response": {
        "Chat": ("linq.types.sending", "CreatedChat"),
        "ChatHealthStatus": ("linq.types.chat", "HealthStatus"),
    },
    "linq.types.chat_send_voicememo_response": {
        "VoiceMemo": ("linq.types.sending", "VoiceMemo"),
        "VoiceMemoChat": ("linq.types.sending", "VoiceMemoChat"),
        "VoiceMemoVoiceMemo": ("linq.types.sending", "VoiceMemoFile"),
    },
    "linq.types.chat_created_webhook_event": {"Data": (_DATA, "NewChat")},
    "linq.types.chat_group_icon_updated_webhook_event": {"Data": (_DATA, "GroupChange")},
    "linq.types.chat_group_name_updated_webhook_event": {"Data": (_DATA, "GroupChange")},
    "linq.types.chat_typing_indicator_started_webhook_event": {"Data": (_DATA, "Typing")},
    "linq.types.chat_typing_indicator_stopped_webhook_event": {"Data": (_DATA, "Typing")},
    "linq.types.message_add_reaction_params": {"Placement": ("linq.types.params", "Placement")},
    "linq.types.message_create_params": {"ContinuationMessage": ("linq.types.params", "ContinuationMessage")},
    "linq.types.message_create_response": {"FromSelection": ("linq.types.sending", "FromSelection")},
    "linq.types.message_edited_webhook_event": {
        "Data": (_DATA, "MessageEdit"),
        "DataChat": (_DATA, "EditedChat"),
        "DataPart": (_DATA, "EditedPart"),
    },
    "linq.types.message_event_v2": {"Chat": (_DATA, "MessageChat"), "ReplyTo": (_DATA, "EventReplyTo")},
    "linq.types.message_failed_webhook_event": {"Data": (_DATA, "MessageFailure")},
    "linq.types.participant_added_webhook_event": {"Data": (_DATA, "Joining")},
    "linq.types.participant_removed_webhook_event": {"Data": (_DATA, "Leaving")},
    "linq.types.contact_card_received_webhook_event": {"Data": (_DATA, "ReceivedContactCard")},
    "linq.types.poll_delivered_webhook_event": {"Data": (_DATA, "PollStatus"), "DataChat": (_DATA, "PollChat")},
    "linq.types.poll_failed_webhook_event": {
        "Data": (_DATA, "PollFailure"),
        "DataChat": (_DATA, "PollChat"),
        "DataError": (_DATA, "PollError"),
    },
    "linq.types.poll_read_webhook_event": {"Data": (_DATA, "PollStatus"), "DataChat": (_DATA, "PollChat")},
    "linq.types.poll_received_webhook_event": {"Data": (_DATA, "PollReceived"), "DataChat": (_DATA, "PollChat")},
    "linq.types.poll_sent_webhook_event": {"Data": (_DATA, "PollStatus"), "DataChat": (_DATA, "PollChat")},
    "linq.types.poll_updated_webhook_event": {"Data": (_DATA, "PollUpdate"), "DataChat": (_DATA, "PollChat")},
    "linq.types.poll_vote_added_webhook_event": {"Data": (_DATA, "PollVote"), "DataChat": (_DATA, "PollChat")},
    "linq.types.poll_vote_removed_webhook_event": {"Data": (_DATA, "PollVote"), "DataChat": (_DATA, "PollChat")},
    "linq.types.chats.poll": {
        "Option": ("linq.types.poll", "PollOption"),
        "OptionVoter": ("linq.types.poll", "PollVoter"),
    },
    "linq.types.phone_number_list_response": {
        "PhoneNumber": ("linq.types.phone_numbers", "PhoneNumber"),
        "PhoneNumberReputation": ("linq.types.phone_numbers", "PhoneNumberReputation"),
    },
    "linq.types.phone_number_status_updated_webhook_event": {"Data": (_DATA, "LineStatusChange")},
    "linq.types.phonenumber_list_response": {
        "PhoneNumber": ("linq.types.phone_numbers", "OlderPhoneNumber"),
        "PhoneNumberCapabilities": ("linq.types.phone_numbers", "PhoneNumberCapabilities"),
    },
    "linq.types.reaction_event_base": {"Sticker": ("linq.types.shared.reaction", "Sticker")},
    "linq.types.schemas_text_part_response": {"Mention": ("linq.types.shared.parts", "Mention")},
    "linq.types.shared.text_part_response": {"Mention": ("linq.types.shared.parts", "Mention")},
}
"""For the path of a type: the other types that ``linq-python`` has there, as the module and the name here."""


def _same(home: str, *names: str) -> dict[str, tuple[str, str]]:
    return {name: (home, name) for name in names}


_ERRORS = next(names for home, names in PACKAGES["linq"][1].items() if home == "linq._errors")
PRIVATE: dict[str, dict[str, tuple[str, str]]] = {
    "linq._base_client": _same("linq._http", "DefaultAioHttpClient", "DefaultAsyncHttpxClient", "DefaultHttpxClient"),
    "linq._client": {
        **_same("linq._sync.client", "Client", "LinqAPIV3"),
        **_same("linq._async.client", "AsyncClient", "AsyncLinqAPIV3"),
    },
    "linq._constants": {
        **_same("linq._http", "DEFAULT_CONNECTION_LIMITS", "DEFAULT_TIMEOUT"),
        **_same("linq._settings", "DEFAULT_MAX_RETRIES"),
    },
    "linq._exceptions": _same("linq._errors", *_ERRORS),
    "linq._response": {
        **_same("linq._sync.response", "APIResponse"),
        **_same("linq._async.response", "AsyncAPIResponse"),
    },
}
"""The private modules of ``linq-python`` from which programs import nevertheless."""
