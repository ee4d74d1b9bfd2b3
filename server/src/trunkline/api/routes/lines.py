"""Lines: ``GET /v3/phone_numbers`` and the older ``GET /v3/phonenumbers`` (docs/wire.md §4)."""

from trunkline.actions.lines.list_lines import list_lines
from trunkline.actions.lines.statistics import lines_statistics
from trunkline.api.disconnection import while_connected
from trunkline.api.operation import GET, Operation, Request
from trunkline.api.parameters import number_parameter, read_query
from trunkline.api.responses import Response
from trunkline.domain.chat_health import DEFAULT_DAYS, MAX_DAYS
from trunkline.domain.errors import InvalidParameter
from trunkline.schemas.chat import GUIDE_PATH
from trunkline.schemas.line_statistics import LinesStatistics
from trunkline.schemas.lines import (
    Capabilities,
    OlderPhoneNumber,
    OlderPhoneNumbers,
    PhoneNumber,
    PhoneNumbers,
    Reputation,
)

_LINES_ANCHOR = "lines"


def _doc_url(request: Request) -> str:
    return f"{request.doc_base}{GUIDE_PATH}#{_LINES_ANCHOR}"


@Operation(
    GET,
    "/v3/phone_numbers",
    id="listPhoneNumbers",
    tag="Lines",
    summary="List your lines",
    description="Every number that you can send from, with its reputation.",
    response_description="Your lines.",
    response=PhoneNumbers,
)
async def list_all(request: Request) -> Response:
    lines = await list_lines(request.store, request.ctx.partner_id)
    doc_url = _doc_url(request)
    return request.json(
        PhoneNumbers([PhoneNumber(line.id, line.phone_number, Reputation(status, doc_url)) for line, status in lines])
    )


@Operation(
    GET,
    "/v3/phonenumbers",
    id="listPhoneNumbersOlder",
    tag="Lines",
    summary="List your lines, in the older form",
    description="Use `/v3/phone_numbers`.",
    response_description="Your lines.",
    response=OlderPhoneNumbers,
)
async def list_older(request: Request) -> Response:
    lines = await request.store.partners.lines(request.ctx.partner_id)
    return request.json(
        OlderPhoneNumbers([OlderPhoneNumber(line.id, line.phone_number, Capabilities()) for line in lines])
    )


_STATISTICS_PARAMETERS = {
    "days": number_parameter("days", "The number of days, today included.", 1, MAX_DAYS, DEFAULT_DAYS)
}


@Operation(
    GET,
    "/admin/lines/statistics",
    id="getLineStatistics",
    tag="Lines",
    summary="Read the statistics of your lines",
    description="""\
Messages by day, chats by health, and why a line has its reputation. Only this service has it. Messages are counted when
you ask: if there are very many new ones, `is_complete` is `false`, and the next request counts further. A message that
is deleted later stays counted.
""",
    response_description="The statistics.",
    response=LinesStatistics,
    errors=(InvalidParameter,),
    parameters=tuple(_STATISTICS_PARAMETERS.values()),
)
async def statistics(request: Request) -> Response:
    days = read_query(request.query, _STATISTICS_PARAMETERS).get("days", DEFAULT_DAYS)
    ctx = request.ctx
    async with while_connected(request.receive):
        found = await lines_statistics(request.store, ctx.partner_id, ctx.now, days, _doc_url(request))
    return request.json(found)


ROUTES = (list_all, list_older, statistics)
