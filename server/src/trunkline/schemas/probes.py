"""Liveness and readiness."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class State(msgspec.Struct):
    """The process is running. Otherwise the response is an error."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]


class Readiness(msgspec.Struct, omit_defaults=True):
    """The service is ready. Otherwise the response is an error."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]
    notices: Annotated[
        list[str], Meta(description="What works, but less well than it should, for the operator. Missing if nothing.")
    ] = []
