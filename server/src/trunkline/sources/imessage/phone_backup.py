"""Finds files in the folder of an iPhone's backup, as Finder or iTunes makes it.

A file is stored under the SHA-1 of its domain and path, in a folder of the first two digits (without folders before
iOS 10). This layout is public (imessage-exporter and libimobiledevice document it).
"""

import hashlib
import plistlib
from pathlib import Path

MESSAGES = ("HomeDomain", "Library/SMS/sms.db")
"""The domain and path of the database of Messages."""
MEDIA_DOMAIN = "MediaDomain"
"""The domain of the files of messages."""


def backup_path(folder: Path, domain: str, path: str) -> Path:
    """Where a backup has a file of the phone, if it has it."""
    name = hashlib.sha1(f"{domain}-{path}".encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()
    nested = folder / name[:2] / name
    flat = folder / name
    return flat if flat.exists() and not nested.exists() else nested


def is_encrypted(folder: Path) -> bool:
    """Whether the files of a backup are encrypted."""
    try:
        manifest = (folder / "Manifest.plist").read_bytes()
        return bool(plistlib.loads(manifest).get("IsEncrypted"))
    except (OSError, ValueError, plistlib.InvalidFileException):
        return False
