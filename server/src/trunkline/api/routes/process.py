"""Liveness and readiness, for whoever runs the process."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from trunkline.storage.store import Store


class State(msgspec.Struct):
    """That all is well; anything else is an error."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]


@get(
    "/healthz",
    operation_id="liveness",
    tags=["Process"],
    summary="Whether the process runs",
    response_description="It runs.",
)
async def liveness() -> State:
    """Answers as long as the process serves at all, whatever the database does."""
    return State("ok")


@get(
    "/readyz",
    operation_id="readiness",
    tags=["Process"],
    summary="Whether the service can serve",
    response_description="It can.",
)
async def readiness(store: NamedDependency[Store]) -> State:
    """Asks the database; 503 while it does not answer."""
    await store.ping()
    return State("ok")
