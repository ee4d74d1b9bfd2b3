"""Example responses for the documentation, made by the code that makes real ones, so they cannot drift."""

import shlex
from typing import Any

import msgspec

from trunkline.api.responses import ERRORS_PATH
from trunkline.domain import instant
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, Service
from trunkline.schemas.chat import render_chat, with_doc_base
from trunkline.schemas.errors import Envelope, ErrorBody

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"

ID = "0b9c6a52-7f0e-4d57-9a0c-3d1f5f0c8e21"
"""The id of a chat, a message or anything else that a path names."""

_BEGAN = instant.parse("2026-04-02T09:15:00Z")
_LATEST = instant.parse("2026-05-01T18:28:25Z")


def envelope(status: int, code: int, message: str, doc_base: str) -> dict[str, Any]:
    """An error in its envelope."""
    body = ErrorBody(status, code, message, f"{doc_base}{ERRORS_PATH}#{code}")
    return msgspec.to_builtins(Envelope(False, body, TRACE_ID))


def chat_list(doc_base: str) -> dict[str, Any]:
    """A page with one chat that is not the last page."""
    chat = msgspec.json.decode(with_doc_base(render_chat(_chat()), doc_base.encode()))
    return {"chats": [chat], "next_cursor": "AAY2yhCnsEAAAAAAAAAAKgAAAAAAAAAqAGf0mXg6yq1mG2vJb0p1hQe3s0T2"}


def _chat() -> Chat:
    return Chat(
        id=ID,
        participants=(
            _participant("5d0a6c1e-94c4-4b0b-8a35-1f9f0e3f6b10", "+13343284472", is_me=True),
            _participant("c3a1e7f4-2b68-4f6d-b1f0-7e2a9d4c5b32", "+14155559876", is_me=False),
        ),
        is_group=False,
        health=Health(HealthStatus.HEALTHY, _BEGAN),
        created_at=_BEGAN,
        updated_at=_LATEST,
        service=Service.IMESSAGE,
    )


def _participant(participant_id: str, handle: str, *, is_me: bool) -> Participant:
    return Participant(participant_id, handle, Service.IMESSAGE, _BEGAN, is_me)


def curl(base_url: str) -> str:
    """The first page, from a shell."""
    return f"""\
curl --get {shlex.quote(base_url + "/v3/chats")} \\
  --header "Authorization: Bearer $LINQ_API_V3_API_KEY" \\
  --data-urlencode 'from=+13343284472' \\
  --data-urlencode 'limit=50'"""


def python(base_url: str) -> str:
    """All pages, with the SDK."""
    return f"""\
from linq import LinqAPIV3

# The key is api_key=…, or the variable LINQ_API_V3_API_KEY.
client = LinqAPIV3(base_url={msgspec.json.encode(base_url).decode()})

page = client.chats.list_chats(from_="+13343284472", limit=50)
print(page.chats[0].id)

for chat in page:  # fetches the following pages as needed
    print(chat.display_name, chat.health_status.status)"""
