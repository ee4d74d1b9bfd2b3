"""Lines: ``GET /v3/phone_numbers`` and the older ``GET /v3/phonenumbers`` (docs/wire.md §4)."""

from trunkline.actions.lines.list_lines import list_lines
from trunkline.api.operation import GET, Operation, Request
from trunkline.api.responses import Response
from trunkline.schemas.chat import GUIDE_PATH
from trunkline.schemas.lines import (
    Capabilities,
    OlderPhoneNumber,
    OlderPhoneNumbers,
    PhoneNumber,
    PhoneNumbers,
    Reputation,
)

_LINES_ANCHOR = "lines"


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
    doc_url = f"{request.doc_base}{GUIDE_PATH}#{_LINES_ANCHOR}"
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


ROUTES = (list_all, list_older)
