"""Block a handle, and unblock it (CONTRACT §4: ``/v3/blocked_handles``)."""

import re
from collections.abc import Sequence

from trunkline.actions.cause import Cause
from trunkline.domain.chat import clean_name
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber
from trunkline.domain.handle import Blocked, parse_handle, shown
from trunkline.storage import consent
from trunkline.storage.changes import change
from trunkline.storage.store import Store

MAX_REASON = 500  # characters

SHORT_CODE = r"[0-9]{3,8}"
SENDER = r"(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}"  # GSM 03.38: an alphanumeric sender has 11 characters

_NO_HANDLE = re.compile(f"{SHORT_CODE}|{SENDER}")


def parse_blockable(text: str) -> str:
    """A handle, or a short code or sender name, which can be blocked too. Raises ``InvalidPhoneNumber``."""
    if _NO_HANDLE.fullmatch(text):
        return text
    try:
        return parse_handle(text, "handle")
    except InvalidPhoneNumber:
        raise InvalidPhoneNumber(
            f"'handle' is {shown(text)}; it must be a phone number in E.164 format, an e-mail address, a short code of "
            "3 to 8 digits or a sender name"
        ) from None


async def block(store: Store, cause: Cause, handle: str, reason: str | None) -> Blocked:
    """Blocks a handle; one that is blocked already stays as it is. Raises ``InvalidParameter``."""
    if reason is not None and len(reason) > MAX_REASON:
        raise InvalidParameter(f"'reason' has {len(reason)} characters; it must have {MAX_REASON} at most")
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        return await consent.block(opened, handle, clean_name(reason))


async def unblock(store: Store, cause: Cause, handle: str) -> None:
    """Unblocks a handle; one that is not blocked stays as it is."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        await consent.unblock(opened, handle)


async def list_blocked(store: Store, partner_id: int) -> Sequence[Blocked]:
    """Every blocked handle, the latest first."""
    return await consent.all_blocked(store.database, partner_id)
