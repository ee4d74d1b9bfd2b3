"""The faults of a partner, with a method for each effect. They are those of ``/admin/faults``."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

import msgspec

from trunkline.actions.sandbox import faults
from trunkline.domain.context import RequestContext
from trunkline.domain.faults import MAX_DELAY, Effect, Fault, Method, StoredFault
from trunkline.testing.harness import Harness


class Matching(TypedDict, total=False):
    """Which requests have a fault; by default, all of the partner. docs/testing.md describes each."""

    share: float
    method: Method
    path: str
    line: str
    handle: str


class Faults:
    """The faults of a partner, in the order in which they were added. Each request has the first one that matches it.

    ``times`` is the number of requests that have a fault; None is all until ``clear``. An argument
    that is not valid raises ``ValueError`` or a ``trunkline.domain.errors.TrunklineError``.
    """

    def __init__(self, harness: Harness, partner_id: int) -> None:
        self._harness = harness
        self._partner_id = partner_id

    def rate_limit(self, times: int | None = 1, *, retry_after: int = 0, **matching: Unpack[Matching]) -> None:
        """429 with code 1007. ``retry_after`` is how many seconds the SDK waits before it retries."""
        self._add(Effect.RATE_LIMIT, times, retry_after=retry_after, **matching)

    def first_message(self, times: int | None = 1, **matching: Unpack[Matching]) -> None:
        """403 with code 2008, for requests that send a message."""
        self._add(Effect.FIRST_MESSAGE, times, **matching)

    def error(self, times: int | None = 1, *, retry_after: int | None = 0, **matching: Unpack[Matching]) -> None:
        """500 with code 3006.

        With ``retry_after``, the SDK retries after that many seconds; with None, after its own delay of half a second
        or more.
        """
        self._add(Effect.ERROR, times, retry_after=retry_after, **matching)

    def unavailable(self, times: int | None = 1, *, retry_after: int | None = 0, **matching: Unpack[Matching]) -> None:
        """503 with code 3006; ``retry_after`` as in ``error``."""
        self._add(Effect.UNAVAILABLE, times, retry_after=retry_after, **matching)

    def drop(self, times: int | None = 1, *, halfway: bool = False, **matching: Unpack[Matching]) -> None:
        """Ends the connection before the response, or ``halfway`` through it: then the service has done its work."""
        self._add(Effect.CUT, times, carried_out=halfway, **matching)

    def slow(self, seconds: float, times: int | None = 1, **matching: Unpack[Matching]) -> None:
        """Delays the response, in real time. A client with a shorter timeout gets its timeout, when it is due."""
        self._add(Effect.DELAY, times, delay_seconds=seconds, **matching)

    def timeout(self, times: int | None = 1, **matching: Unpack[Matching]) -> None:
        """Makes the client's timeout fire at once, however long it is; the service then does its work."""
        self.slow(MAX_DELAY, times, **matching)

    def clear(self) -> None:
        """Removes every fault, so that none counts as unused."""
        self._harness.server.run(faults.clear_faults(self._harness.store, self._partner_id))

    @property
    def unused(self) -> list[str]:
        """The faults that have not occurred as often as requested, each by its effect."""
        return [
            stored.fault.effect if stored.remaining in (None, 1) else f"{stored.fault.effect}, {stored.remaining} times"
            for stored in self._stored()
            if stored.remaining is not None or stored.applied == 0
        ]

    def _add(self, effect: Effect, times: int | None, **fields: object) -> None:
        try:
            fault = msgspec.convert({"effect": effect, "times": times, **fields}, Fault)
        except msgspec.ValidationError as error:
            raise ValueError(f"the fault is not valid: {error}") from None
        ctx = RequestContext(self._partner_id, self._harness.clock())
        self._harness.server.run(faults.add_fault(self._harness.store, ctx, fault))

    def _stored(self) -> Sequence[StoredFault]:
        return self._harness.server.run(faults.list_faults(self._harness.store, self._partner_id))
