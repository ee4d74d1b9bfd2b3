# Generated from _async/resources/attachments.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.attachments``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import attachments as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import AttachmentCreateResponse, AttachmentRetrieveResponse, SupportedContentType


class AttachmentsResource(Resource):
    """``client.attachments``: files that you upload and send, and those of any message."""

    @property
    def with_raw_response(self) -> AttachmentsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AttachmentsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AttachmentsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AttachmentsWithStreamingResponse(self._client)

    def create(
        self,
        *,
        content_type: SupportedContentType,
        filename: str,
        size_bytes: int,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> AttachmentCreateResponse:
        """Ask for an attachment (``POST /v3/attachments``).

        Then ``PUT`` the file to the ``upload_url`` of the result within 15 minutes, with its ``required_headers`` and
        without your key. Messages name the attachment by its ``attachment_id``.

        :param content_type: the media type of the file
        :param size_bytes: the exact size of the file, at most 100 MiB
        """
        return self._client.transport.send(
            requests.create(
                content_type=content_type,
                filename=filename,
                size_bytes=size_bytes,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def retrieve(
        self,
        attachment_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> AttachmentRetrieveResponse:
        """Get an attachment by its id, or by that of a file in a message (``GET /v3/attachments/{id}``)."""
        return self._client.transport.send(
            requests.retrieve(
                attachment_id,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def delete(
        self,
        attachment_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Delete an attachment and its file; messages keep the part (``DELETE /v3/attachments/{id}``)."""
        return self._client.transport.send(
            requests.delete(
                attachment_id,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AttachmentsWithRawResponse:
    """``client.attachments.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.create = raw(client, requests.create)
        self.retrieve = raw(client, requests.retrieve)
        self.delete = raw(client, requests.delete)


class AttachmentsWithStreamingResponse:
    """``client.attachments.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.create = streaming(client, requests.create)
        self.retrieve = streaming(client, requests.retrieve)
        self.delete = streaming(client, requests.delete)
