# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.webhooks import AsyncWebhooksResource
from linq._sync.webhooks import WebhooksResource

__all__ = ["AsyncWebhooksResource", "WebhooksResource"]
