# Generated from _async/client_resources.py by sdk/tools/generate_sync.py; run make generate.
"""The resources of the client."""

from __future__ import annotations

from linq._sync import resources
from linq._sync.base_client import BaseClient


class ClientResources(BaseClient):
    """The resources of the client.

    Each access makes a new one. A stored resource and its client would form a reference cycle, and a
    client that is dropped would keep its connections until the garbage collector runs.
    """

    @property
    def attachments(self) -> resources.AttachmentsResource:
        return resources.AttachmentsResource(self)

    @property
    def available_number(self) -> resources.AvailableNumberResource:
        return resources.AvailableNumberResource(self)

    @property
    def blocked_handles(self) -> resources.BlockedHandlesResource:
        return resources.BlockedHandlesResource(self)

    @property
    def capability(self) -> resources.CapabilityResource:
        return resources.CapabilityResource(self)

    @property
    def chats(self) -> resources.ChatsResource:
        return resources.ChatsResource(self)

    @property
    def contact_card(self) -> resources.ContactCardResource:
        return resources.ContactCardResource(self)

    @property
    def messages(self) -> resources.MessagesResource:
        return resources.MessagesResource(self)

    @property
    def phone_numbers(self) -> resources.PhoneNumbersResource:
        return resources.PhoneNumbersResource(self)

    @property
    def phonenumbers(self) -> resources.PhonenumbersResource:
        return resources.PhonenumbersResource(self)

    @property
    def webhook_events(self) -> resources.WebhookEventsResource:
        return resources.WebhookEventsResource(self)

    @property
    def webhook_subscriptions(self) -> resources.WebhookSubscriptionsResource:
        return resources.WebhookSubscriptionsResource(self)

    @property
    def webhooks(self) -> resources.WebhooksResource:
        return resources.WebhooksResource(self)

    @property
    def with_raw_response(self) -> LinqAPIV3WithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return LinqAPIV3WithRawResponse(self)

    @property
    def with_streaming_response(self) -> LinqAPIV3WithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return LinqAPIV3WithStreamingResponse(self)


class LinqAPIV3WithRawResponse:
    """``client.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    @property
    def attachments(self) -> resources.AttachmentsWithRawResponse:
        return resources.AttachmentsWithRawResponse(self._client)

    @property
    def available_number(self) -> resources.AvailableNumberWithRawResponse:
        return resources.AvailableNumberWithRawResponse(self._client)

    @property
    def blocked_handles(self) -> resources.BlockedHandlesWithRawResponse:
        return resources.BlockedHandlesWithRawResponse(self._client)

    @property
    def capability(self) -> resources.CapabilityWithRawResponse:
        return resources.CapabilityWithRawResponse(self._client)

    @property
    def chats(self) -> resources.ChatsWithRawResponse:
        return resources.ChatsWithRawResponse(self._client)

    @property
    def contact_card(self) -> resources.ContactCardWithRawResponse:
        return resources.ContactCardWithRawResponse(self._client)

    @property
    def messages(self) -> resources.MessagesWithRawResponse:
        return resources.MessagesWithRawResponse(self._client)

    @property
    def phone_numbers(self) -> resources.PhoneNumbersWithRawResponse:
        return resources.PhoneNumbersWithRawResponse(self._client)

    @property
    def phonenumbers(self) -> resources.PhonenumbersWithRawResponse:
        return resources.PhonenumbersWithRawResponse(self._client)

    @property
    def webhook_events(self) -> resources.WebhookEventsWithRawResponse:
        return resources.WebhookEventsWithRawResponse(self._client)

    @property
    def webhook_subscriptions(self) -> resources.WebhookSubscriptionsWithRawResponse:
        return resources.WebhookSubscriptionsWithRawResponse(self._client)


class LinqAPIV3WithStreamingResponse:
    """``client.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    @property
    def attachments(self) -> resources.AttachmentsWithStreamingResponse:
        return resources.AttachmentsWithStreamingResponse(self._client)

    @property
    def available_number(self) -> resources.AvailableNumberWithStreamingResponse:
        return resources.AvailableNumberWithStreamingResponse(self._client)

    @property
    def blocked_handles(self) -> resources.BlockedHandlesWithStreamingResponse:
        return resources.BlockedHandlesWithStreamingResponse(self._client)

    @property
    def capability(self) -> resources.CapabilityWithStreamingResponse:
        return resources.CapabilityWithStreamingResponse(self._client)

    @property
    def chats(self) -> resources.ChatsWithStreamingResponse:
        return resources.ChatsWithStreamingResponse(self._client)

    @property
    def contact_card(self) -> resources.ContactCardWithStreamingResponse:
        return resources.ContactCardWithStreamingResponse(self._client)

    @property
    def messages(self) -> resources.MessagesWithStreamingResponse:
        return resources.MessagesWithStreamingResponse(self._client)

    @property
    def phone_numbers(self) -> resources.PhoneNumbersWithStreamingResponse:
        return resources.PhoneNumbersWithStreamingResponse(self._client)

    @property
    def phonenumbers(self) -> resources.PhonenumbersWithStreamingResponse:
        return resources.PhonenumbersWithStreamingResponse(self._client)

    @property
    def webhook_events(self) -> resources.WebhookEventsWithStreamingResponse:
        return resources.WebhookEventsWithStreamingResponse(self._client)

    @property
    def webhook_subscriptions(self) -> resources.WebhookSubscriptionsWithStreamingResponse:
        return resources.WebhookSubscriptionsWithStreamingResponse(self._client)
