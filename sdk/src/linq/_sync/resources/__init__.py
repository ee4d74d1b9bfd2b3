# Generated from _async/resources/__init__.py by sdk/tools/generate_sync.py; run make generate.
"""The resources of the client."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq._sync.resources.attachments import AttachmentsResource as AttachmentsResource
    from linq._sync.resources.attachments import AttachmentsWithRawResponse as AttachmentsWithRawResponse
    from linq._sync.resources.attachments import (
        AttachmentsWithStreamingResponse as AttachmentsWithStreamingResponse,
    )
    from linq._sync.resources.available_number import AvailableNumberResource as AvailableNumberResource
    from linq._sync.resources.available_number import (
        AvailableNumberWithRawResponse as AvailableNumberWithRawResponse,
    )
    from linq._sync.resources.available_number import (
        AvailableNumberWithStreamingResponse as AvailableNumberWithStreamingResponse,
    )
    from linq._sync.resources.blocked_handles import BlockedHandlesResource as BlockedHandlesResource
    from linq._sync.resources.blocked_handles import (
        BlockedHandlesWithRawResponse as BlockedHandlesWithRawResponse,
    )
    from linq._sync.resources.blocked_handles import (
        BlockedHandlesWithStreamingResponse as BlockedHandlesWithStreamingResponse,
    )
    from linq._sync.resources.capability import CapabilityResource as CapabilityResource
    from linq._sync.resources.capability import CapabilityWithRawResponse as CapabilityWithRawResponse
    from linq._sync.resources.capability import (
        CapabilityWithStreamingResponse as CapabilityWithStreamingResponse,
    )
    from linq._sync.resources.chat_messages import ChatMessagesResource as ChatMessagesResource
    from linq._sync.resources.chat_messages import ChatMessagesWithRawResponse as ChatMessagesWithRawResponse
    from linq._sync.resources.chat_messages import (
        ChatMessagesWithStreamingResponse as ChatMessagesWithStreamingResponse,
    )
    from linq._sync.resources.chats import ChatsResource as ChatsResource
    from linq._sync.resources.chats import ChatsWithRawResponse as ChatsWithRawResponse
    from linq._sync.resources.chats import ChatsWithStreamingResponse as ChatsWithStreamingResponse
    from linq._sync.resources.contact_card import ContactCardResource as ContactCardResource
    from linq._sync.resources.contact_card import ContactCardWithRawResponse as ContactCardWithRawResponse
    from linq._sync.resources.contact_card import (
        ContactCardWithStreamingResponse as ContactCardWithStreamingResponse,
    )
    from linq._sync.resources.message_poll import MessagePollResource as MessagePollResource
    from linq._sync.resources.message_poll import MessagePollWithRawResponse as MessagePollWithRawResponse
    from linq._sync.resources.message_poll import (
        MessagePollWithStreamingResponse as MessagePollWithStreamingResponse,
    )
    from linq._sync.resources.messages import MessagesResource as MessagesResource
    from linq._sync.resources.messages import MessagesWithRawResponse as MessagesWithRawResponse
    from linq._sync.resources.messages import MessagesWithStreamingResponse as MessagesWithStreamingResponse
    from linq._sync.resources.participants import ParticipantsResource as ParticipantsResource
    from linq._sync.resources.participants import ParticipantsWithRawResponse as ParticipantsWithRawResponse
    from linq._sync.resources.participants import (
        ParticipantsWithStreamingResponse as ParticipantsWithStreamingResponse,
    )
    from linq._sync.resources.phone_numbers import PhoneNumbersResource as PhoneNumbersResource
    from linq._sync.resources.phone_numbers import PhoneNumbersWithRawResponse as PhoneNumbersWithRawResponse
    from linq._sync.resources.phone_numbers import (
        PhoneNumbersWithStreamingResponse as PhoneNumbersWithStreamingResponse,
    )
    from linq._sync.resources.phonenumbers import PhonenumbersResource as PhonenumbersResource
    from linq._sync.resources.phonenumbers import PhonenumbersWithRawResponse as PhonenumbersWithRawResponse
    from linq._sync.resources.phonenumbers import (
        PhonenumbersWithStreamingResponse as PhonenumbersWithStreamingResponse,
    )
    from linq._sync.resources.polls import PollsResource as PollsResource
    from linq._sync.resources.polls import PollsWithRawResponse as PollsWithRawResponse
    from linq._sync.resources.polls import PollsWithStreamingResponse as PollsWithStreamingResponse
    from linq._sync.resources.typing import TypingResource as TypingResource
    from linq._sync.resources.typing import TypingWithRawResponse as TypingWithRawResponse
    from linq._sync.resources.typing import TypingWithStreamingResponse as TypingWithStreamingResponse
    from linq._sync.resources.webhook_events import WebhookEventsResource as WebhookEventsResource
    from linq._sync.resources.webhook_events import (
        WebhookEventsWithRawResponse as WebhookEventsWithRawResponse,
    )
    from linq._sync.resources.webhook_events import (
        WebhookEventsWithStreamingResponse as WebhookEventsWithStreamingResponse,
    )
    from linq._sync.resources.webhook_subscriptions import (
        WebhookSubscriptionsResource as WebhookSubscriptionsResource,
    )
    from linq._sync.resources.webhook_subscriptions import (
        WebhookSubscriptionsWithRawResponse as WebhookSubscriptionsWithRawResponse,
    )
    from linq._sync.resources.webhook_subscriptions import (
        WebhookSubscriptionsWithStreamingResponse as WebhookSubscriptionsWithStreamingResponse,
    )
    from linq._sync.webhooks import WebhooksResource as WebhooksResource
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq._sync.resources.attachments": [
                "AttachmentsResource",
                "AttachmentsWithRawResponse",
                "AttachmentsWithStreamingResponse",
            ],
            "linq._sync.resources.available_number": [
                "AvailableNumberResource",
                "AvailableNumberWithRawResponse",
                "AvailableNumberWithStreamingResponse",
            ],
            "linq._sync.resources.blocked_handles": [
                "BlockedHandlesResource",
                "BlockedHandlesWithRawResponse",
                "BlockedHandlesWithStreamingResponse",
            ],
            "linq._sync.resources.capability": [
                "CapabilityResource",
                "CapabilityWithRawResponse",
                "CapabilityWithStreamingResponse",
            ],
            "linq._sync.resources.chat_messages": [
                "ChatMessagesResource",
                "ChatMessagesWithRawResponse",
                "ChatMessagesWithStreamingResponse",
            ],
            "linq._sync.resources.chats": [
                "ChatsResource",
                "ChatsWithRawResponse",
                "ChatsWithStreamingResponse",
            ],
            "linq._sync.resources.contact_card": [
                "ContactCardResource",
                "ContactCardWithRawResponse",
                "ContactCardWithStreamingResponse",
            ],
            "linq._sync.resources.message_poll": [
                "MessagePollResource",
                "MessagePollWithRawResponse",
                "MessagePollWithStreamingResponse",
            ],
            "linq._sync.resources.messages": [
                "MessagesResource",
                "MessagesWithRawResponse",
                "MessagesWithStreamingResponse",
            ],
            "linq._sync.resources.participants": [
                "ParticipantsResource",
                "ParticipantsWithRawResponse",
                "ParticipantsWithStreamingResponse",
            ],
            "linq._sync.resources.phone_numbers": [
                "PhoneNumbersResource",
                "PhoneNumbersWithRawResponse",
                "PhoneNumbersWithStreamingResponse",
            ],
            "linq._sync.resources.phonenumbers": [
                "PhonenumbersResource",
                "PhonenumbersWithRawResponse",
                "PhonenumbersWithStreamingResponse",
            ],
            "linq._sync.resources.polls": [
                "PollsResource",
                "PollsWithRawResponse",
                "PollsWithStreamingResponse",
            ],
            "linq._sync.resources.typing": [
                "TypingResource",
                "TypingWithRawResponse",
                "TypingWithStreamingResponse",
            ],
            "linq._sync.resources.webhook_events": [
                "WebhookEventsResource",
                "WebhookEventsWithRawResponse",
                "WebhookEventsWithStreamingResponse",
            ],
            "linq._sync.resources.webhook_subscriptions": [
                "WebhookSubscriptionsResource",
                "WebhookSubscriptionsWithRawResponse",
                "WebhookSubscriptionsWithStreamingResponse",
            ],
            "linq._sync.webhooks": ["WebhooksResource"],
        },
    )
