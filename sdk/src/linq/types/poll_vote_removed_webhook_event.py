# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.webhook_event_data import PollChat as DataChat
from linq.types.webhook_event_data import PollVote as Data
from linq.types.webhook_events import PollVoteRemovedWebhookEvent

__all__ = ["Data", "DataChat", "PollVoteRemovedWebhookEvent"]
