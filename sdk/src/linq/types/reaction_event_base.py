# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.shared.reaction import Sticker
from linq.types.webhook_event_data import ReactionEventBase

__all__ = ["ReactionEventBase", "Sticker"]
