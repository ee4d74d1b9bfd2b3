"""What the three ways to send have in common on the wire: the idempotency key, and what a send is refused for."""

from trunkline.actions.sending import Send
from trunkline.api import body as bodies
from trunkline.api.operation import Call
from trunkline.api.query import Parameter
from trunkline.api.shapes import MessageBody, content_of
from trunkline.domain.errors import (
    HandleBlocked,
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    MentionOutsideGroup,
    MissingField,
    NoSuchMessage,
    OptedOut,
)

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "The same key again sends nothing and gets the first answer, for 30 days. `message.idempotency_key` goes first.",
    {"type": "string", "minLength": 1, "maxLength": 255},
    str,
    place="header",
)

SEND_REFUSALS = (
    MissingField,
    InvalidPhoneNumber,
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    OptedOut,
    HandleBlocked,
    NoSuchMessage,
    MentionOutsideGroup,
)


def send_of(call: Call, message: MessageBody, *, override_optout: bool) -> Send:
    """The send that a request means. Raises ``InvalidContent`` or ``MissingField``."""
    key = message.idempotency_key
    if key is None:
        key = call.headers.get("idempotency-key")
    # The same JSON in another layout is the same request.
    request = call.address.encode() + b"\n" + bodies.canonical(call.content)
    return Send(content_of(message), request, key, override_optout)
