# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.sending import ChatSendVoicememoResponse, VoiceMemo, VoiceMemoChat
from linq.types.sending import VoiceMemoFile as VoiceMemoVoiceMemo

__all__ = ["ChatSendVoicememoResponse", "VoiceMemo", "VoiceMemoChat", "VoiceMemoVoiceMemo"]
