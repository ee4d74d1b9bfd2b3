"""Attachments: ask for one, upload, read, download and delete it (docs/wire.md §4)."""

from functools import partial

import msgspec

from trunkline.actions.attachments import attachments, upload
from trunkline.api.file_transfer import file_response
from trunkline.api.operation import DELETE, GET, HEAD, POST, PUT, Operation, Request
from trunkline.api.parameters import MAX_TOKEN, Parameter, read_query
from trunkline.api.request_body import received
from trunkline.api.responses import Response, no_content
from trunkline.domain.attachment import MAX_SIZE, UPLOAD_WINDOW
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import (
    AlreadyUploaded,
    FilesFull,
    FilesNotReady,
    InvalidBody,
    InvalidParameter,
    InvalidSignedUrl,
    NoSuchAttachment,
    RangeNotSatisfiable,
)
from trunkline.domain.file_urls import FILE_PATH, Purpose
from trunkline.domain.handle import quoted
from trunkline.domain.instant import to_datetime
from trunkline.schemas.attachments import AttachmentBody, AttachmentSchema, UploadSchema, upload_schema

_SIGNED = tuple(
    Parameter(
        name,
        "Part of the signed URL; use the URL unchanged.",
        {"type": "string", "maxLength": MAX_TOKEN},
        str,
        InvalidSignedUrl,
    )
    for name in ("partner", "expires", "signature")
)
_SIGNED_BY_NAME = {each.name: each for each in _SIGNED}


@Operation(
    POST,
    "/v3/attachments",
    id="createAttachment",
    tag="Attachments",
    summary="Upload a file",
    description=f"""\
Returns the URL to which to upload the file, within 15 minutes and with a `PUT` request:

    curl -X PUT "$UPLOAD_URL" -H "Content-Type: application/pdf" --data-binary @menu.pdf

The body is the file itself, with the headers in `required_headers`. Then send the file in any number of messages, as a
part `{{"type": "media", "attachment_id": …}}`. A file has at most {MAX_SIZE} bytes (100 MiB). WebP, SVG, FLAC, OGG and
programs cannot be sent. You need no attachment to send a file that has a public `https://` URL.
""",
    response_description="Upload the file now.",
    body=AttachmentBody,
    body_example={"filename": "menu.pdf", "content_type": "application/pdf", "size_bytes": 120},
    response=UploadSchema,
    errors=(InvalidParameter,),
)
async def create(request: Request) -> Response:
    body, ctx = request.body(AttachmentBody), request.ctx
    attachment = await attachments.create_attachment(
        request.store, ctx, body.filename, body.content_type, body.size_bytes
    )
    expires_at = ctx.now + UPLOAD_WINDOW
    upload_url = request.urls.upload(ctx.partner_id, attachment.id, expires_at)
    download_url = request.urls.download(ctx.partner_id, attachment.id, ctx.now)
    return request.json(upload_schema(attachment, upload_url, download_url, to_datetime(expires_at)))


@Operation(
    GET,
    "/v3/attachments/{attachment_id}",
    id="getAttachment",
    tag="Attachments",
    summary="Read an attachment",
    description="By the id of an attachment, or of a file in any of your messages, received ones included.",
    response_description="The attachment, with a new URL for the file.",
    response=AttachmentSchema,
    errors=(NoSuchAttachment,),
)
async def read(request: Request) -> Response:
    ctx = request.ctx
    file = await attachments.find_file(request.store, ctx.partner_id, request.path["attachment_id"], ctx.now)
    return request.json(
        AttachmentSchema(
            id=file.id,
            filename=file.filename,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            status=file.status,
            download_url=file.url or request.urls.download(ctx.partner_id, file.id, ctx.now),
            created_at=to_datetime(file.created_at),
        )
    )


@Operation(
    DELETE,
    "/v3/attachments/{attachment_id}",
    id="deleteAttachment",
    tag="Attachments",
    summary="Delete an attachment",
    description="""\
Deletes the file at once: no URL of it works any longer. Messages that were sent with it keep the part, with its name,
type and size. The recipients keep what they have received.
""",
    status=204,
    response_description="Attachment deleted.",
    errors=(NoSuchAttachment,),
)
async def delete(request: Request) -> Response:
    await attachments.delete_attachment(request.store, request.ctx, request.path["attachment_id"])
    return no_content()


@Operation(
    PUT,
    FILE_PATH,
    id="uploadFile",
    tag="Attachments",
    summary="Upload the file of an attachment",
    description="""\
At the `upload_url` of the attachment, which needs no key. The headers must be those in `required_headers`, and the body
exactly as long as declared. If the upload fails, nothing is stored, and you can repeat it until the URL expires. A file
that is uploaded cannot be replaced.
""",
    response_description="The file is stored.",
    streams_body=True,
    errors=(
        InvalidBody,
        InvalidParameter,
        InvalidSignedUrl,
        NoSuchAttachment,
        AlreadyUploaded,
        FilesFull,
        FilesNotReady,
    ),
    parameters=_SIGNED,
    needs_key=False,
)
async def put_content(request: Request) -> Response:
    attachment_id = request.path["attachment_id"]
    ctx = _signed_context(request, Purpose.UPLOAD)
    attachment = await upload.find_upload(request.store, ctx.partner_id, attachment_id)
    if request.header(b"transfer-encoding") is not None:
        raise InvalidParameter("'Transfer-Encoding' is given; send the file with its 'Content-Length' instead")
    expected = {"Content-Type": attachment.declared_type, "Content-Length": str(attachment.size_bytes)}
    for name, value in expected.items():
        given = request.header(name.lower().encode())
        if given != value:
            said = "missing" if given is None else quoted(given)
            raise InvalidParameter(f"'{name}' is {said}; it must be {value}, as declared for this attachment")
    await upload.upload(request.store, ctx, attachment, received(request.receive, attachment.size_bytes))
    return Response(200, [], b"")


@Operation(
    GET,
    FILE_PATH,
    id="downloadFile",
    tag="Attachments",
    summary="Download the file of an attachment",
    description="""\
At a `download_url`, or at the `url` of a part, which need no key and are valid for one to two days. The response
supports `Range` with one range, `If-Range` and `If-None-Match`. A browser saves the file and does not show it.
""",
    response_description="The file.",
    streams_response=True,
    errors=(InvalidParameter, InvalidSignedUrl, NoSuchAttachment, RangeNotSatisfiable, FilesNotReady),
    parameters=_SIGNED,
    headers={
        "ETag": "The file never changes, and neither does its ETag.",
        "Content-Disposition": "`attachment`, with the name of the file.",
    },
    not_modified="You have the file whose `ETag` is in `If-None-Match`.",
    needs_key=False,
)
async def get_content(request: Request) -> Response:
    ctx = _signed_context(request, Purpose.DOWNLOAD)
    attachment = await attachments.open_file(request.store, ctx.partner_id, request.path["attachment_id"])
    scope = request.scope
    return await file_response(
        attachment,
        scope["headers"],
        partial(attachments.download, request.store, ctx.partner_id, attachment),
        head=scope["method"] == HEAD,
    )


def _signed_context(request: Request, purpose: Purpose) -> RequestContext:
    """On whose behalf the URL of a request acts. Raises ``InvalidSignedUrl``."""
    query = read_query(request.query, _SIGNED_BY_NAME)
    partner_id = request.urls.partner(purpose, request.path["attachment_id"], query, request.ctx.now)
    return msgspec.structs.replace(request.ctx, partner_id=partner_id)


ROUTES = (create, read, delete, put_content, get_content)
