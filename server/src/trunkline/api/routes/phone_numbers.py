"""``GET /v3/phone_numbers`` and the older ``GET /v3/phonenumbers`` (CONTRACT §4)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trunkline.actions.phone_numbers import list_lines
from trunkline.api.operation import GET, Call, Operation, operation
from trunkline.api.responses import Response
from trunkline.domain.chat import HealthStatus
from trunkline.domain.document import GUIDE_PATH

LINES_ANCHOR = "lines"


class Reputation(msgspec.Struct):
    """How a line stands, by the chats on it."""

    status: Annotated[HealthStatus, Meta(description="`HEALTHY`, `AT_RISK` or `CRITICAL`.")]
    doc_url: Annotated[str, Meta(description="What that means.", extra_json_schema={"format": "uri"})]


class PhoneNumber(msgspec.Struct):
    """A line of yours."""

    id: Annotated[str, Meta(description="Identifies the line.")]
    phone_number: Annotated[str, Meta(description="Its number, E.164.")]
    reputation: Annotated[Reputation, Meta(description="How it stands.")]
    line_type: Annotated[Literal["iMessage"], Meta(description="Which networks it can use: all of them.")] = "iMessage"
    forwarding_number: Annotated[None, Meta(description="Always `null`: calls are not forwarded.")] = None


class PhoneNumbers(msgspec.Struct):
    """Your lines."""

    phone_numbers: Annotated[list[PhoneNumber], Meta(description="The oldest first.")]


class Capabilities(msgspec.Struct):
    """What a line can do."""

    sms: Annotated[bool, Meta(description="Texts: yes.")] = True
    mms: Annotated[bool, Meta(description="Texts with files: yes.")] = True
    voice: Annotated[bool, Meta(description="Calls: no.")] = False


class OlderPhoneNumber(msgspec.Struct):
    """A line of yours, as older clients know it."""

    id: Annotated[str, Meta(description="Identifies the line.")]
    phone_number: Annotated[str, Meta(description="Its number, E.164.")]
    capabilities: Annotated[Capabilities, Meta(description="What it can do.")]
    country_code: Annotated[None, Meta(description="Always `null`.")] = None
    type: Annotated[None, Meta(description="Always `null`.")] = None


class OlderPhoneNumbers(msgspec.Struct):
    """Your lines, as older clients know them."""

    phone_numbers: Annotated[list[OlderPhoneNumber], Meta(description="The oldest first.")]


@operation(
    GET,
    "/v3/phone_numbers",
    Operation(
        id="listPhoneNumbers",
        tag="Lines",
        summary="List your lines",
        description="Every number that you can send from, and how it stands.",
        says="Your lines.",
        answer=PhoneNumbers,
    ),
)
async def list_all(call: Call) -> Response:
    lines = await list_lines(call.site.store, call.cause.partner_id, call.site.thresholds)
    doc_url = f"{call.site.doc_base}{GUIDE_PATH}#{LINES_ANCHOR}"
    return call.answer(
        PhoneNumbers([PhoneNumber(line.id, line.phone_number, Reputation(status, doc_url)) for line, status in lines])
    )


@operation(
    GET,
    "/v3/phonenumbers",
    Operation(
        id="listPhoneNumbersOlder",
        tag="Lines",
        summary="List your lines, as older clients ask",
        description="Use `/v3/phone_numbers`.",
        says="Your lines.",
        answer=OlderPhoneNumbers,
    ),
)
async def list_older(call: Call) -> Response:
    lines = await call.site.store.partners.lines(call.cause.partner_id)
    return call.answer(
        OlderPhoneNumbers([OlderPhoneNumber(line.id, line.phone_number, Capabilities()) for line in lines])
    )


ROUTES = (list_all, list_older)
