"""Your lines."""

from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum


class PhoneNumberReputation(BaseModel):
    """The rating of a line, derived from its chats."""

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
    """The number that calls to the line are forwarded to."""

    line_type: Annotated[Literal["iMessage", "RCS"], OpenEnum] | None = None


class PhoneNumberListResponse(BaseModel):
    """The result of ``phone_numbers.list``."""

    phone_numbers: list[PhoneNumber]


class PhoneNumberCapabilities(BaseModel):
    """The capabilities of a line, in the older format."""

    mms: bool

    sms: bool

    voice: bool


class OlderPhoneNumber(BaseModel):
    """One of your lines, in the older format."""

    id: str
    """A UUID."""

    phone_number: str
    """In E.164."""

    capabilities: PhoneNumberCapabilities | None = None

    country_code: str | None = None

    type: str | None = None


class PhonenumberListResponse(BaseModel):
    """The result of ``phonenumbers.list``."""

    phone_numbers: list[OlderPhoneNumber]
