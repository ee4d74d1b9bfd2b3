"""The client in its two other forms: its resources, giving HTTP answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async import resources

if TYPE_CHECKING:
    from linq._async.client import AsyncLinqAPIV3


class AsyncLinqAPIV3WithRawResponse:
    """``client.with_raw_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        self._client = client

    @property
    def blocked_handles(self) -> resources.AsyncBlockedHandlesWithRawResponse:
        return resources.AsyncBlockedHandlesWithRawResponse(self._client)

    @property
    def capability(self) -> resources.AsyncCapabilityWithRawResponse:
        return resources.AsyncCapabilityWithRawResponse(self._client)

    @property
    def chats(self) -> resources.AsyncChatsWithRawResponse:
        return resources.AsyncChatsWithRawResponse(self._client)

    @property
    def messages(self) -> resources.AsyncMessagesWithRawResponse:
        return resources.AsyncMessagesWithRawResponse(self._client)

    @property
    def phone_numbers(self) -> resources.AsyncPhoneNumbersWithRawResponse:
        return resources.AsyncPhoneNumbersWithRawResponse(self._client)

    @property
    def phonenumbers(self) -> resources.AsyncPhonenumbersWithRawResponse:
        return resources.AsyncPhonenumbersWithRawResponse(self._client)

    @property
    def webhook_events(self) -> resources.AsyncWebhookEventsWithRawResponse:
        return resources.AsyncWebhookEventsWithRawResponse(self._client)

    @property
    def webhook_subscriptions(self) -> resources.AsyncWebhookSubscriptionsWithRawResponse:
        return resources.AsyncWebhookSubscriptionsWithRawResponse(self._client)


class AsyncLinqAPIV3WithStreamingResponse:
    """``client.with_streaming_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        self._client = client

    @property
    def blocked_handles(self) -> resources.AsyncBlockedHandlesWithStreamingResponse:
        return resources.AsyncBlockedHandlesWithStreamingResponse(self._client)

    @property
    def capability(self) -> resources.AsyncCapabilityWithStreamingResponse:
        return resources.AsyncCapabilityWithStreamingResponse(self._client)

    @property
    def chats(self) -> resources.AsyncChatsWithStreamingResponse:
        return resources.AsyncChatsWithStreamingResponse(self._client)

    @property
    def messages(self) -> resources.AsyncMessagesWithStreamingResponse:
        return resources.AsyncMessagesWithStreamingResponse(self._client)

    @property
    def phone_numbers(self) -> resources.AsyncPhoneNumbersWithStreamingResponse:
        return resources.AsyncPhoneNumbersWithStreamingResponse(self._client)

    @property
    def phonenumbers(self) -> resources.AsyncPhonenumbersWithStreamingResponse:
        return resources.AsyncPhonenumbersWithStreamingResponse(self._client)

    @property
    def webhook_events(self) -> resources.AsyncWebhookEventsWithStreamingResponse:
        return resources.AsyncWebhookEventsWithStreamingResponse(self._client)

    @property
    def webhook_subscriptions(self) -> resources.AsyncWebhookSubscriptionsWithStreamingResponse:
        return resources.AsyncWebhookSubscriptionsWithStreamingResponse(self._client)
