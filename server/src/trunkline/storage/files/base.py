"""What a file store provides.

A file is written once, as a whole, under a name that no other file has, and never changes. Every method raises
``FilesNotReady`` if the store does not answer.
"""

import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Protocol

_NAME = re.compile(r"[0-9]{1,19}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class FileMissing(Exception):
    """The file store does not have a file that it should have."""


class FileStore(Protocol):
    """A place for files: a folder, or a bucket."""

    async def write(self, name: str, content: AsyncIterable[bytes]) -> None:
        """Stores a new file. If the content raises, or the store fails, there is no file. Raises ``FilesFull``."""
        ...

    def read(self, name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        """The bytes of a file from ``start`` to before ``stop``, in pieces. Raises ``FileMissing``."""
        ...

    async def delete(self, name: str) -> None:
        """Deletes a file, if it exists."""
        ...

    async def delete_place(self, partner_id: int) -> None:
        """Deletes what remains of a partner when all of its files are deleted."""
        ...

    async def size(self, name: str) -> int | None:
        """The size of a file in bytes; None if it does not exist."""
        ...

    def names(self) -> AsyncGenerator[str]:
        """The names of all files."""
        ...

    async def check_ready(self) -> None:
        """Raises ``FilesNotReady`` if files cannot be stored here."""
        ...

    async def probe(self) -> None:
        """The same for a readiness probe: of a folder.

        A bucket is not asked, because only files need it, and its store is another service.
        """
        ...

    async def close(self) -> None: ...


def new_name(partner_id: int) -> str:
    """A name for a new file of a partner. It reveals nothing about the content, and no caller chooses it."""
    return f"{partner_id}/{uuid.uuid4()}"


def partner_of(name: str) -> int:
    """The id of the partner whose file this is."""
    return int(name.partition("/")[0])


def check_name(name: str) -> None:
    """Raises ``ValueError`` unless ``new_name`` could have made this name."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not the name of a file")
