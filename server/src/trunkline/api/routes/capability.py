"""``POST /v3/capability/check_imessage`` and ``check_rcs`` (CONTRACT §4)."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.actions.capability import check_capability
from trunkline.api.operation import POST, Call, Operation, operation
from trunkline.api.responses import Response
from trunkline.api.shapes import Handle, Number
from trunkline.domain.chat import Service
from trunkline.domain.errors import InvalidBody, InvalidParameter, InvalidPhoneNumber, MissingField, NotYourLine
from trunkline.domain.handle import parse_handle, parse_number

REFUSALS = (MissingField, InvalidPhoneNumber, InvalidBody, InvalidParameter, NotYourLine)


class CapabilityBody(msgspec.Struct):
    """Whom to look for."""

    address: Annotated[Handle, Meta(description="The handle of the recipient.")]
    line: Annotated[Number | None, Meta(description="The line that would send. Left out, any of your lines.")] = (
        msgspec.field(name="from", default=None)
    )


class NumberCapabilityBody(CapabilityBody):
    """Which number to look for."""

    address: Annotated[Number, Meta(description="The phone number of the recipient.")]


class Capability(msgspec.Struct):
    """Whether somebody can be reached over a network."""

    address: Annotated[str, Meta(description="The handle that was looked for, in its normal form.")]
    available: Annotated[bool, Meta(description="Whether the network reaches it.")]
    reason: Annotated[
        Literal["not_supported"] | UnsetType,
        Meta(description="Only where it is not reached: the network is not theirs."),
    ] = UNSET
    selected_service: Annotated[
        Service | UnsetType,
        Meta(description="What would carry a message that prefers this network; missing where nothing would."),
    ] = UNSET


@operation(
    POST,
    "/v3/capability/check_imessage",
    Operation(
        id="checkIMessage",
        tag="Capability",
        summary="Whether iMessage reaches somebody",
        description="Asks the carrier. Nothing is sent.",
        says="Whether it does.",
        body=CapabilityBody,
        answer=Capability,
        refusals=REFUSALS,
    ),
)
async def check_imessage(call: Call) -> Response:
    body = call.body(CapabilityBody)
    return await _check(call, body, Service.IMESSAGE, parse_handle(body.address, "address"))


@operation(
    POST,
    "/v3/capability/check_rcs",
    Operation(
        id="checkRCS",
        tag="Capability",
        summary="Whether RCS reaches somebody",
        description="Asks the carrier. Nothing is sent. RCS knows phone numbers only.",
        says="Whether it does.",
        body=NumberCapabilityBody,
        answer=Capability,
        refusals=REFUSALS,
    ),
)
async def check_rcs(call: Call) -> Response:
    body = call.body(NumberCapabilityBody)
    return await _check(call, body, Service.RCS, parse_number(body.address, "address"))


async def _check(call: Call, body: CapabilityBody, service: Service, handle: str) -> Response:
    line = None if body.line is None else parse_number(body.line, "from")
    found = await check_capability(call.site.store, call.site.network, call.cause.partner_id, service, handle, line)
    return call.answer(
        Capability(
            handle,
            found.available,
            UNSET if found.available else "not_supported",
            UNSET if found.selected is None else found.selected,
        )
    )


ROUTES = (check_imessage, check_rcs)
