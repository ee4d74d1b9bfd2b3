"""The one form that every error has (docs/wire.md §2)."""

import re

import msgspec
from httpx2 import Response


class ErrorBody(msgspec.Struct, forbid_unknown_fields=True):
    """What went wrong."""

    status: int
    code: int
    message: str
    doc_url: str


class Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """The whole body of an error."""

    success: bool
    error: ErrorBody
    trace_id: str


def refused(response: Response, status: int, code: int) -> str:
    """Asserts that a response is exactly this error, and returns its message."""
    assert response.status_code == status, response.text
    envelope = msgspec.json.decode(response.content, type=Envelope)
    assert envelope.success is False
    assert (envelope.error.status, envelope.error.code) == (status, code), envelope.error.message
    assert response.headers["content-type"].startswith("application/json")
    assert re.fullmatch("[0-9a-f]{32}", envelope.trace_id)
    assert response.headers.get_list("x-trace-id") == [envelope.trace_id]
    assert envelope.error.doc_url.endswith(f"/docs/errors#{code}")
    assert envelope.error.message
    assert ("www-authenticate" in response.headers) == (status == 401)
    return envelope.error.message
