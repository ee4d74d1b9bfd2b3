"""The rules of polls (the API's public documentation: ``Poll``). Options are only ever added, and never change."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.chat import Participant
from trunkline.domain.errors import InvalidContent, InvalidParameter
from trunkline.domain.handle import quoted
from trunkline.domain.ids import random_id
from trunkline.domain.instant import Instant
from trunkline.domain.message import PollOption, PollPart, Vote

MIN_OPTIONS = 2
MAX_OPTIONS = 12
"""The limit of iMessage."""
MAX_OPTION_TEXT = 255  # characters
MAX_VOTES = 3000
"""Votes for all options of a poll."""

NO_OPTIONS = PollPart(())
"""A poll that begins."""


def check_options(texts: Sequence[str], name: str, poll: PollPart = NO_OPTIONS) -> None:
    """Checks the options of a new poll, or those to add to a ``poll``. Errors name their list ``name``.

    Raises ``InvalidContent``.
    """
    total = len(poll.options) + len(texts)
    if not texts or total < MIN_OPTIONS:
        least = 1 if poll.options else MIN_OPTIONS
        raise InvalidContent(f"'{name}' lists {_options(len(texts))}; it must list at least {least}")
    if total > MAX_OPTIONS:
        already = f", and the poll has {len(poll.options)} already" if poll.options else ""
        raise InvalidContent(f"'{name}' lists {_options(len(texts))}{already}; a poll has at most {MAX_OPTIONS}")
    known = {option.text.strip() for option in poll.options}
    for index, text in enumerate(texts):
        field = f"'{name}[{index}].text'"
        if not text.strip():
            raise InvalidContent(f"{field} is empty; an option must have text")
        if len(text) > MAX_OPTION_TEXT:
            raise InvalidContent(f"{field} has {len(text)} characters; an option has at most {MAX_OPTION_TEXT}")
        if text.strip() in known:
            raise InvalidContent(f"{field} is {quoted(text)}, which is an option already; options must be different")
        known.add(text.strip())


def with_options(texts: Sequence[str], creator: Participant, poll: PollPart = NO_OPTIONS) -> PollPart:
    """A poll with these options, or a ``poll`` with more of them."""
    added = [PollOption(random_id(), text, creator) for text in texts]
    return msgspec.structs.replace(poll, options=(*poll.options, *added))


def with_vote(poll: PollPart, option_id: str, voter: str, at: Instant, *, added: bool) -> PollPart:
    """The poll after a vote was added or removed; the same poll if the vote to add is there already.

    A participant may vote for several options. Raises ``InvalidParameter``.
    """
    option = require_option(poll, option_id)
    others = tuple([vote for vote in option.votes if vote.handle != voter])
    if added and len(others) < len(option.votes):
        return poll
    if not added and len(others) == len(option.votes):
        raise InvalidParameter(f"{voter} has not voted for {quoted(option.text)}, so there is no vote to remove")
    if added and sum(len(each.votes) for each in poll.options) >= MAX_VOTES:
        raise InvalidParameter(f"this poll has {MAX_VOTES:,} votes, which is the maximum")
    votes = (*others, Vote(voter, at)) if added else others
    changed = msgspec.structs.replace(option, votes=votes)
    options = tuple([changed if each is option else each for each in poll.options])
    return msgspec.structs.replace(poll, options=options)


def require_option(poll: PollPart, option_id: str) -> PollOption:
    """The option with this id. Raises ``InvalidParameter``."""
    for option in poll.options:
        if option.id == option_id:
            return option
    raise InvalidParameter(f"'option_id' is {quoted(option_id)}; it must be {_choices(poll)}")


def choose_option(poll: PollPart, chosen: str) -> PollOption:
    """The option with this id or text. Raises ``InvalidParameter``."""
    for option in poll.options:
        if chosen.strip() in {option.id, option.text.strip()}:
            return option
    raise InvalidParameter(f"'option' is {quoted(chosen)}; it must be {_choices(poll)}")


def _choices(poll: PollPart) -> str:
    return "one of the options of this poll: " + ", ".join(f"{each.id} ({quoted(each.text)})" for each in poll.options)


def _options(number: int) -> str:
    return "one option" if number == 1 else f"{number} options"
