"""The rules for message content (the API's public documentation: ``MessageContent``)."""

from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, CAROL, make_chat
from trunkline.domain import urls
from trunkline.domain.content import (
    EFFECTS,
    MAX_DECORATIONS,
    MAX_MEDIA,
    MAX_PARTS,
    MAX_TEXT,
    check,
    check_mentions,
    media_part,
    objection_to_first,
)
from trunkline.domain.errors import InvalidContent, MentionOutsideGroup, TrunklineError
from trunkline.domain.message import (
    Animation,
    Content,
    Decoration,
    Effect,
    EffectKind,
    LinkPart,
    MediaPart,
    Part,
    PollPart,
    ReplyTo,
    Style,
    TextPart,
)

URL = "https://example.com/a.png"
MEDIA = MediaPart("1", URL, "a.png", "image/png")
LINK = LinkPart("https://example.com")


def objection(*parts: Part, effect: Effect | None = None) -> str | None:
    """The error about a message, None if it can be sent."""
    try:
        check(Content(parts, effect))
    except InvalidContent as error:
        return str(error)
    return None


def text(value: str = "hello", *decorations: Decoration, mention_range: tuple[int, int] | None = None) -> TextPart:
    return TextPart(value, decorations, BOB if mention_range else None, mention_range)


@pytest.mark.parametrize(
    "parts",
    [
        (text(),),
        (MEDIA,),
        (LINK,),
        (LinkPart("HTTP://EXAMPLE.COM"),),
        (MEDIA, MEDIA),
        (text(), MEDIA, text()),
        (MEDIA, text(), MEDIA),
        (text("👩‍👩‍👧‍👦", Decoration((0, 11), Style.BOLD)),),
        (text("abc", Decoration((0, 3), Style.BOLD), Decoration((1, 2), Style.ITALIC)),),
        (text("abc", Decoration((0, 1), None, Animation.NOD), Decoration((1, 3), None, Animation.BIG)),),
        (text("abc", mention_range=(0, 3)),),
        (text("a" * MAX_TEXT, *[Decoration((i, i + 1), None, Animation.NOD) for i in range(MAX_DECORATIONS)]),),
        (MEDIA,) * MAX_MEDIA,
    ],
    ids=lambda parts: repr(parts)[:40],
)
def test_valid_parts_are_accepted(parts: tuple[Part, ...]) -> None:
    assert objection(*parts) is None


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ((), "'message.parts' is empty"),
        ((MEDIA,) * (MAX_PARTS + 1), "101 parts; a message has at most 100"),
        ((MEDIA,) * (MAX_MEDIA + 1), "41 files; a message has at most 40"),
        ((LINK, LINK), "'message.parts' contains a link and other parts; send a link on its own"),
        ((text(), LINK), "'message.parts' contains a link and other parts; send a link on its own"),
        ((MEDIA, text(), text()), "'message.parts[2]' is text directly after text"),
        ((text(""),), "'message.parts[0].value' is empty"),
        ((MEDIA, text("\u2003\n")), "'message.parts[1].value' is empty"),
        ((MediaPart("1", "http://example.com", "a", "b"),), "'message.parts[0].url' is 'http://example.com'"),
        ((LinkPart("javascript:alert(1)"),), "'message.parts[0].value' is 'javascript:alert(1)'"),
        ((LinkPart("https://" + "a" * urls.MAX_URL),), "'message.parts[0].value'"),
        ((text("hi", Decoration((0, 3), Style.BOLD)),), "[0, 3]; it must lie within the 2 UTF-16"),
        ((text("hi", Decoration((1, 1), Style.BOLD)),), "[1, 1]"),
        ((text("hi", Decoration((-1, 1), Style.BOLD)),), "[-1, 1]"),
        ((text("hi", Decoration((0, 1))),), "'message.parts[0].text_decorations[0]'"),
        ((text("hi", Decoration((0, 1), Style.BOLD, Animation.NOD)),), "either a 'style' or an 'animation'"),
        (
            (text("abc", Decoration((0, 2), Style.BOLD), Decoration((1, 3), None, Animation.NOD)),),
            "an animation that overlaps",
        ),
        ((text("a" * (MAX_TEXT - 1) + "🎂"),), "has 20,001 UTF-16 code units; a text part has at most 20,000"),
        ((text("hi", *[Decoration((0, 1), Style.BOLD)] * (MAX_DECORATIONS + 1)),), "has 101 ranges; a text part"),
        ((text("hi", mention_range=(0, 9)),), "'message.parts[0].mention_range' is [0, 9]"),
        ((TextPart("hi", mention_range=(0, 1)),), "'message.parts[0].mention_range' is given without a 'mention'"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_invalid_parts_are_rejected_with_the_part_and_the_reason(parts: tuple[Part, ...], error: str) -> None:
    message = objection(*parts)
    assert message is not None
    assert error in message
    assert len(message) < 300


@pytest.mark.parametrize("kind", EffectKind)
def test_an_effect_has_a_name_of_its_type(kind: EffectKind) -> None:
    for name in EFFECTS[kind]:
        assert objection(text(), effect=Effect(kind, name)) is None
    every = {name for names in EFFECTS.values() for name in names}
    for name in {"Slam", "", "unknown"} | every - EFFECTS[kind]:
        message = objection(text(), effect=Effect(kind, name))
        assert message is not None
        assert all(good in message for good in EFFECTS[kind])


ranges = st.tuples(st.integers(-1, 6), st.integers(-1, 6))
decorations = st.builds(Decoration, ranges, st.none() | st.sampled_from(Style), st.none() | st.sampled_from(Animation))
parts = st.one_of(
    st.builds(
        TextPart,
        st.sampled_from(["", " ", "a", "hello", "🎂🎂"]),
        st.lists(decorations, max_size=3).map(tuple),
        st.none() | st.just(BOB),
        st.none() | ranges,
    ),
    st.builds(media_part, st.just("1"), st.sampled_from([URL, "https://[x", "http://a.b", "https://a/%00", "a"])),
    st.builds(LinkPart, st.sampled_from(["https://a.b", "a.b", "https://"])),
)


@given(st.lists(parts, max_size=6))
def test_accepted_content_follows_every_rule(given_parts: Sequence[Part]) -> None:
    if objection(*given_parts) is not None:
        return
    assert 1 <= len(given_parts) <= MAX_PARTS
    kinds = [type(part) for part in given_parts]
    assert not any(one is other is TextPart for one, other in pairwise(kinds))
    assert LinkPart not in kinds or len(kinds) == 1
    for part in given_parts:
        match part:
            case TextPart():
                assert part.value.strip()
                length = len(part.value.encode("utf-16-le")) // 2
                covered = [each.range for each in part.decorations] + [r for r in [part.mention_range] if r]
                assert all(0 <= start < end <= length for start, end in covered)
                assert all((each.style is None) != (each.animation is None) for each in part.decorations)
                units = [
                    sum(each.range[0] <= unit < each.range[1] for each in part.decorations) for unit in range(length)
                ]
                for each in part.decorations:
                    if each.animation is not None:
                        assert all(units[unit] == 1 for unit in range(*each.range)), "an animation overlaps nothing"
            case MediaPart():
                assert part.url is not None
                urls.check("url", part.url, InvalidContent)
            case LinkPart():
                assert part.value.startswith("https://")
            case PollPart():
                raise AssertionError("polls have tests of their own")


styled = st.tuples(st.integers(0, 8), st.integers(1, 3), st.booleans()).map(
    lambda given: Decoration(
        (given[0], given[0] + given[1]), *((Style.BOLD, None) if given[2] else (None, Animation.NOD))
    )
)


@given(st.lists(styled, max_size=5))
def test_only_an_animation_that_overlaps_something_is_an_overlap(given_decorations: list[Decoration]) -> None:
    overlaps = any(
        one.range[0] < other.range[1] and other.range[0] < one.range[1] and (one.animation or other.animation)
        for one, other in combinations(given_decorations, 2)
    )
    assert (objection(text("eleven more", *given_decorations)) is not None) == overlaps


@given(st.lists(parts, min_size=1, max_size=4))
def test_an_error_names_a_field_of_the_message(given_parts: list[Part]) -> None:
    message = objection(*given_parts)
    if message is not None:
        assert "'message." in message


@pytest.mark.parametrize(
    "words",
    [
        "https://a",
        "go to http://a.b now",
        "HTTPS://A.B",
        "www.example.com",
        "(www.example.com)",
        "x\nhttps://a",
        "WWW.A",
    ],
)
def test_a_link_in_the_first_message_is_rejected(words: str) -> None:
    assert "contains a link" in (objection_to_first(Content((MEDIA, text(words)))) or "")


@pytest.mark.parametrize("words", ["a.b", "example.com", "https", "www", "www. no", "ftp://a.b", "mailto:a@b.c", "1:2"])
def test_text_without_a_link_is_accepted_in_the_first_message(words: str) -> None:
    assert objection_to_first(Content((text(words), MEDIA))) is None


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (Content((LINK,)), "'message'"),
        (Content((text(),), Effect(EffectKind.BUBBLE, "slam")), "'message.effect'"),
        (Content((text(),), None, ReplyTo("x")), "'message.reply_to'"),
    ],
    ids=["link", "effect", "reply"],
)
def test_a_chat_cannot_begin_with_a_link_an_effect_or_a_reply(content: Content, name: str) -> None:
    assert (objection_to_first(content) or "").startswith(name)


@pytest.mark.parametrize(
    ("recipients", "mention", "error"),
    [
        ((ALICE, BOB), BOB, None),
        ((ALICE, BOB), None, None),
        ((ALICE,), None, None),
        ((ALICE,), ALICE, MentionOutsideGroup),
        ((ALICE, BOB), CAROL, InvalidContent),
    ],
)
def test_only_active_members_of_a_group_can_be_mentioned(
    recipients: tuple[str, ...], mention: str | None, error: type[TrunklineError] | None
) -> None:
    chat, content = make_chat(1, recipients), Content((MEDIA, TextPart("hi", mention=mention)))
    if error is None:
        check_mentions(content, chat)
    else:
        with pytest.raises(error, match=r"'message\.parts\[1\]\.mention'"):
            check_mentions(content, chat)


@pytest.mark.parametrize(
    ("url", "filename", "mime_type"),
    [
        ("https://a.b/photo.JPG", "photo.JPG", "image/jpeg"),
        ("https://a.b/c/my%20file.pdf?x=1#y", "my file.pdf", "application/pdf"),
        ("https://a.b/ringtone.m4a", "ringtone.m4a", "audio/x-m4a"),
        ("https://a.b/unknown.xyzzy", "unknown.xyzzy", "application/octet-stream"),
        ("https://a.b", "file", "application/octet-stream"),
        ("https://a.b/folder/", "file", "application/octet-stream"),
        ("https://[::1", "file", "application/octet-stream"),
    ],
)
def test_the_name_and_type_of_a_file_are_derived_from_its_url(url: str, filename: str, mime_type: str) -> None:
    part = media_part("1", url)
    assert (part.url, part.filename, part.mime_type) == (url, filename, mime_type)


EXTENSIONS = (
    *("jpg", "jpeg", "png", "gif", "heic", "heif", "tif", "tiff", "bmp", "mp4", "mov", "m4v", "mpeg", "mpg", "3gp"),
    *("m4a", "mp3", "aac", "caf", "wav", "aiff", "amr", "pdf", "txt", "rtf", "csv", "doc", "docx", "xls", "xlsx"),
    *("ppt", "pptx", "pages", "numbers", "key", "epub", "zip", "html", "htm", "vcf", "ics"),
)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_supported_kind_of_file_has_a_type(extension: str) -> None:
    assert media_part("1", f"https://a.b/c.{extension}").mime_type != "application/octet-stream"


@given(st.text(max_size=60) | st.text("htps:/.@[]?#%a1\x00 ", max_size=40).map("https://".__add__))
def test_any_url_is_a_file_and_an_https_url_has_only_visible_ascii(url: str) -> None:
    part = media_part("1", url)
    try:
        check(Content((part,)))
    except InvalidContent:
        return
    assert url.lower().startswith("https://")
    assert all("!" <= character <= "~" for character in url)
