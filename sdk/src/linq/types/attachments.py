"""Attachments: files that are uploaded, and sent by their id."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from linq._models import BaseModel, OpenEnum

SupportedContentType: TypeAlias = Literal[
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/tiff",
    "image/bmp",
    "image/svg+xml",
    "image/webp",
    "image/x-icon",
    "video/mp4",
    "video/quicktime",
    "video/mpeg",
    "video/mpeg2",
    "video/x-m4v",
    "video/x-msvideo",
    "video/3gpp",
    "audio/mpeg",
    "audio/mp3",
    "audio/x-m4a",
    "audio/mp4",
    "audio/x-caf",
    "audio/x-wav",
    "audio/x-aiff",
    "audio/aiff",
    "audio/aac",
    "audio/midi",
    "audio/amr",
    "application/pdf",
    "application/vnd.apple.pkpass",
    "text/plain",
    "text/markdown",
    "text/vcard",
    "text/rtf",
    "text/csv",
    "text/html",
    "text/calendar",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/x-iwork-pages-sffpages",
    "application/x-iwork-numbers-sffnumbers",
    "application/x-iwork-keynote-sffkey",
    "application/epub+zip",
    "text/xml",
    "application/json",
    "application/zip",
    "application/x-gzip",
]
"""The media types of files. Servers accept some of them, and may accept others."""


class AttachmentCreateResponse(BaseModel):
    """The result of ``attachments.create``: where and how to upload the file."""

    attachment_id: str
    """A UUID, for ``{"type": "media", "attachment_id": …}`` in messages."""

    download_url: str
    """Where the file can be downloaded once it is uploaded."""

    expires_at: datetime
    """Until when the upload may begin."""

    http_method: Annotated[Literal["PUT"], OpenEnum]

    required_headers: dict[str, str]
    """The headers of the upload, exactly."""

    upload_url: str
    """Where to upload the file. It needs no key; treat it as a secret."""


class AttachmentRetrieveResponse(BaseModel):
    """The result of ``attachments.retrieve``: a file."""

    id: str
    """The id of the attachment, or of the part of a message."""

    content_type: Annotated[SupportedContentType, OpenEnum]

    created_at: datetime

    filename: str

    size_bytes: int
    """0 if it is unknown."""

    status: Annotated[Literal["pending", "complete", "failed"], OpenEnum]
    """Whether the file is uploaded; ``failed`` if it was not in time."""

    download_url: str | None = None
    """Where to download the file; it expires."""
