# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq.types.attachments import AttachmentRetrieveResponse

__all__ = ["AttachmentRetrieveResponse"]
