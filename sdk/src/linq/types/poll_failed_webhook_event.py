# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.webhook_event_data import PollChat as DataChat
from linq.types.webhook_event_data import PollError as DataError
from linq.types.webhook_event_data import PollFailure as Data
from linq.types.webhook_events import PollFailedWebhookEvent

__all__ = ["Data", "DataChat", "DataError", "PollFailedWebhookEvent"]
