"""The task that deletes what nothing needs any longer, in every worker process."""

import asyncio
import logging
import random
import time
from collections.abc import Callable

from trunkline.actions.attachments.sweep import sweep
from trunkline.actions.operator.expire import expire
from trunkline.domain.errors import FilesNotReady, NotReady, described
from trunkline.domain.instant import MINUTE, SECOND, Clock, Instant, now
from trunkline.storage.store import Store

INTERVAL = 600.0  # s between two sweeps of a process

_STEP: Instant = MINUTE  # by which the clock may be adjusted between two sweeps

log = logging.getLogger("trunkline.attachments")


async def run_sweeps(
    store: Store, clock: Clock = now, timer: Callable[[], float] = time.monotonic, *, interval: float = INTERVAL
) -> None:
    """Sweeps again and again until cancelled. Processes do so at different times; sweeping is idempotent.

    A sweep is left out if the clock was set forward since the last one, as ``timer`` tells, in seconds. So a clock that
    is ahead for a moment deletes nothing.
    """
    offset = clock() - timer() * SECOND
    while True:
        await asyncio.sleep(random.uniform(0, 2 * interval))  # noqa: S311 - no secret
        before, offset = offset, clock() - timer() * SECOND
        if offset - before > _STEP:
            log.warning("nothing is deleted this time: the clock was set forward by %d s", (offset - before) // SECOND)
            continue
        for what, work in (("files", sweep), ("expired events and records", expire)):
            try:
                await work(store, clock())
            except (FilesNotReady, NotReady) as error:
                log.warning("%s are deleted later: %s", what, described(error))
            except Exception:
                log.exception("%s could not be deleted", what)
