"""``client.phone_numbers``: your lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions

if TYPE_CHECKING:
    from linq.types import PhoneNumberListResponse


def list(**options: Unpack[MethodOptions]) -> Request[PhoneNumberListResponse]:
    """List your lines and their reputation (``GET /v3/phone_numbers``)."""
    return request("GET", "/v3/phone_numbers", types.PhoneNumberListResponse, options)
