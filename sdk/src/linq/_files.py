"""``file_from_path``, for ``client.post(…, files=…)``."""

from __future__ import annotations

import os
from pathlib import Path


def file_from_path(path: str | os.PathLike[str]) -> tuple[str, bytes]:
    """The name of a file and its content, as a value of ``files``."""
    file = Path(path)
    return file.name, file.read_bytes()
