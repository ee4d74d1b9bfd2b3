"""The errors of the service, with their HTTP status and stable code (the API's public documentation).

    TrunklineError
    ├── MissingField          400 / 1001   a required field is missing
    ├── InvalidPhoneNumber    400 / 1002   a phone number or handle is not valid
    ├── InvalidBody           400 / 1003   the body is not JSON, or does not match the schema
    ├── InvalidContent        400 / 1004   the content of the message cannot be sent
    ├── InvalidParameter      400 / 1005   a parameter's value is not valid
    ├── Unauthorized          401 / 2004   the key is missing, malformed, unknown, revoked or expired
    │   └── PartnerRemoved    401 / 2004   the partner was removed while the request ran
    ├── InvalidSignedUrl      403 / 2005   the URL of a file was edited, or has expired
    ├── NotYourLine           403 / 2006   the line is not this partner's
    ├── NotWrittenFirst       403 / 2008   a shared sandbox line reaches only people who have written first
    ├── OptedOut              403 / 2024   the recipient has opted out
    ├── HandleBlocked         403 / 2026   the partner has blocked the recipient
    ├── NotFound              404 / 2001   the address does not exist, or the partner has no such chat
    ├── NoSuchAttachment      404 / 2001   the partner has no such attachment, or it has no file yet
    ├── NoSuchMessage         404 / 2002   the partner has no such message
    ├── NoContactCard         404 / 2012   the line has no contact card
    ├── MethodNotAllowed      405 / 1005   the address exists, but not with this method
    ├── NotAGroup             409 / 1006   a direct chat cannot be changed like a group
    ├── AlreadyUploaded       409 / 1006   the file of an attachment cannot be replaced
    ├── ChatLeft              409 / 2013   the line has left the chat
    ├── MentionOutsideGroup   409 / 2023   a message in a direct chat mentions someone
    ├── BodyTooLarge          413 / 1003   the body exceeds the limit
    ├── RangeNotSatisfiable   416 / 1005   the file is shorter than the requested range
    ├── TooManyRequests       429 / 1007   the caller must wait
    ├── InternalError         500 / 3006   an error in the service; the log has it under the trace id
    ├── NotSimulated          501 / 3006   the API has this method, but this service does not simulate it
    ├── NotReady              503 / 3006   the database does not answer, or cannot be written
    ├── Busy                  503 / 3006   another change of the partner takes long
    ├── CarrierNotReady       503 / 3006   the carrier does not answer
    ├── NoLineOfType          503 / 3006   the partner has no line of the requested type
    ├── FilesNotReady         503 / 3006   the store of the files does not answer, or cannot be written
    ├── FilesFull             507 / 3006   the store of the files has no room left
    └── CommandError          a mistake at the command line; never on the wire
        ├── NoDatabase        there is no database yet
        ├── NoPartner         there is no partner yet
        ├── NoSuchPartner     no partner has this name or id
        ├── PartnerExists     a partner has this name already
        ├── AmbiguousPartner  several partners match
        ├── NoSuchKey         no key has this id
        ├── NoOwner           no partner has this line
        ├── NoSuchLine        the partner does not have this line
        ├── NoSuchEvent       no event has this id
        ├── NoSuchSubscription  no subscription has this id
        └── NotSubscribed     no active subscription can get the event

``api/responses`` renders those with a code; the command line prints the message of any of them.
"""

from typing import ClassVar


class TrunklineError(Exception):
    """An error whose message, ``str(error)``, is for the person who caused it."""

    status: ClassVar[int] = 500
    code: ClassVar[int] = 3006

    retry_after: int | None = None
    """Seconds to wait before the same request, as in the ``Retry-After`` header and the envelope; None if unknown."""


def described(error: BaseException) -> str:
    """An error for the log, never empty: the message of one of ours; of any other, its class and its message."""
    if isinstance(error, TrunklineError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


class MissingField(TrunklineError):
    """A required field of the body is missing. The message names it."""

    status = 400
    code = 1001


class InvalidBody(TrunklineError):
    """The body is not JSON, or does not match the schema. The message says where."""

    status = 400
    code = 1003


class InvalidContent(TrunklineError):
    """The content of the message cannot be sent. The error names the part."""

    status = 400
    code = 1004


class InvalidParameter(TrunklineError):
    """The value of a parameter is not valid. The message names the parameter, its value and valid values."""

    status = 400
    code = 1005


class InvalidPhoneNumber(TrunklineError):
    """A phone number is not in E.164 format, or a handle is neither that nor an email address."""

    status = 400
    code = 1002


class Unauthorized(TrunklineError):
    """The key is missing, malformed, unknown, revoked or expired."""

    status = 401
    code = 2004


class PartnerRemoved(Unauthorized):
    """The partner was removed while the request ran."""

    def __init__(self) -> None:
        super().__init__("the partner of this key was removed")


class InvalidSignedUrl(TrunklineError):
    """The URL of a file was edited, or has expired."""

    status = 403
    code = 2005


class NotYourLine(TrunklineError):
    """The number is not a line of this partner; the response does not say whether it is another partner's."""

    status = 403
    code = 2006


class NotWrittenFirst(TrunklineError):
    """A shared sandbox line cannot send the first message. This service returns it only as a fault of its sandbox."""

    status = 403
    code = 2008


class OptedOut(TrunklineError):
    """The recipient has opted out."""

    status = 403
    code = 2024


class HandleBlocked(TrunklineError):
    """The partner has blocked the recipient."""

    status = 403
    code = 2026


class NotFound(TrunklineError):
    """The address does not exist, or the partner has no such chat."""

    status = 404
    code = 2001


class NoSuchAttachment(TrunklineError):
    """The partner has no such attachment, or it has no file yet; the response does not say whether another has it."""

    status = 404
    code = 2001


class NoSuchMessage(TrunklineError):
    """The partner has no such message; the response does not say whether another partner has it."""

    status = 404
    code = 2002


class NoContactCard(TrunklineError):
    """The line has no contact card."""

    status = 404
    code = 2012


class NotAGroup(TrunklineError):
    """A direct chat cannot be changed like a group."""

    status = 409
    code = 1006


class AlreadyUploaded(TrunklineError):
    """The attachment has its file, which cannot be replaced."""

    status = 409
    code = 1006


class ChatLeft(TrunklineError):
    """The line has left the chat."""

    status = 409
    code = 2013


class MentionOutsideGroup(TrunklineError):
    """A message in a direct chat mentions someone."""

    status = 409
    code = 2023


class MethodNotAllowed(TrunklineError):
    """The address exists, but not with this method."""

    status = 405
    code = 1005

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed
        """The methods of the address, as the ``Allow`` header lists them."""


class BodyTooLarge(TrunklineError):
    """The body is larger than the service accepts."""

    status = 413
    code = 1003


class RangeNotSatisfiable(TrunklineError):
    """The file is shorter than the requested range."""

    status = 416
    code = 1005

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size
        """The size of the file in bytes, as in the ``Content-Range`` header."""


class TooManyRequests(TrunklineError):
    """There are too many requests. The same request succeeds later."""

    status = 429
    code = 1007

    def __init__(self, retry_after: int, reason: str = "too many requests") -> None:
        super().__init__(f"{reason}; try again in {retry_after} {'second' if retry_after == 1 else 'seconds'}")
        self.retry_after = retry_after


class InternalError(TrunklineError):
    """An error in the service. The log has it under the trace id."""


class NotSimulated(TrunklineError):
    """The API has this method, but this service does not simulate it. Do not retry."""

    status = 501


class NotReady(TrunklineError):
    """The database does not answer, or cannot be written. Try again later.

    ``public`` is what a caller may know; the message is for the operator.
    """

    status = 503

    def __init__(self, message: str, public: str = "the database does not answer; try again in a moment") -> None:
        super().__init__(message)
        self.public = public


class Busy(TrunklineError):
    """Another change of the partner takes long, such as an import. Try again later."""

    status = 503

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"another change of yours, such as an import, takes long; try again in {retry_after} seconds")
        self.retry_after = retry_after


class CarrierNotReady(TrunklineError):
    """The carrier does not answer. Try again later."""

    status = 503


class NoLineOfType(TrunklineError):
    """The partner has no line of the requested type."""

    status = 503


class FilesNotReady(TrunklineError):
    """The store of the files does not answer, or cannot be written. Try again later.

    ``public`` is what a caller may know; the message is for the operator.
    """

    status = 503

    def __init__(
        self, message: str, public: str = "the store of the files does not answer; try again in a moment"
    ) -> None:
        super().__init__(message)
        self.public = public


class FilesFull(TrunklineError):
    """The store of the files has no room left."""

    status = 507


class CommandError(TrunklineError):
    """A mistake at the command line, or a file that cannot be read: one line and exit status 1."""


class CannotConnect(CommandError):
    """The database does not answer, or refuses the connection. The same may succeed later."""


class NoDatabase(CommandError):
    """There is no database yet, and the command does not create one."""


class NoPartner(CommandError):
    """There is no partner yet."""


class NoSuchPartner(CommandError):
    """No partner has this name or id."""


class PartnerExists(CommandError):
    """A partner has this name already."""


class AmbiguousPartner(CommandError):
    """Several partners match. The message names them."""


class NoSuchKey(CommandError):
    """No key has this id."""


class NoOwner(CommandError):
    """No partner, or not the named one, has this line."""


class NoSuchLine(CommandError):
    """The partner does not have this line."""


class NoSuchEvent(CommandError):
    """No stored event has this id."""


class NoSuchSubscription(CommandError):
    """No subscription has this id."""


class NotSubscribed(CommandError):
    """No active subscription, or not the named one, can get the event."""
