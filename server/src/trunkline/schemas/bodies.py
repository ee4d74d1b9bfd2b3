"""Bodies of requests and responses that are shown as text."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.schemas.fields import Count

MAX_SHOWN = 16_384
"""Bytes of a body that are shown."""


class BodyText(msgspec.Struct):
    """A body as text."""

    text: Annotated[str, Meta(description="The body, or its beginning. What is not UTF-8 is replaced by U+FFFD.")]
    size_bytes: Annotated[Count | None, Meta(description="The size of the whole body; `null` if that is not known.")]
    is_cut: Annotated[bool, Meta(description="Whether the end is missing.")]


def body_text(body: bytes) -> BodyText:
    """A body as it is shown."""
    return beginning_text(body[:MAX_SHOWN], len(body))


def beginning_text(beginning: bytes, size: int) -> BodyText:
    """A body of this size as it is shown. If it is cut, so may be the last character of its beginning."""
    is_cut = size > len(beginning)
    return BodyText(beginning.decode("utf-8", "ignore" if is_cut else "replace"), size, is_cut)
