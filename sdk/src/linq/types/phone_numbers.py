"""Your lines."""

from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum


class PhoneNumberReputation(BaseModel):
    """How a line is doing, as it follows from its chats."""

    doc_url: str
    """The page that explains the status."""

    status: Annotated[Literal["HEALTHY", "AT_RISK", "CRITICAL"], OpenEnum]


class PhoneNumber(BaseModel):
    """One of your lines."""

    id: str
    """A UUID."""

    phone_number: str
    """In E.164."""

    reputation: PhoneNumberReputation

    forwarding_number: str | None = None
    """Where calls to the line go."""

    line_type: Annotated[Literal["iMessage", "RCS"], OpenEnum] | None = None


class PhoneNumberListResponse(BaseModel):
    """What ``phone_numbers.list`` gives."""

    phone_numbers: list[PhoneNumber]


class PhoneNumberCapabilities(BaseModel):
    """What a line can do, as the older list says it."""

    mms: bool

    sms: bool

    voice: bool


class OlderPhoneNumber(BaseModel):
    """One of your lines, as the older list has it."""

    id: str
    """A UUID."""

    phone_number: str
    """In E.164."""

    capabilities: PhoneNumberCapabilities | None = None

    country_code: str | None = None

    type: str | None = None


class PhonenumberListResponse(BaseModel):
    """What ``phonenumbers.list`` gives."""

    phone_numbers: list[OlderPhoneNumber]
