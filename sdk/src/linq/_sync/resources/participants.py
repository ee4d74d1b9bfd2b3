# Generated from _async/resources/participants.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.chats.participants``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._request import call_for, path_to
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes
from linq.types import chats

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3
    from linq.types.chats import ParticipantAddResponse, ParticipantRemoveResponse


class ParticipantsResource(Resource):
    """``client.chats.participants``: who is in a group."""

    @property
    def with_raw_response(self) -> ParticipantsWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return ParticipantsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> ParticipantsWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return ParticipantsWithStreamingResponse(self._client)

    def add(
        self,
        chat_id: str,
        *,
        handle: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ParticipantAddResponse:
        """Add somebody to a group (``POST /v3/chats/{id}/participants``).

        :param handle: E.164, or an e-mail address
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"handle": handle}
        call = call_for("POST", path_to("/v3/chats/{chat_id}/participants", chat_id=chat_id), *extras, body=body)
        return self._answer(call, chats.ParticipantAddResponse)

    def remove(
        self,
        chat_id: str,
        *,
        handle: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ParticipantRemoveResponse:
        """Put somebody out of a group (``DELETE /v3/chats/{id}/participants``).

        :param handle: E.164, or an e-mail address
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"handle": handle}
        call = call_for("DELETE", path_to("/v3/chats/{chat_id}/participants", chat_id=chat_id), *extras, body=body)
        return self._answer(call, chats.ParticipantRemoveResponse)


class ParticipantsWithRawResponse:
    """``client.chats.participants.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = ParticipantsResource(client, "raw")
        self.add = raw(resource.add)
        self.remove = raw(resource.remove)


class ParticipantsWithStreamingResponse:
    """``client.chats.participants.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = ParticipantsResource(client, "streamed")
        self.add = streamed(resource.add)
        self.remove = streamed(resource.remove)
