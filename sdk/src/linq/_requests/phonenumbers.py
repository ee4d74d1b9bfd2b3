"""``client.phonenumbers``: your lines, in the older format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions

if TYPE_CHECKING:
    from linq.types import PhonenumberListResponse


def list(**options: Unpack[MethodOptions]) -> Request[PhonenumberListResponse]:
    """List your lines. New programs should use ``client.phone_numbers`` (``GET /v3/phonenumbers``)."""
    return request("GET", "/v3/phonenumbers", types.PhonenumberListResponse, options)
