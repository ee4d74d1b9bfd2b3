"""A style or an animation of a part of a text, as a parameter."""

from collections.abc import Iterable
from typing import Literal, Required, TypedDict


class TextDecoration(TypedDict, total=False):
    """A style or an animation of a range of a text: one of the two."""

    range: Required[Iterable[int]]
    """The first character and the one after the last, in UTF-16 code units."""

    animation: Literal["big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"]

    style: Literal["bold", "italic", "strikethrough", "underline"]
