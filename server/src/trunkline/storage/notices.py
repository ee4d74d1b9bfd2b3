"""What works, but less well than it should: said in the log once a minute, and shown by `GET /readyz`."""

import logging
import time
from collections.abc import Callable

INTERVAL = 60.0  # s between two records in the log, and how long a notice holds

log = logging.getLogger("trunkline.storage")


class Notice:
    """One sentence for the operator, which names no host. It holds while its cause was seen in the last minute."""

    def __init__(self, text: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._text = text
        self._clock = clock
        self._seen_at: float | None = None
        self._logged_at: float | None = None

    def give(self, cause: str) -> None:
        """The cause has just been seen. Only the log has it."""
        self._seen_at = self._clock()
        if self._logged_at is None or self._seen_at - self._logged_at >= INTERVAL:
            self._logged_at = self._seen_at
            log.warning("%s (%s)", self._text, cause)

    @property
    def current(self) -> list[str]:
        """The sentence, if it holds."""
        holds = self._seen_at is not None and self._clock() - self._seen_at < INTERVAL
        return [self._text] if holds else []
