"""Where the files of a test's database are."""

import atexit
import shutil
from tempfile import mkdtemp

_folders: dict[str, str] = {}


def place_of(database: str) -> str:
    """The setting for the files of a database: a folder of its own, where the default is one for every database."""
    if database.startswith("sqlite:"):
        return ""
    if database not in _folders:
        _folders[database] = mkdtemp(prefix="attachments-")
        atexit.register(shutil.rmtree, _folders[database], ignore_errors=True)
    return _folders[database]
