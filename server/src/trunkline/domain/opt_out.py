"""The keywords with which a recipient opts out (docs/wire.md §3)."""

import re

_EXACT_KEYWORDS = frozenset({"STOP", "UNSUBSCRIBE", "OPTOUT", "CANCEL", "END", "QUIT"})
_OPT_OUT = re.compile(r"opt[ -]?out", re.IGNORECASE)


def is_opt_out(text: str) -> bool:
    """Whether the whole message is an opt-out keyword: an exact one, or ``opt out`` in any case."""
    trimmed = text.strip()
    return trimmed in _EXACT_KEYWORDS or _OPT_OUT.fullmatch(trimmed) is not None
