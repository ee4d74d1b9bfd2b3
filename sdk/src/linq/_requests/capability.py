"""``client.capability``: the services that a handle can receive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions, Omit, omit

if TYPE_CHECKING:
    from linq.types import HandleCheckResponse


def check_i_message(
    *,
    address: str,
    from_: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[HandleCheckResponse]:
    """Check whether a handle can receive iMessage (``POST /v3/capability/check_imessage``).

    :param address: the handle to check: E.164, or an email address
    :param from_: your line to check from, in E.164
    """
    body: dict[str, object] = {"address": address, "from": from_}
    return request("POST", "/v3/capability/check_imessage", types.HandleCheckResponse, options, body=body)


def check_RCS(  # noqa: N802 - the public client's name
    *,
    address: str,
    from_: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[HandleCheckResponse]:
    """Check whether a handle can receive RCS (``POST /v3/capability/check_rcs``).

    :param address: the handle to check: E.164, or an email address
    :param from_: your line to check from, in E.164
    """
    body: dict[str, object] = {"address": address, "from": from_}
    return request("POST", "/v3/capability/check_rcs", types.HandleCheckResponse, options, body=body)
