"""What was under way while a message was deleted: it may have read the message before, and is stored after."""

from trunkline.domain.instant import SECOND, Instant

OVERLAP: Instant = 5 * SECOND
"""How long after a deletion a request or an attempt may begin and still have what was read before it."""


def may_contain_deleted(began_at: Instant, forgotten_at: Instant) -> bool:
    """Whether something that began then may contain a message that was deleted at ``forgotten_at`` or before.

    In microseconds since 1970.
    """
    return began_at < forgotten_at + OVERLAP
