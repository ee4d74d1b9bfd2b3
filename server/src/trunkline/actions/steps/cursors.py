"""The cursor of a request, checked."""

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import quoted
from trunkline.domain.instant import HOUR, Instant
from trunkline.storage import cursor as cursors
from trunkline.storage.cursor import LIFETIME, Cursor


def require_cursor(token: str, key: bytes, scope: bytes, now: Instant, valid: str) -> Cursor:
    """The cursor of a token. ``valid`` says, in the error, what a valid one is. Raises ``InvalidParameter``."""
    cursor = cursors.decode(token, key, scope)
    if cursor is None:
        raise InvalidParameter(f"'cursor' is {quoted(token)}; it must be {valid}")
    if now - cursor.started_at > LIFETIME:
        raise expired_cursor()
    return cursor


def expired_cursor() -> InvalidParameter:
    """The error for a cursor whose pagination can no longer be continued."""
    return InvalidParameter(
        f"'cursor' belongs to pagination that started more than {LIFETIME // HOUR} hours ago, by the clock of the "
        "service; start again without a cursor"
    )
