# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.webhook_events import UnwrapWebhookEvent

__all__ = ["UnwrapWebhookEvent"]
