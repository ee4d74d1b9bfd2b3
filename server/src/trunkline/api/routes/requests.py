"""``/admin/requests``: the journal of your requests. Only this service has it."""

from trunkline.actions.requests.journal import RequestQuery, list_requests, request_filters, show_request
from trunkline.api.operation import GET, Operation, Request
from trunkline.api.parameters import (
    Parameter,
    choice_parameter,
    cursor_parameter,
    number_parameter,
    read_query,
    text_parameter,
)
from trunkline.api.responses import Response
from trunkline.domain.errors import InvalidParameter, NotFound
from trunkline.domain.paging import MAX_LIMIT
from trunkline.schemas.request_journal import JournaledRequestDetails, JournaledRequests

_TAG = "Requests"
_DEFAULT_LIMIT = 20
_MAX_PATH = 200  # characters
_BOOLEANS = ("true", "false")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")

_PARAMETERS = {
    each.name: each
    for each in (
        Parameter(
            "status",
            "Only requests with this status: `404`, or `4xx` for all from 400 to 499.",
            {"type": "string", "pattern": "^(?:[1-5][0-9]{2}|[1-5]xx)$", "maxLength": 3, "examples": ["4xx"]},
            str,
        ),
        choice_parameter("method", "Only requests with this method.", _METHODS),
        text_parameter(
            "path",
            "Only requests whose path contains this text, in which `*` stands for any text.",
            _MAX_PATH,
            "/v3/chats/*/messages",
        ),
        choice_parameter("errors", "`true`: only requests whose status is 400 or above.", _BOOLEANS, "false"),
        number_parameter("limit", "Maximum number of requests on the page.", 1, MAX_LIMIT, _DEFAULT_LIMIT),
        cursor_parameter(),
    )
}


@Operation(
    GET,
    "/admin/requests",
    id="listRequests",
    tag=_TAG,
    summary="List your requests",
    description="""\
The last 1,000 requests with a key of yours, the last answered first, half a second after they were answered. The
service keeps them if its setting `TRUNKLINE_REQUEST_JOURNAL` is on; when there are more than 100 a second, it keeps
some of them. Requests to `/admin/requests` are left out, and so are those with the header `X-Trunkline-Journal: off`,
which is for programs that poll.
""",
    response_description="A page of requests.",
    response=JournaledRequests,
    errors=(InvalidParameter,),
    parameters=tuple(_PARAMETERS.values()),
)
async def list_all(request: Request) -> Response:
    values = read_query(request.query, _PARAMETERS)
    filters = request_filters(
        values.get("status"),
        values.get("method", ""),
        values.get("path", ""),
        errors=values.get("errors") == "true",
    )
    query = RequestQuery(values.get("limit", _DEFAULT_LIMIT), values.get("cursor"), filters)
    is_recording = request.state.is_recording
    ctx = request.ctx
    return request.json(await list_requests(request.store, ctx.partner_id, query, ctx.now, is_recording=is_recording))


@Operation(
    GET,
    "/admin/requests/{trace_id}",
    id="retrieveRequest",
    tag=_TAG,
    summary="Read a request",
    description="""\
The latest request whose response had this trace id, with its headers and bodies. Keys and signing secrets are replaced
by `[secret]`, and files are left out. If you delete a message, the bodies that may contain it are deleted, too.
""",
    response_description="The request.",
    response=JournaledRequestDetails,
    errors=(NotFound,),
)
async def read(request: Request) -> Response:
    return request.json(await show_request(request.store, request.ctx.partner_id, request.path["trace_id"]))


ROUTES = (list_all, read)
