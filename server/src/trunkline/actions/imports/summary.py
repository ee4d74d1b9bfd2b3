"""What an import did: every record of the archive or the upstream is counted once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from trunkline.sources.base import SkippedMessage, SkippedPiece

T = TypeVar("T")


class SkippedRecords(msgspec.Struct):
    """The numbers of skipped chats, messages, and pieces of messages (parts and reactions), by reason."""

    chats: Counter[str] = msgspec.field(default_factory=Counter[str])
    messages: Counter[str] = msgspec.field(default_factory=Counter[str])
    pieces: Counter[str] = msgspec.field(default_factory=Counter[str])

    def filter(self, records: Iterable[T | SkippedMessage | SkippedPiece]) -> Iterator[T]:
        """The messages among the records; counts the others."""
        for record in records:
            match record:
                case SkippedMessage():
                    self.messages[record.reason] += 1
                case SkippedPiece():
                    self.pieces[record.reason] += 1
                case _:
                    yield record


class ImportedFiles(msgspec.Struct, frozen=True):
    """The numbers of new files, of those that were stored already, and of skipped ones, by reason."""

    new: int
    known: int
    skipped: Counter[str]

    @property
    def read(self) -> int:
        """The files that the messages have."""
        return self.new + self.known + self.skipped.total()


class ImportSummary(msgspec.Struct, frozen=True):
    """What an import did: new, changed and unchanged chats, new and known messages, and what was skipped.

    A message that an archive contains twice is known the second time. ``files`` is None if files are not imported.
    """

    new: int
    changed: int
    unchanged: int
    new_messages: int
    known_messages: int
    skipped: SkippedRecords
    files: ImportedFiles | None = None

    @property
    def messages(self) -> int:
        """The messages that were read."""
        return self.new_messages + self.known_messages + self.skipped.messages.total()
