"""The rules for message content (the API's public documentation: ``MessageContent``)."""

import re
from collections.abc import Sequence
from itertools import pairwise
from mimetypes import MimeTypes
from urllib.parse import unquote, urlsplit

from trunkline.domain import urls
from trunkline.domain.attachment import CONTENT_TYPES, VOICE_MEMO_TYPES
from trunkline.domain.chat import Chat
from trunkline.domain.errors import InvalidContent, MentionOutsideGroup
from trunkline.domain.handle import quoted
from trunkline.domain.message import (
    Content,
    Decoration,
    Effect,
    EffectKind,
    LinkPart,
    MediaPart,
    Part,
    PollPart,
    TextPart,
)

MAX_PARTS = 100
MAX_MEDIA = 40
UNKNOWN_TYPE = "application/octet-stream"
MAX_TEXT = 20_000  # UTF-16 code units in a text part; far more than any network carries
MAX_DECORATIONS = 100  # of a text part

EFFECTS: dict[EffectKind, frozenset[str]] = {
    EffectKind.SCREEN: frozenset(
        {
            "confetti",
            "fireworks",
            "lasers",
            "sparkles",
            "celebration",
            "hearts",
            "love",
            "balloons",
            "happy_birthday",
            "echo",
            "spotlight",
        }
    ),
    EffectKind.BUBBLE: frozenset({"slam", "loud", "gentle", "invisible"}),
}

_LINK_IN_TEXT = re.compile(r"(?:https?://|\bwww\.)\S", re.IGNORECASE)
_MEDIA_TYPES = MimeTypes(filenames=())  # Python's own types, not those of the machine
for _type, _extension in (
    # Types of the API (its public documentation: ``SupportedContentType``) that Python lacks or names differently.
    ("image/webp", ".webp"),
    ("video/3gpp", ".3gp"),
    ("video/x-m4v", ".m4v"),
    ("audio/x-m4a", ".m4a"),
    ("audio/x-caf", ".caf"),
    ("audio/amr", ".amr"),
    # Not sent, so that the error can name them.
    ("audio/ogg", ".ogg"),
    ("audio/flac", ".flac"),
    ("text/rtf", ".rtf"),
    ("text/vcard", ".vcf"),
    ("text/calendar", ".ics"),
    ("application/epub+zip", ".epub"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
    ("application/x-iwork-pages-sffpages", ".pages"),
    ("application/x-iwork-numbers-sffnumbers", ".numbers"),
    ("application/x-iwork-keynote-sffkey", ".key"),
):
    _MEDIA_TYPES.add_type(_type, _extension)


def check(content: Content) -> None:
    """Raises ``InvalidContent``, which names the part, if the content cannot be sent.

    It needs no attachment: ``check_voice_memo_type`` checks that of a voice memo.
    """
    parts = content.parts
    if content.is_voice_memo:
        _check_voice_memo(parts)
        return
    if not parts:
        raise InvalidContent("'message.parts' is empty; a message has at least one part")
    check_number_of_parts(len(parts))
    media = sum(isinstance(part, MediaPart) for part in parts)
    if media > MAX_MEDIA:
        raise InvalidContent(f"'message.parts' has {media} files; a message has at most {MAX_MEDIA}")
    if len(parts) > 1 and any(isinstance(part, LinkPart) for part in parts):
        raise InvalidContent("'message.parts' contains a link and other parts; send a link on its own")
    for index, (part, following) in enumerate(pairwise(parts)):
        if isinstance(part, TextPart) and isinstance(following, TextPart):
            raise InvalidContent(
                f"'message.parts[{index + 1}]' is text directly after text; put both into one part, "
                "or a file between them"
            )
    for index, part in enumerate(parts):
        _check_part(part, f"message.parts[{index}]")
    if content.effect is not None:
        _check_effect(content.effect)


def check_number_of_parts(number: int) -> None:
    """Raises ``InvalidContent`` if a message cannot have so many parts."""
    if number > MAX_PARTS:
        raise InvalidContent(f"'message.parts' has {number:,} parts; a message has at most {MAX_PARTS}")


def check_number_of_decorations(number: int, name: str) -> None:
    """Raises ``InvalidContent``, which names the part, if a text part cannot have so many decorations."""
    if number > MAX_DECORATIONS:
        raise InvalidContent(
            f"'{name}.text_decorations' has {number:,} ranges; a text part has at most {MAX_DECORATIONS}"
        )


def check_voice_memo_type(part: MediaPart) -> None:
    """Raises ``InvalidContent`` if a file, of which the type is known, cannot be a voice memo."""
    # The type of a file at a URL without a known extension is unknown, and the service does not fetch it.
    kind = CONTENT_TYPES.get(part.mime_type, part.mime_type)
    if kind not in VOICE_MEMO_TYPES and not (part.url is not None and kind == UNKNOWN_TYPE):
        name = "attachment_id" if part.url is None else "voice_memo_url"
        raise InvalidContent(
            f"'{name}' is a file of the type {part.mime_type}; a voice memo is MP3, M4A, AAC, CAF, WAV, AIFF or AMR"
        )


def objection_to_first(content: Content) -> str | None:
    """Why the content cannot begin a chat: a link, a reply or an effect (public documentation); None if it can."""
    linked = any(
        isinstance(part, LinkPart) or (isinstance(part, TextPart) and _LINK_IN_TEXT.search(part.value))
        for part in content.parts
    )
    if linked:
        return "'message' contains a link, which the first message of a chat must not; send it once the chat exists"
    if content.reply_to is not None:
        return "'message.reply_to' is given, but the chat is new and has no message to reply to"
    if content.effect is not None:
        return "'message.effect' is given, but the first message of a chat cannot have one"
    return None


def check_mentions(content: Content, chat: Chat) -> None:
    """Raises ``InvalidContent`` if someone outside the group is mentioned, ``MentionOutsideGroup`` in a direct chat."""
    present = {each.handle for each in chat.active}
    for index, part in enumerate(content.parts):
        if not isinstance(part, TextPart) or part.mention is None:
            continue
        name = f"'message.parts[{index}].mention'"
        if not chat.is_group:
            raise MentionOutsideGroup(f"{name} is given in a direct chat; mentions are possible only in a group")
        if part.mention not in present:
            raise InvalidContent(f"{name} is {quoted(part.mention)}, who is not in this group")


def check_text(text: str, name: str) -> None:
    """Raises ``InvalidContent``, which names the field, if a text is blank or too long."""
    if not text.strip():
        raise InvalidContent(f"'{name}' is empty; it must have text")
    _check_length(_utf16_length(text), f"'{name}'")


def media_part(part_id: str, url: str) -> MediaPart:
    """The part for a file at a URL; its name and type are derived from the URL, as far as a URL may reach."""
    try:
        filename = unquote(urlsplit(url[: urls.MAX_URL]).path.rpartition("/")[2]) or "file"
    except ValueError:
        filename = "file"
    return MediaPart(part_id, url, filename, guess_type(filename))


def guess_type(filename: str) -> str:
    """The media type of a file with this name."""
    return _MEDIA_TYPES.guess_type(filename)[0] or UNKNOWN_TYPE


def _check_voice_memo(parts: Sequence[Part]) -> None:
    for part in parts:
        if not isinstance(part, MediaPart):
            raise InvalidContent("a voice memo is a single file")
        if part.url is not None:
            urls.check("voice_memo_url", part.url, InvalidContent)
            check_voice_memo_type(part)


def _check_part(part: Part, name: str) -> None:
    match part:
        case TextPart():
            if not part.value.strip():
                raise InvalidContent(f"'{name}.value' is empty; a text part must have text")
            check_number_of_decorations(len(part.decorations), name)
            _check_ranges(part, f"'{name}")
        case MediaPart():
            if part.url is not None:
                urls.check(f"{name}.url", part.url, InvalidContent)
        case PollPart():
            pass  # a poll cannot be made with invalid options (domain/poll)
        case LinkPart():
            urls.check(f"{name}.value", part.value, InvalidContent, is_https=False)


def _check_ranges(part: TextPart, name: str) -> None:
    length = _utf16_length(part.value)
    _check_length(length, f"{name}.value'")
    ranges = [(each.range, f"{name}.text_decorations[{i}].range'") for i, each in enumerate(part.decorations)]
    if part.mention_range is not None:
        ranges.append((part.mention_range, f"{name}.mention_range'"))
        if part.mention is None:
            raise InvalidContent(f"{name}.mention_range' is given without a 'mention'")
    for (start, end), what in ranges:
        if not 0 <= start < end <= length:
            raise InvalidContent(
                f"{what} is [{start}, {end}]; it must lie within the {length} UTF-16 code units of the text"
            )
    for i, each in enumerate(part.decorations):
        if (each.style is None) == (each.animation is None):
            raise InvalidContent(f"{name}.text_decorations[{i}]' must have either a 'style' or an 'animation'")
    _check_overlaps(part.decorations, name)


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _check_length(length: int, name: str) -> None:
    if length > MAX_TEXT:
        raise InvalidContent(f"{name} has {length:,} UTF-16 code units; a text part has at most {MAX_TEXT:,}")


def _check_overlaps(decorations: Sequence[Decoration], name: str) -> None:
    styled_until = animated_until = 0
    for each in sorted(decorations, key=lambda decoration: decoration.range):
        start, end = each.range
        if start < (animated_until if each.animation is None else max(styled_until, animated_until)):
            raise InvalidContent(f"{name}.text_decorations' has an animation that overlaps another decoration")
        if each.animation is None:
            styled_until = max(styled_until, end)
        else:
            animated_until = end


def _check_effect(effect: Effect) -> None:
    names = EFFECTS[effect.type]
    if effect.name not in names:
        raise InvalidContent(
            f"'message.effect.name' is {quoted(effect.name)}; "
            f"a {effect.type} effect is one of {', '.join(sorted(names))}"
        )
