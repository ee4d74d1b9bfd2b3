"""``client.messages.poll``: a poll by the id of its message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, Unpack

from linq._request import Request, path_to, request
from linq._types import MethodOptions
from linq.types import chats

if TYPE_CHECKING:
    from linq.types.chats import PollEnvelope
    from linq.types.params import PollOptionParam


def retrieve(message_id: str, **options: Unpack[MethodOptions]) -> Request[PollEnvelope]:
    """Get a poll with its votes (``GET /v3/messages/{id}/poll``)."""
    return request("GET", path_to("/v3/messages/{message_id}/poll", message_id=message_id), chats.PollEnvelope, options)


def add_options(
    message_id: str,
    *,
    options: Iterable[PollOptionParam],
    **method_options: Unpack[MethodOptions],
) -> Request[PollEnvelope]:
    """Add options to a poll (``POST /v3/messages/{id}/poll/options``). They never change afterwards.

    :param options: the new options only: ``[{"text": "Maybe"}]``
    """
    body: dict[str, object] = {"options": options}
    return request(
        "POST",
        path_to("/v3/messages/{message_id}/poll/options", message_id=message_id),
        chats.PollEnvelope,
        method_options,
        body=body,
    )


def vote(
    message_id: str,
    *,
    operation: Literal["add", "remove"],
    option_id: str,
    **options: Unpack[MethodOptions],
) -> Request[PollEnvelope]:
    """Add the vote of your line for an option, or remove it (``POST /v3/messages/{id}/poll/votes``)."""
    body: dict[str, object] = {"operation": operation, "option_id": option_id}
    return request(
        "POST",
        path_to("/v3/messages/{message_id}/poll/votes", message_id=message_id),
        chats.PollEnvelope,
        options,
        body=body,
    )
