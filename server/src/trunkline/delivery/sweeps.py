"""The task that deletes what no attachment needs, in every worker process."""

import asyncio
import logging
import random

from trunkline.actions.attachments.sweep import sweep
from trunkline.domain.errors import FilesNotReady, NotReady
from trunkline.domain.instant import Clock, now
from trunkline.storage.store import Store

INTERVAL = 600.0  # s between two sweeps of a process

log = logging.getLogger("trunkline.attachments")


async def run_sweeps(store: Store, clock: Clock = now, *, interval: float = INTERVAL) -> None:
    """Sweeps again and again until cancelled. Processes do so at different times; sweeping is idempotent."""
    while True:
        await asyncio.sleep(random.uniform(0, 2 * interval))  # noqa: S311 - no secret
        try:
            await sweep(store, clock())
        except (FilesNotReady, NotReady) as error:
            log.warning("files are deleted later: %s", error)
        except Exception:
            log.exception("a sweep of the files failed")
