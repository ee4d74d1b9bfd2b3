"""The attempts at a delivery, as they are stored: a line of JSON each, the oldest first."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.delivery import Attempt

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Attempt)


def attempt_line(attempt: Attempt) -> str:
    """An attempt as a line, with its end."""
    return _encode(attempt).decode() + "\n"


def parse_attempts(log: str | None) -> Sequence[Attempt]:
    """The attempts in these lines."""
    return [] if log is None else _decoder.decode_lines(log)


def without_responses(log: str) -> str:
    """The same attempts without their responses."""
    return "".join([attempt_line(each.without_response()) for each in parse_attempts(log)])
