"""The messaging services."""

from typing import Annotated, Literal, TypeAlias

from linq._models import OpenEnum

ServiceType: TypeAlias = Annotated[Literal["iMessage", "SMS", "RCS"], OpenEnum]
