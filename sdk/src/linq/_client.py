# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.client import AsyncClient, AsyncLinqAPIV3
from linq._sync.client import Client, LinqAPIV3

__all__ = ["AsyncClient", "AsyncLinqAPIV3", "Client", "LinqAPIV3"]
