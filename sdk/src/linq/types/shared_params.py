"""The types that the parameters of several methods share."""

from collections.abc import Iterable
from typing import Literal, Required, TypedDict

from linq.types.shared.reaction import ReactionType
from linq.types.shared.service_type import ServiceType

__all__ = ["ReactionType", "ServiceType", "TextDecoration"]


class TextDecoration(TypedDict, total=False):
    """A style or an animation of a range of a text: one of the two."""

    range: Required[Iterable[int]]
    """The first character and the one after the last, in UTF-16 code units."""

    animation: Literal["big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"]

    style: Literal["bold", "italic", "strikethrough", "underline"]
