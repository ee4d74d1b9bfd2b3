"""``client.webhooks``. Sends no request, so its method is the same in both halves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from linq import types
from linq._async.resource import AsyncResource
from linq._errors import APIWebhookValidationError, NoWebhookSecretError
from linq._lazy import importing

if TYPE_CHECKING:
    from linq.types import UnwrapWebhookEvent


class AsyncWebhooksResource(AsyncResource):
    """``client.webhooks``: the webhooks that you receive."""

    def unwrap(
        self, payload: str | bytes, *, headers: Mapping[str, str], key: str | bytes | None = None
    ) -> UnwrapWebhookEvent:
        """Verify a webhook's signature and return its event. Sends no request.

        :param payload: the body of the request as it arrived, before any parsing
        :param headers: the headers of the request, in any letter case
        :param key: the subscription's ``signing_secret``; the default is the client's ``webhook_secret``
        :raises linq.WebhookVerificationError: it is not signed with this secret, or is more than 5 minutes old
        :raises linq.APIWebhookValidationError: the body is not an event
        :raises linq.NoWebhookSecretError: there is no secret
        :raises linq.LinqApiv3Error: the secret is malformed
        """
        with importing:
            # pydantic is loaded late, and only programs that receive webhooks need the second.
            from linq._models import parse_union  # noqa: PLC0415
            from linq._webhooks import verify  # noqa: PLC0415

        secret = self._client.webhook_secret if key is None else key
        if not secret:
            raise NoWebhookSecretError(
                "No webhook secret: pass key=… here or webhook_secret=… to the client, or set LINQ_WEBHOOK_SECRET"
            )
        content = payload.encode() if isinstance(payload, str) else payload
        clock = self._client.clock or time.time
        verify(content, headers, secret, clock())
        try:
            event: UnwrapWebhookEvent = parse_union(types.UnwrapWebhookEvent, content)
        except (ValueError, TypeError) as error:
            message = f"The webhook is correctly signed, but its body is not an event: {error}"
            raise APIWebhookValidationError(message, cast("Any", None), body=payload) from error
        return event
