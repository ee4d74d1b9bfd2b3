"""Capability checks: ``POST /v3/capability/check_imessage`` and ``check_rcs`` (docs/wire.md §4)."""

from msgspec import UNSET

from trunkline.actions.lines.capability import check_capability
from trunkline.api.operation import POST, Operation, Request
from trunkline.api.responses import Response
from trunkline.domain.chat import Service
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber, NotYourLine
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.schemas.capability import CapabilityBody, CapabilitySchema, NumberCapabilityBody

ERRORS = (InvalidPhoneNumber, InvalidParameter, NotYourLine)


@Operation(
    POST,
    "/v3/capability/check_imessage",
    id="checkIMessage",
    tag="Capability",
    summary="Check whether iMessage reaches a handle",
    description="Asks the carrier. Nothing is sent.",
    response_description="Whether it does.",
    body=CapabilityBody,
    body_example={"address": "+14155559876"},
    response=CapabilitySchema,
    errors=ERRORS,
)
async def check_imessage(request: Request) -> Response:
    body = request.body(CapabilityBody)
    return await _check(request, body, Service.IMESSAGE, parse_handle(body.address, "address"))


@Operation(
    POST,
    "/v3/capability/check_rcs",
    id="checkRCS",
    tag="Capability",
    summary="Check whether RCS reaches a phone number",
    description="Asks the carrier. Nothing is sent. RCS reaches phone numbers only.",
    response_description="Whether it does.",
    body=NumberCapabilityBody,
    body_example={"address": "+14155559876"},
    response=CapabilitySchema,
    errors=ERRORS,
)
async def check_rcs(request: Request) -> Response:
    body = request.body(NumberCapabilityBody)
    return await _check(request, body, Service.RCS, parse_number(body.address, "address"))


async def _check(request: Request, body: CapabilityBody, service: Service, handle: str) -> Response:
    line = None if body.line is None else parse_number(body.line, "from")
    network, partner_id = request.state.network, request.ctx.partner_id
    found = await check_capability(request.store, network, partner_id, service, handle, line)
    return request.json(
        CapabilitySchema(
            handle,
            found.available,
            UNSET if found.available else "not_supported",
            UNSET if found.selected is None else found.selected,
        )
    )


ROUTES = (check_imessage, check_rcs)
