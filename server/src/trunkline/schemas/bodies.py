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
    """The beginning of a body. A character at its end that is not whole is left out."""
    is_cut = len(body) > MAX_SHOWN
    text = body[:MAX_SHOWN].decode("utf-8", "ignore" if is_cut else "replace")
    return BodyText(text, len(body), is_cut)
