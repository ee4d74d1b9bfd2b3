"""Work that is done in batches, each in a transaction, so that others can write in between."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def paused_after() -> AsyncGenerator[None]:
    """A batch. Afterwards, it leaves other writers as much time as it took."""
    started = time.monotonic()
    yield
    await asyncio.sleep(time.monotonic() - started)
