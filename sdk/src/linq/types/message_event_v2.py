# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.webhook_event_data import EventReplyTo as ReplyTo
from linq.types.webhook_event_data import MessageChat as Chat
from linq.types.webhook_event_data import MessageEventV2

__all__ = ["Chat", "MessageEventV2", "ReplyTo"]
