"""``client.chats.polls``: polls, which are messages of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq._request import Request, path_to, request
from linq._types import MethodOptions
from linq.types import chats

if TYPE_CHECKING:
    from linq.types.chats import PollEnvelope
    from linq.types.params import PollParam


def create(
    chat_id: str,
    *,
    poll: PollParam,
    **options: Unpack[MethodOptions],
) -> Request[PollEnvelope]:
    """Send a poll to a chat (``POST /v3/chats/{id}/polls``). Only iMessage carries polls.

    :param poll: the options, two at least: ``{"options": [{"text": "Yes"}, {"text": "No"}]}``
    """
    body: dict[str, object] = {"poll": poll}
    return request(
        "POST", path_to("/v3/chats/{chat_id}/polls", chat_id=chat_id), chats.PollEnvelope, options, body=body
    )
