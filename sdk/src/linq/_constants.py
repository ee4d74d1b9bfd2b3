# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._http import DEFAULT_CONNECTION_LIMITS, DEFAULT_TIMEOUT
from linq._settings import DEFAULT_MAX_RETRIES

__all__ = ["DEFAULT_CONNECTION_LIMITS", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT"]
