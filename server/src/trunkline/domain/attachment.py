"""Attachments: files that a partner uploads or receives (the API's public documentation: ``attachments``).

asked for ──▶ pending ──(the whole file arrives)──▶ complete ──▶ deleted
                 └──────(15 minutes pass)──▶ failed ──▶ forgotten after a day
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import quoted
from trunkline.domain.instant import DAY, MINUTE, Instant

MAX_SIZE: Final = 100 * 1024 * 1024  # bytes
MAX_FILENAME: Final = 255  # characters
MAX_PENDING: Final = 1000
"""The number of attachments of a partner that may wait for their files at the same time."""

UPLOAD_WINDOW: Final[Instant] = 15 * MINUTE
"""How long after asking for it an upload may begin, in microseconds."""

FORGET_AFTER: Final[Instant] = DAY
"""How long after asking for it an attachment without a file is forgotten, in microseconds."""

_OFFICE = "application/vnd.openxmlformats-officedocument."

_TYPES = (
    *("image/jpeg", "image/png", "image/gif", "image/heic", "image/heif", "image/tiff", "image/bmp"),
    *("video/mp4", "video/quicktime", "video/mpeg", "video/x-m4v", "video/3gpp"),
    *("audio/mpeg", "audio/x-m4a", "audio/x-caf", "audio/x-wav", "audio/x-aiff", "audio/aac", "audio/amr"),
    *("text/plain", "text/markdown", "text/vcard", "text/rtf", "text/csv", "text/html", "text/calendar"),
    *("application/pdf", "application/epub+zip", "application/zip"),
    *("application/msword", f"{_OFFICE}wordprocessingml.document"),
    *("application/vnd.ms-excel", f"{_OFFICE}spreadsheetml.sheet"),
    *("application/vnd.ms-powerpoint", f"{_OFFICE}presentationml.presentation"),
    *("application/x-iwork-pages-sffpages", "application/x-iwork-numbers-sffnumbers"),
    "application/x-iwork-keynote-sffkey",
)
_OTHER_NAMES = {
    "image/jpg": "image/jpeg",
    "image/x-ms-bmp": "image/bmp",
    "audio/mp3": "audio/mpeg",
    "audio/mp4": "audio/x-m4a",
    "audio/m4a": "audio/x-m4a",
    "audio/wav": "audio/x-wav",
    "audio/aiff": "audio/x-aiff",
    "audio/x-aac": "audio/aac",
    "text/x-vcard": "text/vcard",
    "application/rtf": "text/rtf",
    "application/vnd.apple.pages": "application/x-iwork-pages-sffpages",
    "application/vnd.apple.numbers": "application/x-iwork-numbers-sffnumbers",
    "application/vnd.apple.keynote": "application/x-iwork-keynote-sffkey",
}

CONTENT_TYPES: Final = {each: each for each in _TYPES} | _OTHER_NAMES
"""The media types that a file can have, each with the name under which the API shows it."""

VOICE_MEMO_TYPES: Final = frozenset(
    {"audio/mpeg", "audio/x-m4a", "audio/aac", "audio/x-caf", "audio/x-wav", "audio/x-aiff", "audio/amr"}
)
"""The media types that a voice memo can have, as the API shows them."""

_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\ud800-\udfff]")


class AttachmentStatus(StrEnum):
    """Whether an attachment has its file."""

    PENDING = "pending"
    COMPLETE = "complete"
    FAILED = "failed"


class Attachment(msgspec.Struct, frozen=True):
    """A file of a partner, or one that the partner is about to upload."""

    id: str
    filename: str
    declared_type: str
    """The media type as the partner wrote it; the upload repeats it."""
    size_bytes: int
    created_at: Instant
    file: str | None = None
    """The name of the file in the file store; None until the file is complete."""

    @property
    def content_type(self) -> str:
        """The media type, as the API shows it."""
        return CONTENT_TYPES.get(self.declared_type, self.declared_type)

    def status(self, now: Instant) -> AttachmentStatus:
        """Whether the attachment has its file, and if not, whether it can still be uploaded."""
        if self.file is not None:
            return AttachmentStatus.COMPLETE
        if now - self.created_at > UPLOAD_WINDOW:
            return AttachmentStatus.FAILED
        return AttachmentStatus.PENDING


def is_imported(attachment_id: str) -> bool:
    """Whether an attachment is the file of an imported message: its id is the part's, which is derived from the message
    (UUID version 5, RFC 9562 §5.5); the ids of others are random.
    """
    return attachment_id[14:15] == "5"


def check_file(filename: str, content_type: str, size_bytes: int) -> None:
    """Raises ``InvalidParameter`` unless these describe a file that can be an attachment."""
    if not 1 <= len(filename) <= MAX_FILENAME:
        raise InvalidParameter(f"'filename' has {len(filename)} characters; it must have 1 to {MAX_FILENAME}")
    if filename in {".", ".."} or _NOT_IN_A_NAME.search(filename):
        raise InvalidParameter(
            f"'filename' is {quoted(filename)}; it must be a name such as photo.jpg, without a path or control "
            "characters"
        )
    if content_type not in CONTENT_TYPES:
        raise InvalidParameter(
            f"'content_type' is {quoted(content_type)}, which is not a type of file that can be sent; /docs lists the "
            "types, at 'Upload a file'"
        )
    if not 1 <= size_bytes <= MAX_SIZE:
        raise InvalidParameter(f"'size_bytes' is {size_bytes}; it must be from 1 to {MAX_SIZE}")


def safe_filename(filename: str) -> str:
    """A name that an attachment can have, as similar to this one as possible."""
    name = _NOT_IN_A_NAME.sub("_", filename)[:MAX_FILENAME]
    return "file" if name in {"", ".", ".."} else name
