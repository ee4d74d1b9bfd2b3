# Generated from _requests/webhook_subscriptions.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.webhook_subscriptions``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import webhook_subscriptions as requests
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes
    from linq.types import (
        WebhookEventType,
        WebhookSubscription,
        WebhookSubscriptionCreateResponse,
        WebhookSubscriptionListResponse,
    )


class AsyncWebhookSubscriptionsResource(AsyncResource):
    """``client.webhook_subscriptions``: your URLs that receive events."""

    @property
    def with_raw_response(self) -> AsyncWebhookSubscriptionsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncWebhookSubscriptionsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncWebhookSubscriptionsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
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
        """Subscribe a URL to events (``POST /v3/webhook-subscriptions``). Only this response has the signing secret.

        :param target_url: the URL that the events are posted to; ``?version=2025-01-01`` selects the older payload
        :param phone_numbers: only events of these lines, in E.164; the default is all lines
        :param routing_id_header: the name of a header that carries the id of the event's chat
        :param routing_key_header: the name of a header that carries a routing token
        """
        return await self._client.transport.send(
            requests.create(
                subscribed_events=subscribed_events,
                target_url=target_url,
                phone_numbers=phone_numbers,
                routing_id_header=routing_id_header,
                routing_key_header=routing_key_header,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def retrieve(
        self,
        subscription_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookSubscription:
        """Get a subscription by its id (``GET /v3/webhook-subscriptions/{id}``)."""
        return await self._client.transport.send(
            requests.retrieve(
                subscription_id,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

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

        Parameters that you leave out stay as they are. None removes a value: ``phone_numbers=None`` means all lines.
        """
        return await self._client.transport.send(
            requests.update(
                subscription_id,
                is_active=is_active,
                phone_numbers=phone_numbers,
                routing_id_header=routing_id_header,
                routing_key_header=routing_key_header,
                subscribed_events=subscribed_events,
                target_url=target_url,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookSubscriptionListResponse:
        """List your subscriptions (``GET /v3/webhook-subscriptions``)."""
        return await self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )

    async def delete(
        self,
        subscription_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Delete a subscription (``DELETE /v3/webhook-subscriptions/{id}``)."""
        return await self._client.transport.send(
            requests.delete(
                subscription_id,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AsyncWebhookSubscriptionsWithRawResponse:
    """``client.webhook_subscriptions.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.create = raw(client, requests.create)
        self.retrieve = raw(client, requests.retrieve)
        self.update = raw(client, requests.update)
        self.list = raw(client, requests.list)
        self.delete = raw(client, requests.delete)


class AsyncWebhookSubscriptionsWithStreamingResponse:
    """``client.webhook_subscriptions.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.create = streaming(client, requests.create)
        self.retrieve = streaming(client, requests.retrieve)
        self.update = streaming(client, requests.update)
        self.list = streaming(client, requests.list)
        self.delete = streaming(client, requests.delete)
