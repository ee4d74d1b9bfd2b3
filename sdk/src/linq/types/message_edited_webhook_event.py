# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.webhook_event_data import EditedChat as DataChat
from linq.types.webhook_event_data import EditedPart as DataPart
from linq.types.webhook_event_data import MessageEdit as Data
from linq.types.webhook_events import MessageEditedWebhookEvent

__all__ = ["Data", "DataChat", "DataPart", "MessageEditedWebhookEvent"]
