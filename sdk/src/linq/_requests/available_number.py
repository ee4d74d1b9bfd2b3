"""``client.available_number``: a line for a new person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions, Omit, SequenceNotStr, omit

if TYPE_CHECKING:
    from linq.types import AvailableNumberRetrieveResponse


def retrieve(
    *,
    exclude_from: SequenceNotStr[str] | Omit = omit,
    to: SequenceNotStr[str] | Omit = omit,
    type: Literal["RCS", "iMessage"] | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[AvailableNumberRetrieveResponse]:
    """Select a line to send from, and get a link to its vCard (``GET /v3/available_number``).

    :param exclude_from: lines that you do not want, in E.164
    :param to: the recipients of the message to come: the line of your chat with them, if there is one
    :param type: the type of the line
    """
    query: dict[str, object] = {"exclude_from": exclude_from, "to": to, "type": type}
    return request("GET", "/v3/available_number", types.AvailableNumberRetrieveResponse, options, query=query)
