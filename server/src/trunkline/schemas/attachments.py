"""Attachments (the API's public documentation: ``attachments``)."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.attachment import CONTENT_TYPES, MAX_FILENAME, MAX_SIZE, Attachment, AttachmentStatus
from trunkline.schemas.fields import Id, Timestamp, Url


class AttachmentBody(msgspec.Struct):
    """A file that you are going to upload."""

    filename: Annotated[
        str,
        Meta(
            description="The name of the file, without a path.",
            extra_json_schema={
                "minLength": 1,
                "maxLength": MAX_FILENAME,
                "pattern": r"^(?!\.{1,2}$)[^/\\\x00-\x1f\x7f-\x9f]+$",
                "examples": ["menu.pdf"],
            },
        ),
    ]
    content_type: Annotated[
        str,
        Meta(
            description="The media type. Several types have an older name as well; responses show the newer one.",
            extra_json_schema={"enum": [*CONTENT_TYPES], "examples": ["application/pdf"]},
        ),
    ]
    size_bytes: Annotated[
        int,
        Meta(
            description="The exact size.",
            extra_json_schema={"minimum": 1, "maximum": MAX_SIZE, "examples": [48213]},
        ),
    ]


class UploadSchema(msgspec.Struct):
    """Where and how to upload the file."""

    attachment_id: Annotated[Id, Meta(description="The id of the attachment. It does not expire.")]
    upload_url: Annotated[Url, Meta(description="Where to upload the file. It needs no key; treat it as a secret.")]
    download_url: Annotated[
        Url, Meta(description="Where the file can be downloaded once it is uploaded, for one to two days.")
    ]
    http_method: Annotated[str, Meta(description="Always `PUT`.", extra_json_schema={"const": "PUT"})]
    expires_at: Annotated[Timestamp, Meta(description="Until when the upload may begin.")]
    required_headers: Annotated[dict[str, str], Meta(description="The headers of the upload, exactly.")]


class AttachmentSchema(msgspec.Struct):
    """A file: one of your attachments, or the file of any part of your messages."""

    id: Annotated[Id, Meta(description="The id of the attachment, or of the part.")]
    filename: Annotated[str, Meta(description="The name of the file.")]
    content_type: Annotated[str, Meta(description="The media type.")]
    size_bytes: Annotated[int, Meta(ge=0, description="The size in bytes; 0 if it is unknown.")]
    status: Annotated[
        AttachmentStatus,
        Meta(description="`pending`: upload the file; `complete`: it is there; `failed`: it was not uploaded in time."),
    ]
    download_url: Annotated[Url, Meta(description="Where to download the file. Read the attachment for a new URL.")]
    created_at: Annotated[Timestamp, Meta(description="When you asked for the attachment; of a part, its message.")]


def upload_schema(attachment: Attachment, upload_url: str, download_url: str, expires_at: datetime) -> UploadSchema:
    """Where and how to upload the file of a new attachment."""
    return UploadSchema(
        attachment_id=attachment.id,
        upload_url=upload_url,
        download_url=download_url,
        http_method="PUT",
        expires_at=expires_at,
        required_headers={"Content-Type": attachment.declared_type, "Content-Length": str(attachment.size_bytes)},
    )
