"""``client.attachments``: files that you upload and send, and those of any message."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, path_to, request
from linq._types import MethodOptions

if TYPE_CHECKING:
    from linq.types import AttachmentCreateResponse, AttachmentRetrieveResponse, SupportedContentType


def create(
    *,
    content_type: SupportedContentType,
    filename: str,
    size_bytes: int,
    **options: Unpack[MethodOptions],
) -> Request[AttachmentCreateResponse]:
    """Ask for an attachment (``POST /v3/attachments``).

    Then ``PUT`` the file to the ``upload_url`` of the result within 15 minutes, with its ``required_headers`` and
    without your key. Messages name the attachment by its ``attachment_id``.

    :param content_type: the media type of the file
    :param size_bytes: the exact size of the file, at most 100 MiB
    """
    body: dict[str, object] = {"content_type": content_type, "filename": filename, "size_bytes": size_bytes}
    return request("POST", "/v3/attachments", types.AttachmentCreateResponse, options, body=body)


def retrieve(attachment_id: str, **options: Unpack[MethodOptions]) -> Request[AttachmentRetrieveResponse]:
    """Get an attachment by its id, or by that of a file in a message (``GET /v3/attachments/{id}``)."""
    path = path_to("/v3/attachments/{attachment_id}", attachment_id=attachment_id)
    return request("GET", path, types.AttachmentRetrieveResponse, options)


def delete(attachment_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Delete an attachment and its file; messages keep the part (``DELETE /v3/attachments/{id}``)."""
    path = path_to("/v3/attachments/{attachment_id}", attachment_id=attachment_id)
    return request("DELETE", path, NoneType, options)
