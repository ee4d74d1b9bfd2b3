"""HTML in which text cannot become markup: whatever is not ``Markup`` is escaped."""

import re
from collections.abc import Iterable
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt

# Without HTML in the text, and without images, which a browser would have to fetch.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def join(pieces: Iterable[str]) -> Markup:
    """The pieces, joined."""
    return Markup("".join([piece if isinstance(piece, Markup) else escape(piece) for piece in pieces]))


def element(tag: str, *content: str, **attributes: str) -> Markup:
    """An element with its content. ``class_`` and ``aria_label`` are written ``class`` and ``aria-label``."""
    written = [f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"' for name, value in attributes.items()]
    return Markup(f"<{tag}{''.join(written)}>{join(content)}</{tag}>")


def link(text: str, target: str) -> Markup:
    """A link to a page of this service, or to an anchor of the same page."""
    return element("a", text, href=target)


def sample(caption: str, text: str) -> Markup:
    """A block of code with a caption. The keyboard can focus and scroll it."""
    block = element("pre", element("code", text), tabindex="0", role="region", aria_label=caption)
    return element("figure", element("figcaption", caption), block)


def slug(text: str) -> str:
    """The anchor of a heading: ``at-risk`` for ``At risk``."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def prose(text: str, level: int) -> Markup:
    """CommonMark whose top headings are one level under ``level``, each with its anchor."""
    tokens = _markdown.parse(text)
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug(content.content))
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{int(token.tag[1:]) + level}"
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))
