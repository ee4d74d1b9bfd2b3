# Generated from _requests by sdk/tools/generate_resources.py; run make generate.
"""The resources of the client."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq._async.resources.attachments import AsyncAttachmentsResource as AsyncAttachmentsResource
    from linq._async.resources.attachments import AsyncAttachmentsWithRawResponse as AsyncAttachmentsWithRawResponse
    from linq._async.resources.attachments import (
        AsyncAttachmentsWithStreamingResponse as AsyncAttachmentsWithStreamingResponse,
    )
    from linq._async.resources.available_number import AsyncAvailableNumberResource as AsyncAvailableNumberResource
    from linq._async.resources.available_number import (
        AsyncAvailableNumberWithRawResponse as AsyncAvailableNumberWithRawResponse,
    )
    from linq._async.resources.available_number import (
        AsyncAvailableNumberWithStreamingResponse as AsyncAvailableNumberWithStreamingResponse,
    )
    from linq._async.resources.blocked_handles import AsyncBlockedHandlesResource as AsyncBlockedHandlesResource
    from linq._async.resources.blocked_handles import (
        AsyncBlockedHandlesWithRawResponse as AsyncBlockedHandlesWithRawResponse,
    )
    from linq._async.resources.blocked_handles import (
        AsyncBlockedHandlesWithStreamingResponse as AsyncBlockedHandlesWithStreamingResponse,
    )
    from linq._async.resources.capability import AsyncCapabilityResource as AsyncCapabilityResource
    from linq._async.resources.capability import AsyncCapabilityWithRawResponse as AsyncCapabilityWithRawResponse
    from linq._async.resources.capability import (
        AsyncCapabilityWithStreamingResponse as AsyncCapabilityWithStreamingResponse,
    )
    from linq._async.resources.chat_messages import AsyncChatMessagesResource as AsyncChatMessagesResource
    from linq._async.resources.chat_messages import AsyncChatMessagesWithRawResponse as AsyncChatMessagesWithRawResponse
    from linq._async.resources.chat_messages import (
        AsyncChatMessagesWithStreamingResponse as AsyncChatMessagesWithStreamingResponse,
    )
    from linq._async.resources.chats import AsyncChatsResource as AsyncChatsResource
    from linq._async.resources.chats import AsyncChatsWithRawResponse as AsyncChatsWithRawResponse
    from linq._async.resources.chats import AsyncChatsWithStreamingResponse as AsyncChatsWithStreamingResponse
    from linq._async.resources.contact_card import AsyncContactCardResource as AsyncContactCardResource
    from linq._async.resources.contact_card import AsyncContactCardWithRawResponse as AsyncContactCardWithRawResponse
    from linq._async.resources.contact_card import (
        AsyncContactCardWithStreamingResponse as AsyncContactCardWithStreamingResponse,
    )
    from linq._async.resources.message_poll import AsyncMessagePollResource as AsyncMessagePollResource
    from linq._async.resources.message_poll import AsyncMessagePollWithRawResponse as AsyncMessagePollWithRawResponse
    from linq._async.resources.message_poll import (
        AsyncMessagePollWithStreamingResponse as AsyncMessagePollWithStreamingResponse,
    )
    from linq._async.resources.messages import AsyncMessagesResource as AsyncMessagesResource
    from linq._async.resources.messages import AsyncMessagesWithRawResponse as AsyncMessagesWithRawResponse
    from linq._async.resources.messages import AsyncMessagesWithStreamingResponse as AsyncMessagesWithStreamingResponse
    from linq._async.resources.participants import AsyncParticipantsResource as AsyncParticipantsResource
    from linq._async.resources.participants import AsyncParticipantsWithRawResponse as AsyncParticipantsWithRawResponse
    from linq._async.resources.participants import (
        AsyncParticipantsWithStreamingResponse as AsyncParticipantsWithStreamingResponse,
    )
    from linq._async.resources.phone_numbers import AsyncPhoneNumbersResource as AsyncPhoneNumbersResource
    from linq._async.resources.phone_numbers import AsyncPhoneNumbersWithRawResponse as AsyncPhoneNumbersWithRawResponse
    from linq._async.resources.phone_numbers import (
        AsyncPhoneNumbersWithStreamingResponse as AsyncPhoneNumbersWithStreamingResponse,
    )
    from linq._async.resources.phonenumbers import AsyncPhonenumbersResource as AsyncPhonenumbersResource
    from linq._async.resources.phonenumbers import AsyncPhonenumbersWithRawResponse as AsyncPhonenumbersWithRawResponse
    from linq._async.resources.phonenumbers import (
        AsyncPhonenumbersWithStreamingResponse as AsyncPhonenumbersWithStreamingResponse,
    )
    from linq._async.resources.polls import AsyncPollsResource as AsyncPollsResource
    from linq._async.resources.polls import AsyncPollsWithRawResponse as AsyncPollsWithRawResponse
    from linq._async.resources.polls import AsyncPollsWithStreamingResponse as AsyncPollsWithStreamingResponse
    from linq._async.resources.typing import AsyncTypingResource as AsyncTypingResource
    from linq._async.resources.typing import AsyncTypingWithRawResponse as AsyncTypingWithRawResponse
    from linq._async.resources.typing import AsyncTypingWithStreamingResponse as AsyncTypingWithStreamingResponse
    from linq._async.resources.webhook_events import AsyncWebhookEventsResource as AsyncWebhookEventsResource
    from linq._async.resources.webhook_events import (
        AsyncWebhookEventsWithRawResponse as AsyncWebhookEventsWithRawResponse,
    )
    from linq._async.resources.webhook_events import (
        AsyncWebhookEventsWithStreamingResponse as AsyncWebhookEventsWithStreamingResponse,
    )
    from linq._async.resources.webhook_subscriptions import (
        AsyncWebhookSubscriptionsResource as AsyncWebhookSubscriptionsResource,
    )
    from linq._async.resources.webhook_subscriptions import (
        AsyncWebhookSubscriptionsWithRawResponse as AsyncWebhookSubscriptionsWithRawResponse,
    )
    from linq._async.resources.webhook_subscriptions import (
        AsyncWebhookSubscriptionsWithStreamingResponse as AsyncWebhookSubscriptionsWithStreamingResponse,
    )
    from linq._async.webhooks import AsyncWebhooksResource as AsyncWebhooksResource
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq._async.resources.attachments": [
                "AsyncAttachmentsResource",
                "AsyncAttachmentsWithRawResponse",
                "AsyncAttachmentsWithStreamingResponse",
            ],
            "linq._async.resources.available_number": [
                "AsyncAvailableNumberResource",
                "AsyncAvailableNumberWithRawResponse",
                "AsyncAvailableNumberWithStreamingResponse",
            ],
            "linq._async.resources.blocked_handles": [
                "AsyncBlockedHandlesResource",
                "AsyncBlockedHandlesWithRawResponse",
                "AsyncBlockedHandlesWithStreamingResponse",
            ],
            "linq._async.resources.capability": [
                "AsyncCapabilityResource",
                "AsyncCapabilityWithRawResponse",
                "AsyncCapabilityWithStreamingResponse",
            ],
            "linq._async.resources.chat_messages": [
                "AsyncChatMessagesResource",
                "AsyncChatMessagesWithRawResponse",
                "AsyncChatMessagesWithStreamingResponse",
            ],
            "linq._async.resources.chats": [
                "AsyncChatsResource",
                "AsyncChatsWithRawResponse",
                "AsyncChatsWithStreamingResponse",
            ],
            "linq._async.resources.contact_card": [
                "AsyncContactCardResource",
                "AsyncContactCardWithRawResponse",
                "AsyncContactCardWithStreamingResponse",
            ],
            "linq._async.resources.message_poll": [
                "AsyncMessagePollResource",
                "AsyncMessagePollWithRawResponse",
                "AsyncMessagePollWithStreamingResponse",
            ],
            "linq._async.resources.messages": [
                "AsyncMessagesResource",
                "AsyncMessagesWithRawResponse",
                "AsyncMessagesWithStreamingResponse",
            ],
            "linq._async.resources.participants": [
                "AsyncParticipantsResource",
                "AsyncParticipantsWithRawResponse",
                "AsyncParticipantsWithStreamingResponse",
            ],
            "linq._async.resources.phone_numbers": [
                "AsyncPhoneNumbersResource",
                "AsyncPhoneNumbersWithRawResponse",
                "AsyncPhoneNumbersWithStreamingResponse",
            ],
            "linq._async.resources.phonenumbers": [
                "AsyncPhonenumbersResource",
                "AsyncPhonenumbersWithRawResponse",
                "AsyncPhonenumbersWithStreamingResponse",
            ],
            "linq._async.resources.polls": [
                "AsyncPollsResource",
                "AsyncPollsWithRawResponse",
                "AsyncPollsWithStreamingResponse",
            ],
            "linq._async.resources.typing": [
                "AsyncTypingResource",
                "AsyncTypingWithRawResponse",
                "AsyncTypingWithStreamingResponse",
            ],
            "linq._async.resources.webhook_events": [
                "AsyncWebhookEventsResource",
                "AsyncWebhookEventsWithRawResponse",
                "AsyncWebhookEventsWithStreamingResponse",
            ],
            "linq._async.resources.webhook_subscriptions": [
                "AsyncWebhookSubscriptionsResource",
                "AsyncWebhookSubscriptionsWithRawResponse",
                "AsyncWebhookSubscriptionsWithStreamingResponse",
            ],
            "linq._async.webhooks": ["AsyncWebhooksResource"],
        },
    )
