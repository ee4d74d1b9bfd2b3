"""Generated from ``_async`` by ``sdk/tools/generate_sync.py``, all but ``_runtime``."""
