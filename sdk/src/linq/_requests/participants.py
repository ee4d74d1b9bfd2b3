"""``client.chats.participants``: the members of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq._request import Request, path_to, request
from linq._types import MethodOptions
from linq.types import chats

if TYPE_CHECKING:
    from linq.types.chats import ParticipantAddResponse, ParticipantRemoveResponse


def add(
    chat_id: str,
    *,
    handle: str,
    **options: Unpack[MethodOptions],
) -> Request[ParticipantAddResponse]:
    """Add a participant to a group (``POST /v3/chats/{id}/participants``).

    :param handle: E.164, or an email address
    """
    body: dict[str, object] = {"handle": handle}
    return request(
        "POST",
        path_to("/v3/chats/{chat_id}/participants", chat_id=chat_id),
        chats.ParticipantAddResponse,
        options,
        body=body,
    )


def remove(
    chat_id: str,
    *,
    handle: str,
    **options: Unpack[MethodOptions],
) -> Request[ParticipantRemoveResponse]:
    """Remove a participant from a group (``DELETE /v3/chats/{id}/participants``).

    :param handle: E.164, or an email address
    """
    body: dict[str, object] = {"handle": handle}
    return request(
        "DELETE",
        path_to("/v3/chats/{chat_id}/participants", chat_id=chat_id),
        chats.ParticipantRemoveResponse,
        options,
        body=body,
    )
