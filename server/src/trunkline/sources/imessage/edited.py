"""The current text of an edited message, from ``message_summary_info``.

Recent systems can store the wording of an edited message only there. It is a binary property list; its public reverse
engineering (imessage-exporter) names the keys:

* ``ec``: by the index of an edited part, its versions, oldest first; each has its text in ``t``, a typedstream;
* ``rp``: the indexes of the unsent parts.
"""

import plistlib
from typing import Any

import msgspec

from trunkline.sources.imessage.typedstream import text_of


class EditedText(msgspec.Struct, frozen=True):
    """The current text of the edited parts, None if there is none, and whether a part was unsent."""

    text: str | None = None
    unsent: bool = False


class _Version(msgspec.Struct):
    t: bytes


class _Summary(msgspec.Struct):
    ec: dict[str, list[_Version]] = {}
    rp: list[int] = []


def edited_text(summary: bytes | None) -> EditedText:
    """What a summary says about the text of its message. A summary that cannot be read says nothing."""
    if not summary:
        return EditedText()
    try:
        found: Any = plistlib.loads(summary, fmt=plistlib.FMT_BINARY)
        decoded = msgspec.convert(found, _Summary)
    except (plistlib.InvalidFileException, msgspec.ValidationError, RecursionError):
        return EditedText()
    texts = [
        text
        for index, versions in sorted(decoded.ec.items(), key=lambda part: (len(part[0]), part[0]))
        if versions and index not in map(str, decoded.rp) and (text := text_of(versions[-1].t))
    ]
    return EditedText("\n".join(texts) or None, bool(decoded.rp))
