"""What ``chats.follow`` requests next, and when. Pure: no I/O, no clock.

list all chats, page by page ──last page──▶ list what changed since the token, by long polling ──┐
    ▲              │ 400: the cursor has expired         ▲                                       │  │
    ├──────────────┘                                     └───────────────────────────────────────┘  │
    └── 400: the token was valid before, so the service was restored from a backup ─────────────────┘
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from linq import _retry
from linq._errors import APIConnectionError, APIError, APIStatusError, BadRequestError, LinqApiv3Error
from linq._request import Request, Trail

LONGEST_DELAY = 30.0
"""Seconds. The longest backoff after failures; a server may ask for more."""
EARLY = 1.0
"""Seconds. An empty response that took less has not waited for a change."""
MAX_RESTARTS = 3
"""How many times in a row an expired cursor or token may restart the listing, until a token is accepted."""


class FollowState:
    """Where a follower is.

    ``token`` is the sync token up to which every change was yielded and consumed, or None during the first
    listing. It advances only when a whole page has been consumed.
    """

    def __init__(self, since: str | None, filters: Mapping[str, object], *, wait: int, limit: int) -> None:
        """Raises ``ValueError`` unless ``wait`` is a whole number from 1 to 60."""
        if wait not in range(1, 61):
            raise ValueError(f"wait must be a whole number of seconds from 1 to 60, not {wait!r}")
        self.token = since
        self._query: Final = {**filters, "limit": limit}
        self._wait: Final = wait
        self._trail = Trail()
        self._first_token: str | None = None
        self._next_token: str | None = None
        self._failures = 0
        self._early = 0
        self._restarts = 0
        self._token_was_valid = False

    def request(self) -> Request[object]:
        """The request for the next page. It has no retries: ``failed`` decides about them."""
        if self.token is None:
            return Request("GET", "/v3/chats", object, {**self._query, "cursor": self._trail.last}, max_retries=0)
        query = {**self._query, "updated_since": self.token, "wait": self._wait}
        return Request("GET", "/v3/chats", object, query, max_retries=0, wait=self._wait)

    def check(self, *, chats: int, next_cursor: str | None, sync_token: str | None) -> str:
        """Return the sync token of a page with this many chats.

        Raises ``LinqApiv3Error`` if there is none, or if the cursors or tokens repeat, which would never end.
        """
        if sync_token is None:
            raise LinqApiv3Error(
                "The service does not send the header X-Sync-Token, so follow() cannot tell what has changed; "
                "use webhooks, or poll list_chats()"
            )
        if next_cursor:
            self._trail.followed_by(next_cursor)
        if chats and sync_token == self.token:
            raise LinqApiv3Error(f"The server sent changes, but no new sync token: it is still {sync_token!r}")
        return sync_token

    def received(self, *, chats: int, next_cursor: str | None, sync_token: str, seconds: float) -> float:
        """Record a page with this many chats, which arrived after ``seconds``; return the seconds to pause."""
        self._failures = 0
        if self.token is None:
            # The first page's token covers the whole listing, whatever changes in the meantime.
            self._first_token = self._first_token or sync_token
            self._trail = self._trail.followed_by(next_cursor) if next_cursor else Trail()
            if not next_cursor:
                self._next_token = self._first_token
                self._token_was_valid = True
            return 0
        self._next_token = sync_token
        self._token_was_valid = True
        self._restarts = 0
        # A server that is stopping, or a proxy that ignores wait, must not make this a busy loop.
        self._early = 0 if chats or seconds >= EARLY else self._early + 1
        return _retry.backoff(self._early - 1, 0, LONGEST_DELAY) if self._early else 0

    def page_consumed(self) -> None:
        """Advance ``token``: the caller asks for more, so it is done with every chat of the page."""
        if self._next_token is not None:
            self.token, self._next_token = self._next_token, None

    def failed(self, error: APIError, *, now: float, chance: float) -> float:
        """The seconds to pause before the next request. Raises ``error`` if another request would fail too.

        :param now: seconds since 1970
        :param chance: a random number in [0, 1)
        """
        if self._has_expired(error):
            self.token, self._trail, self._first_token = None, Trail(), None
            self._restarts += 1
            return 0
        if not _is_temporary(error):
            raise error
        headers: Mapping[str, str] = error.response.headers if isinstance(error, APIStatusError) else {}
        asked = _retry.asked_delay(headers, now)
        delay = _retry.backoff(self._failures, chance, LONGEST_DELAY) if asked is None else asked
        self._failures += 1
        return delay

    def _has_expired(self, error: APIError) -> bool:
        """Whether a cursor or token of the service was rejected. The rest of its request was valid before."""
        was_valid = self._trail.last is not None if self.token is None else self._token_was_valid
        return isinstance(error, BadRequestError) and was_valid and self._restarts < MAX_RESTARTS


def _is_temporary(error: APIError) -> bool:
    if isinstance(error, APIStatusError):
        return _retry.is_retryable(error.status_code, error.response.headers)
    return isinstance(error, APIConnectionError) and error.is_retryable
