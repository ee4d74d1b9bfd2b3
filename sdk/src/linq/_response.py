# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.response import AsyncAPIResponse
from linq._sync.response import APIResponse

__all__ = ["APIResponse", "AsyncAPIResponse"]
