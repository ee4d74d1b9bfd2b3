"""Liveness and readiness."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class State(msgspec.Struct):
    """The process is running. Otherwise the response is an error."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]
