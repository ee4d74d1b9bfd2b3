# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.chat import HealthStatus as ChatHealthStatus
from linq.types.sending import ChatCreateResponse
from linq.types.sending import CreatedChat as Chat

__all__ = ["Chat", "ChatCreateResponse", "ChatHealthStatus"]
