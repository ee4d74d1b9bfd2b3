"""The task that deletes what nothing needs any longer, in every worker process."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from trunkline.actions.attachments.sweep import sweep
from trunkline.actions.operator.expire import expire
from trunkline.delivery.steady_clock import STEADY_AFTER, SteadyClock
from trunkline.domain.errors import FilesNotReady, NotReady, described
from trunkline.domain.instant import SECOND, Clock, now
from trunkline.storage.store import Store

INTERVAL = 600.0  # s between two sweeps of a process

log = logging.getLogger("trunkline.attachments")


async def run_sweeps(
    store: Store, clock: Clock = now, timer: Callable[[], float] = time.monotonic, *, interval: float = INTERVAL
) -> None:
    """Sweeps again and again until cancelled. Processes do so at different times; sweeping is idempotent.

    What is deleted by its age is not deleted until the clock is steady, as ``timer`` tells, in seconds. So a clock that
    is ahead for less than an hour deletes nothing.
    """
    steady = SteadyClock(clock, timer)
    steady.look()
    while True:
        await asyncio.sleep(random.uniform(0, 2 * interval))  # noqa: S311 - no secret
        time_now, step = steady.look()
        if step:
            log.warning(
                "the clock was set forward by %d s; what expires is deleted once it has been right for %d s",
                step // SECOND,
                STEADY_AFTER,
            )
        if steady.is_steady:
            await _delete("files", sweep(store, time_now))
            await _delete("expired events and records", expire(store, time_now))
        await _delete("former states of rows", store.database.forget_history())


async def _delete(what: str, work: Awaitable[object]) -> None:
    try:
        await work
    except (FilesNotReady, NotReady) as error:
        log.warning("%s are deleted later: %s", what, described(error))
    except Exception:
        log.exception("%s could not be deleted", what)
