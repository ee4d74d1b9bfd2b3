"""Finding a chat by a part of its name or of a handle (docs/wire.md §6).

Texts are compared without case and accents: by the compatibility caseless matching of Unicode (The Unicode Standard,
§3.13, D146), and then without combining marks and invisible format characters.
"""

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import quoted

MAX_SEARCH = 255
"""Characters; no name and no handle is longer."""

_WRITTEN_NUMBER = re.compile(r"[\s(]*(\+?)[\d\s().\-/\u2010-\u2015\u2212]+")
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


class Search(msgspec.Struct, frozen=True):
    """What to find. ``number`` is the text as a part of an E.164 number, if it can be one."""

    text: str
    """Folded, and not empty."""
    number: str | None = None

    def finds(self, name: str | None, handles: Iterable[str]) -> bool:
        """Whether the name or one of the handles contains it."""
        if name is not None and self.text in fold(name):
            return True
        return any(self.text in fold(each) or (self.number is not None and self.number in each) for each in handles)


def parse_search(text: str, name: str) -> Search:
    """The search for a text. The error names the parameter ``name``. Raises ``InvalidParameter``."""
    folded = fold(text).strip()
    if not folded:
        raise InvalidParameter(f"'{name}' is {quoted(text)}; it must be a part of a name or of a handle")
    return Search(folded, _number(folded))


def fold(text: str) -> str:
    """The text without case, accents and compatibility variants: ``Ａ`` and ``å`` are ``a``, ``ß`` is ``ss``.

    Letters that Unicode does not decompose, such as ``ø``, stay as they are.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    folded = unicodedata.normalize("NFKD", decomposed.casefold())
    return "".join([each for each in folded if not _is_ignored(each)])


def _is_ignored(character: str) -> bool:
    return (
        unicodedata.combining(character) != 0
        or ord(character) in _VARIATION_SELECTORS
        or unicodedata.category(character) == "Cf"
    )


def _number(text: str) -> str | None:
    """The digits of a number that is written with spaces, hyphens and brackets, after its plus if it has one."""
    written = _WRITTEN_NUMBER.fullmatch(text)
    digits = "".join([str(unicodedata.decimal(each)) for each in text if each.isdecimal()])
    return written[1] + digits if written and digits else None
