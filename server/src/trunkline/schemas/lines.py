"""Lines, in the form of ``/v3/phone_numbers`` and of the older ``/v3/phonenumbers``."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trunkline.domain.chat import HealthStatus
from trunkline.schemas.fields import Url


class Reputation(msgspec.Struct):
    """The reputation of a line, derived from its chats."""

    status: Annotated[HealthStatus, Meta(description="`HEALTHY`, `AT_RISK` or `CRITICAL`.")]
    doc_url: Annotated[Url, Meta(description="What the reputation means.")]


class PhoneNumber(msgspec.Struct):
    """One of your lines."""

    id: Annotated[str, Meta(description="The id of the line.")]
    phone_number: Annotated[str, Meta(description="The number in E.164 format.")]
    reputation: Annotated[Reputation, Meta(description="The reputation of the line.")]
    line_type: Annotated[Literal["iMessage"], Meta(description="Always `iMessage`: every service is available.")] = (
        "iMessage"
    )
    forwarding_number: Annotated[None, Meta(description="Always `null`: calls are not forwarded.")] = None


class PhoneNumbers(msgspec.Struct):
    """Your lines."""

    phone_numbers: Annotated[list[PhoneNumber], Meta(description="The lines, the oldest first.")]


class Capabilities(msgspec.Struct):
    """What a line can do."""

    sms: Annotated[bool, Meta(description="Whether it can send texts.")] = True
    mms: Annotated[bool, Meta(description="Whether it can send files.")] = True
    voice: Annotated[bool, Meta(description="Whether it can call.")] = False


class OlderPhoneNumber(msgspec.Struct):
    """One of your lines, in the older form."""

    id: Annotated[str, Meta(description="The id of the line.")]
    phone_number: Annotated[str, Meta(description="The number in E.164 format.")]
    capabilities: Annotated[Capabilities, Meta(description="What the line can do.")]
    country_code: Annotated[None, Meta(description="Always `null`.")] = None
    type: Annotated[None, Meta(description="Always `null`.")] = None


class OlderPhoneNumbers(msgspec.Struct):
    """Your lines, in the older form."""

    phone_numbers: Annotated[list[OlderPhoneNumber], Meta(description="The lines, the oldest first.")]
