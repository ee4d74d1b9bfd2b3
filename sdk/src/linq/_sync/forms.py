# Generated from _async/forms.py by sdk/tools/generate_sync.py: change that, then run this.
"""The client in its two other forms: its resources, giving HTTP answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._sync import resources

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3


class LinqAPIV3WithRawResponse:
    """``client.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        self._client = client

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

    def __init__(self, client: LinqAPIV3) -> None:
        self._client = client

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
