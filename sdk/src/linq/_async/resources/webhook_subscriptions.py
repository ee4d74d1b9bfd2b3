"""The methods of ``client.webhook_subscriptions``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._async.resource import AsyncResource, raw, streamed
from linq._request import call_for, path_to
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes, omit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linq._async.client import AsyncLinqAPIV3
    from linq.types import (
        WebhookEventType,
        WebhookSubscription,
        WebhookSubscriptionCreateResponse,
        WebhookSubscriptionListResponse,
    )


class AsyncWebhookSubscriptionsResource(AsyncResource):
    """``client.webhook_subscriptions``: which events are posted where."""

    @property
    def with_raw_response(self) -> AsyncWebhookSubscriptionsWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return AsyncWebhookSubscriptionsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncWebhookSubscriptionsWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return AsyncWebhookSubscriptionsWithStreamingResponse(self._client)

    async def create(
        self,
        *,
        subscribed_events: Sequence[WebhookEventType],
        target_url: str,
        phone_numbers: SequenceNotStr[str] | Omit = omit,
        routing_id_header: str | Omit = omit,
        routing_key_header: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookSubscriptionCreateResponse:
        """Have events posted to a URL (``POST /v3/webhook-subscriptions``). The answer alone shows the signing secret.

        :param phone_numbers: only events of these lines of yours, in E.164
        :param routing_id_header: the name of a header that brings the id of the event's chat
        :param routing_key_header: the name of a header that brings a routing token
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {
            "subscribed_events": subscribed_events,
            "target_url": target_url,
            "phone_numbers": phone_numbers,
            "routing_id_header": routing_id_header,
            "routing_key_header": routing_key_header,
        }
        call = call_for("POST", "/v3/webhook-subscriptions", *extras, body=body)
        return await self._answer(call, types.WebhookSubscriptionCreateResponse)

    async def retrieve(
        self,
        subscription_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookSubscription:
        """One subscription (``GET /v3/webhook-subscriptions/{id}``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for(
            "GET", path_to("/v3/webhook-subscriptions/{subscription_id}", subscription_id=subscription_id), *extras
        )
        return await self._answer(call, types.WebhookSubscription)

    async def update(
        self,
        subscription_id: str,
        *,
        is_active: bool | Omit = omit,
        phone_numbers: SequenceNotStr[str] | Omit | None = omit,
        routing_id_header: str | Omit | None = omit,
        routing_key_header: str | Omit | None = omit,
        subscribed_events: Sequence[WebhookEventType] | Omit = omit,
        target_url: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookSubscription:
        """Change a subscription (``PUT /v3/webhook-subscriptions/{id}``).

        What is left out stays as it is. None takes away what there is: ``phone_numbers=None`` means all lines.
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {
            "is_active": is_active,
            "phone_numbers": phone_numbers,
            "routing_id_header": routing_id_header,
            "routing_key_header": routing_key_header,
            "subscribed_events": subscribed_events,
            "target_url": target_url,
        }
        call = call_for(
            "PUT",
            path_to("/v3/webhook-subscriptions/{subscription_id}", subscription_id=subscription_id),
            *extras,
            body=body,
        )
        return await self._answer(call, types.WebhookSubscription)

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookSubscriptionListResponse:
        """All your subscriptions (``GET /v3/webhook-subscriptions``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", "/v3/webhook-subscriptions", *extras)
        return await self._answer(call, types.WebhookSubscriptionListResponse)

    async def delete(
        self,
        subscription_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """End a subscription (``DELETE /v3/webhook-subscriptions/{id}``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for(
            "DELETE", path_to("/v3/webhook-subscriptions/{subscription_id}", subscription_id=subscription_id), *extras
        )
        return await self._answer(call, type(None))


class AsyncWebhookSubscriptionsWithRawResponse:
    """``client.webhook_subscriptions.with_raw_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncWebhookSubscriptionsResource(client, "raw")
        self.create = raw(resource.create)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)
        self.list = raw(resource.list)
        self.delete = raw(resource.delete)


class AsyncWebhookSubscriptionsWithStreamingResponse:
    """``client.webhook_subscriptions.with_streaming_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncWebhookSubscriptionsResource(client, "streamed")
        self.create = streamed(resource.create)
        self.retrieve = streamed(resource.retrieve)
        self.update = streamed(resource.update)
        self.list = streamed(resource.list)
        self.delete = streamed(resource.delete)
