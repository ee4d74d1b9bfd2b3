"""Written by hand, all but ``_runtime`` the source of ``_sync`` (``sdk/tools/generate_sync.py``)."""
