"""What the ways to send a message share: the idempotency key and the errors."""

from trunkline.actions.steps.outgoing import OutgoingMessage, fingerprint_of
from trunkline.api.body import canonical
from trunkline.api.operation import PARTNER_PREFIX, Request
from trunkline.api.parameters import Parameter
from trunkline.domain.errors import (
    HandleBlocked,
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    MentionOutsideGroup,
    NoSuchAttachment,
    NoSuchMessage,
    OptedOut,
)
from trunkline.domain.message import MAX_IDEMPOTENCY_KEY, Content
from trunkline.schemas.requests import MessageBody, to_content

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "A request with the same key sends nothing and gets the first response, for 30 days. "
    "The `idempotency_key` in the body takes precedence.",
    {"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY},
    str,
    location="header",
)

SEND_ERRORS = (
    InvalidPhoneNumber,
    InvalidContent,
    InvalidParameter,
    OptedOut,
    HandleBlocked,
    NoSuchMessage,
    NoSuchAttachment,
    MentionOutsideGroup,
)


def outgoing_message(request: Request, message: MessageBody, *, override_optout: bool) -> OutgoingMessage:
    """The message that a request sends. Raises ``InvalidContent``, ``InvalidPhoneNumber`` or ``MissingField``."""
    return outgoing_content(request, to_content(message), message.idempotency_key, override_optout=override_optout)


def outgoing_content(
    request: Request, content: Content, key: str | None = None, *, override_optout: bool = False
) -> OutgoingMessage:
    """The message with this content. ``key`` is the idempotency key in the body, which precedes that of the header."""
    if key is None:
        key = request.header(b"idempotency-key")
    if key is None:
        return OutgoingMessage(content, override_optout=override_optout)
    # The same JSON in another layout is the same request.
    path = request.scope["path"].removeprefix(PARTNER_PREFIX)
    address = f"{request.scope['method']} {path}\n".encode()
    return OutgoingMessage(content, key, fingerprint_of(address + canonical(request.content)), override_optout)
