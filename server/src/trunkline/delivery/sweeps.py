"""The task that deletes what nothing needs any longer, in every worker process."""

import asyncio
import logging
import random

from trunkline.actions.attachments.sweep import sweep
from trunkline.actions.operator.expire import expire
from trunkline.domain.errors import FilesNotReady, NotReady, described
from trunkline.domain.instant import Clock, now
from trunkline.storage.store import Store

INTERVAL = 600.0  # s between two sweeps of a process

log = logging.getLogger("trunkline.attachments")


async def run_sweeps(store: Store, clock: Clock = now, *, interval: float = INTERVAL) -> None:
    """Sweeps again and again until cancelled. Processes do so at different times; sweeping is idempotent."""
    while True:
        await asyncio.sleep(random.uniform(0, 2 * interval))  # noqa: S311 - no secret
        for what, work in (("files", sweep), ("expired events and records", expire)):
            try:
                await work(store, clock())
            except (FilesNotReady, NotReady) as error:
                log.warning("%s are deleted later: %s", what, described(error))
            except Exception:
                log.exception("%s could not be deleted", what)
