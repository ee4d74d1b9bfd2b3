# Generated from _requests by sdk/tools/generate_resources.py; run make generate.
"""The resources of the client."""

from __future__ import annotations

from linq._async import resources
from linq._async.base_client import AsyncBaseClient


class AsyncClientResources(AsyncBaseClient):
    """The resources of the client.

    Each access makes a new one. A stored resource and its client would form a reference cycle, and a
    client that is dropped would keep its connections until the garbage collector runs.
    """

    @property
    def attachments(self) -> resources.AsyncAttachmentsResource:
        return resources.AsyncAttachmentsResource(self)

    @property
    def available_number(self) -> resources.AsyncAvailableNumberResource:
        return resources.AsyncAvailableNumberResource(self)

    @property
    def blocked_handles(self) -> resources.AsyncBlockedHandlesResource:
        return resources.AsyncBlockedHandlesResource(self)

    @property
    def capability(self) -> resources.AsyncCapabilityResource:
        return resources.AsyncCapabilityResource(self)

    @property
    def chats(self) -> resources.AsyncChatsResource:
        return resources.AsyncChatsResource(self)

    @property
    def contact_card(self) -> resources.AsyncContactCardResource:
        return resources.AsyncContactCardResource(self)

    @property
    def messages(self) -> resources.AsyncMessagesResource:
        return resources.AsyncMessagesResource(self)

    @property
    def phone_numbers(self) -> resources.AsyncPhoneNumbersResource:
        return resources.AsyncPhoneNumbersResource(self)

    @property
    def phonenumbers(self) -> resources.AsyncPhonenumbersResource:
        return resources.AsyncPhonenumbersResource(self)

    @property
    def webhook_events(self) -> resources.AsyncWebhookEventsResource:
        return resources.AsyncWebhookEventsResource(self)

    @property
    def webhook_subscriptions(self) -> resources.AsyncWebhookSubscriptionsResource:
        return resources.AsyncWebhookSubscriptionsResource(self)

    @property
    def webhooks(self) -> resources.AsyncWebhooksResource:
        return resources.AsyncWebhooksResource(self)

    @property
    def with_raw_response(self) -> AsyncLinqAPIV3WithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncLinqAPIV3WithRawResponse(self)

    @property
    def with_streaming_response(self) -> AsyncLinqAPIV3WithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncLinqAPIV3WithStreamingResponse(self)


class AsyncLinqAPIV3WithRawResponse:
    """``client.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self._client = client

    @property
    def attachments(self) -> resources.AsyncAttachmentsWithRawResponse:
        return resources.AsyncAttachmentsWithRawResponse(self._client)

    @property
    def available_number(self) -> resources.AsyncAvailableNumberWithRawResponse:
        return resources.AsyncAvailableNumberWithRawResponse(self._client)

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
    def contact_card(self) -> resources.AsyncContactCardWithRawResponse:
        return resources.AsyncContactCardWithRawResponse(self._client)

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

    def __init__(self, client: AsyncBaseClient) -> None:
        self._client = client

    @property
    def attachments(self) -> resources.AsyncAttachmentsWithStreamingResponse:
        return resources.AsyncAttachmentsWithStreamingResponse(self._client)

    @property
    def available_number(self) -> resources.AsyncAvailableNumberWithStreamingResponse:
        return resources.AsyncAvailableNumberWithStreamingResponse(self._client)

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
    def contact_card(self) -> resources.AsyncContactCardWithStreamingResponse:
        return resources.AsyncContactCardWithStreamingResponse(self._client)

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
