# Generated from _async/resources/webhooks.py by sdk/tools/generate_sync.py: change that, then run this.
"""The method of ``client.webhooks``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from linq import types
from linq._errors import LinqApiv3Error
from linq._sync.resource import Resource

if TYPE_CHECKING:
    from linq.types import UnwrapWebhookEvent


class WebhooksResource(Resource):
    """``client.webhooks``: the events that are posted to you."""

    def unwrap(
        self, payload: str | bytes, *, headers: Mapping[str, str], key: str | bytes | None = None
    ) -> UnwrapWebhookEvent:
        """The event in a webhook, once it is certain that the webhook comes from the service. Asks nobody.

        :param payload: the request's body as it came; parsed and written anew it is another
        :param headers: the request's headers, whatever their capitals
        :param key: the subscription's ``signing_secret``; unless given, the client's ``webhook_secret``
        :raises linq.WebhookVerificationError: it is not signed with this secret, or more than 5 minutes old
        :raises linq.LinqApiv3Error: there is no secret, or what is in the webhook is no event
        """
        from linq._models import parse_union  # noqa: PLC0415 - needs pydantic, which clients load late
        from linq._webhooks import verify  # noqa: PLC0415 - for those who have webhooks

        secret = self._client.webhook_secret if key is None else key
        if not secret:
            raise LinqApiv3Error(
                "No webhook secret: pass key=…, give the client webhook_secret=…, or set LINQ_WEBHOOK_SECRET"
            )
        content = payload.encode() if isinstance(payload, str) else payload
        clock = self._client.clock or time.time
        verify(content, headers, secret, clock())
        try:
            return cast("UnwrapWebhookEvent", parse_union(types.UnwrapWebhookEvent, content))
        except (ValueError, TypeError) as error:
            raise LinqApiv3Error(f"The webhook is signed as it should be, but holds no event: {error}") from error
