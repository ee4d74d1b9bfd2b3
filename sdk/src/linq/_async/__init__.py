"""The async half, and the source of ``_sync`` (all but ``_runtime``, which both halves write by hand)."""
