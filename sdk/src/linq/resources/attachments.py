# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.attachments import AsyncAttachmentsResource
from linq._async.resources.attachments import AsyncAttachmentsWithRawResponse as AsyncAttachmentsResourceWithRawResponse
from linq._async.resources.attachments import (
    AsyncAttachmentsWithStreamingResponse as AsyncAttachmentsResourceWithStreamingResponse,
)
from linq._sync.resources.attachments import AttachmentsResource
from linq._sync.resources.attachments import AttachmentsWithRawResponse as AttachmentsResourceWithRawResponse
from linq._sync.resources.attachments import (
    AttachmentsWithStreamingResponse as AttachmentsResourceWithStreamingResponse,
)

__all__ = [
    "AsyncAttachmentsResource",
    "AsyncAttachmentsResourceWithRawResponse",
    "AsyncAttachmentsResourceWithStreamingResponse",
    "AttachmentsResource",
    "AttachmentsResourceWithRawResponse",
    "AttachmentsResourceWithStreamingResponse",
]
