# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.webhook_event_data import ReceivedContactCard as Data
from linq.types.webhook_events import ContactCardReceivedWebhookEvent

__all__ = ["ContactCardReceivedWebhookEvent", "Data"]
