# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.message_content_param import InlineStickerParam

__all__ = ["InlineStickerParam"]
