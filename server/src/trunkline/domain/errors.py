"""Every refusal the service can give, with its HTTP status and its stable code (the API's public documentation).

    TrunklineError
    ├── InvalidParameter      400 / 1005   a parameter's value is not valid
    ├── InvalidPhoneNumber    400 / 1002   a phone number or handle is not of its form
    ├── Unauthorized          401 / 2004   the key is missing, malformed, unknown, revoked or expired
    ├── NotYourLine           403 / 2006   the line is not this partner's
    ├── NotFound              404 / 2001   nothing is at this address
    ├── MethodNotAllowed      405 / 1005   the address is right, the method is not
    ├── BodyTooLarge          413 / 1003   the body is larger than the service reads
    ├── TooManyRequests       429 / 1007   the caller is to wait, and is told how long
    ├── InternalError         500 / 3006   our fault; the trace id finds it in the log
    ├── NotReady              503 / 3006   the database does not answer
    └── CommandError          what a person at the terminal did wrong; never on the wire

``api/responses`` renders the ones with a status; the command prints the message of any of them.
"""

from typing import ClassVar


class TrunklineError(Exception):
    """A refusal with a message for the person who caused it. ``str(error)`` is that message."""

    status: ClassVar[int] = 500
    code: ClassVar[int] = 3006


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


class NotFound(TrunklineError):
    """Nothing is at this address."""

    status = 404
    code = 2001


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


class CommandError(TrunklineError):
    """A mistake at the terminal, or a file that cannot be read: one clear line and exit status 1."""
