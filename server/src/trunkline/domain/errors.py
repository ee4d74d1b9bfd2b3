"""Every refusal the service can give, with its HTTP status and its stable code (the API's public documentation).

    TrunklineError
    ├── MissingField          400 / 1001   a required field is missing
    ├── InvalidPhoneNumber    400 / 1002   a phone number or handle is not of its form
    ├── InvalidBody           400 / 1003   the body is not JSON, or not of the shape that is asked for
    ├── InvalidContent        400 / 1004   what the message says cannot be sent
    ├── InvalidParameter      400 / 1005   a parameter's value is not valid
    ├── Unauthorized          401 / 2004   the key is missing, malformed, unknown, revoked or expired
    ├── NotYourLine           403 / 2006   the line is not this partner's
    ├── OptedOut              403 / 2024   the recipient has asked not to be written to
    ├── HandleBlocked         403 / 2026   the partner has blocked the recipient
    ├── NotFound              404 / 2001   nothing is at this address, or no such chat is this partner's
    ├── NoSuchMessage         404 / 2002   no such message is this partner's
    ├── MethodNotAllowed      405 / 1005   the address is right, the method is not
    ├── NotAGroup             409 / 1006   a direct chat cannot be changed like a group
    ├── ChatLeft              409 / 2013   the line has left the chat
    ├── MentionOutsideGroup   409 / 2023   a direct chat has nobody to mention
    ├── BodyTooLarge          413 / 1003   the body is larger than the service reads
    ├── TooManyRequests       429 / 1007   the caller is to wait, and is told how long
    ├── InternalError         500 / 3006   our fault; the trace id finds it in the log
    ├── NotReady              503 / 3006   the database does not answer
    ├── CarrierNotReady       503 / 3006   the carrier does not answer
    └── CommandError          what a person at the terminal did wrong; never on the wire

``api/responses`` renders the ones with a status; the command prints the message of any of them.
"""

from typing import ClassVar


class TrunklineError(Exception):
    """A refusal with a message for the person who caused it. ``str(error)`` is that message."""

    status: ClassVar[int] = 500
    code: ClassVar[int] = 3006


class MissingField(TrunklineError):
    """A required field of the body is missing; the message names it."""

    status = 400
    code = 1001


class InvalidBody(TrunklineError):
    """The body is not JSON, or not of the shape that is asked for; the message says where."""

    status = 400
    code = 1003


class InvalidContent(TrunklineError):
    """What the message says cannot be sent; the message names the part."""

    status = 400
    code = 1004


class InvalidParameter(TrunklineError):
    """A parameter's value is not valid; the message says which, what it was and what would be right."""

    status = 400
    code = 1005


class InvalidPhoneNumber(TrunklineError):
    """A phone number is not E.164, or a handle is neither that nor an e-mail address."""

    status = 400
    code = 1002


class Unauthorized(TrunklineError):
    """The key is missing, malformed, unknown, revoked or expired."""

    status = 401
    code = 2004


class NotYourLine(TrunklineError):
    """The number is not a line of this partner: the same answer whether somebody else owns it or nobody does."""

    status = 403
    code = 2006


class OptedOut(TrunklineError):
    """The recipient has asked not to be written to."""

    status = 403
    code = 2024


class HandleBlocked(TrunklineError):
    """The partner has blocked the recipient."""

    status = 403
    code = 2026


class NotFound(TrunklineError):
    """Nothing is at this address, or nothing of this partner's."""

    status = 404
    code = 2001


class NoSuchMessage(TrunklineError):
    """There is no such message, or it is another partner's: the same answer."""

    status = 404
    code = 2002


class NotAGroup(TrunklineError):
    """A direct chat cannot be changed like a group."""

    status = 409
    code = 1006


class ChatLeft(TrunklineError):
    """The line has left the chat."""

    status = 409
    code = 2013


class MentionOutsideGroup(TrunklineError):
    """A message in a direct chat mentions somebody."""

    status = 409
    code = 2023


class MethodNotAllowed(TrunklineError):
    """The address exists, but not with this method."""

    status = 405
    code = 1005

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed
        """The methods that would be right, as the ``Allow`` header lists them."""


class BodyTooLarge(TrunklineError):
    """The body is larger than the service reads."""

    status = 413
    code = 1003


class TooManyRequests(TrunklineError):
    """There were more requests than are allowed; after a while the same one is answered."""

    status = 429
    code = 1007

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} {'second' if retry_after == 1 else 'seconds'}")
        self.retry_after = retry_after
        """Seconds to wait, as the ``Retry-After`` header and the envelope tell them."""


class InternalError(TrunklineError):
    """Something of ours failed; the log has it under the trace id."""


class NotReady(TrunklineError):
    """The database does not answer, so nothing can be served for now."""

    status = 503


class CarrierNotReady(TrunklineError):
    """The carrier does not answer, so what only it knows cannot be said for now."""

    status = 503


class CommandError(TrunklineError):
    """A mistake at the terminal, or a file that cannot be read: one clear line and exit status 1."""
