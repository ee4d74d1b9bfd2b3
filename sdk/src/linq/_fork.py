"""Lets a fork wait for imports in other threads (``linq/_lazy.py``). Every client imports this module."""

import encodings.idna  # noqa: F401 # pyright: ignore[reportUnusedImport] - the lookup of a host needs it

# A module that is imported asks logging for its logger, and logging holds its lock during a fork too. The hooks before
# a fork run in reverse order, so ours, which waits for such an import, has to be registered after logging's.
import logging  # noqa: F401 # pyright: ignore[reportUnusedImport]
import os

from linq._lazy import importing

__all__ = ["importing"]

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=importing.acquire, after_in_parent=importing.release, after_in_child=importing.release)
