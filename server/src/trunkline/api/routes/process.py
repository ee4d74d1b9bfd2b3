"""Liveness and readiness, for whoever runs the process."""

from typing import Literal

import msgspec
from litestar import get

from trunkline.storage.store import Store


class State(msgspec.Struct):
    """That all is well; anything else is an error."""

    status: Literal["ok"]


@get("/healthz", operation_id="liveness", tags=["Process"], summary="Whether the process runs")
async def liveness() -> State:
    """Answers as long as the process serves at all, whatever the database does."""
    return State("ok")


@get("/readyz", operation_id="readiness", tags=["Process"], summary="Whether the service can serve")
async def readiness(store: Store) -> State:
    """Asks the database; 503 while it does not answer."""
    await store.ping()
    return State("ok")
