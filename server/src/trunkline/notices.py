"""What does not work, or less well than it should: in the log once a minute while it lasts, and when it is over."""

import logging
import time
from collections.abc import Callable

INTERVAL = 60.0  # s between two records of the same cause, and how long a notice holds
MOST = 10  # different causes in the log within an interval


class Notice:
    """One sentence for the operator, which names no host. It holds while its cause was seen in the last minute."""

    def __init__(
        self, text: str, log: logging.Logger, *, over: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``over`` is the sentence that the log has when the cause is gone; ``clock`` returns seconds."""
        self._text = text
        self._over = over
        self._log = log
        self._clock = clock
        self._seen_at: float | None = None
        self._logged: dict[str, float] = {}
        """When each kind of cause was last logged, within the last minute."""
        self._is_logged = False
        """Whether the log has it since it was last over."""

    def give(self, cause: str, *, kind: str | None = None, traceback: bool = False) -> None:
        """The cause has just been seen. Only the log has it, once a minute for each ``kind``, by default each cause.

        ``traceback`` adds that of the exception that is being handled.
        """
        seen_at = self._seen_at = self._clock()
        self._logged = {each: at for each, at in self._logged.items() if seen_at - at < INTERVAL}
        kind = cause if kind is None else kind
        if kind not in self._logged and len(self._logged) < MOST:
            self._logged[kind] = seen_at
            self._is_logged = True
            self._log.warning("%s: %s", self._text, cause, exc_info=traceback)

    def withdraw(self, *, unseen_for: float = 0.0) -> None:
        """The cause is gone, if it was not seen for so many seconds."""
        if self._seen_at is None or self._clock() - self._seen_at < unseen_for:
            return
        self._seen_at = None
        if self._is_logged:
            self._is_logged = False
            self._log.warning("%s", self._over)

    @property
    def current(self) -> list[str]:
        """The sentence, if it holds."""
        holds = self._seen_at is not None and self._clock() - self._seen_at < INTERVAL
        return [self._text] if holds else []
