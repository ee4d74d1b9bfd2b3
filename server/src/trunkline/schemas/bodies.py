"""Bodies of requests and responses that are shown as text."""

import codecs
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
    """A body of this size as it is shown."""
    is_cut = size > len(beginning)
    return BodyText(decoded(beginning, is_cut=is_cut), size, is_cut)


def decoded(body: bytes, *, is_cut: bool) -> str:
    """A body, or its beginning, as text. The last character of a beginning is left out if it is not complete."""
    return codecs.utf_8_decode(body, "replace", not is_cut)[0]
