"""The attempts at a delivery, as they are stored: a line of JSON each, the oldest first.

A line can have some kilobytes, most of it headers and the response, which the summaries pass over.
"""

from collections.abc import Sequence

import msgspec

from trunkline.domain.delivery import Attempt, AttemptSummary

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Attempt)
_summary_decoder = msgspec.json.Decoder(AttemptSummary)


def attempt_line(attempt: Attempt) -> str:
    """An attempt as a line, with its end."""
    return _encode(attempt).decode() + "\n"


def parse_attempts(log: str | None) -> Sequence[Attempt]:
    """The attempts in these lines."""
    return [] if log is None else _decoder.decode_lines(log)


def parse_summaries(log: str | None) -> Sequence[AttemptSummary]:
    """The summaries of the attempts in these lines."""
    return [] if log is None else _summary_decoder.decode_lines(log)


def parse_last_summary(log: str | None) -> AttemptSummary | None:
    """The summary of the last attempt in these lines."""
    return None if log is None else _summary_decoder.decode(log.rstrip().rpartition("\n")[2])


def without_responses(log: str) -> str:
    """The same attempts without their responses."""
    return "".join([attempt_line(each.without_response()) for each in parse_attempts(log)])
