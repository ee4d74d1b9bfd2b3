"""Polls."""

from datetime import datetime

from linq._models import BaseModel
from linq.types.shared.chat_handle import ChatHandle
from linq.types.shared.reaction import Reaction


class PollVoter(BaseModel):
    """A participant who voted for an option."""

    handle: str

    voted_at: datetime


class PollOption(BaseModel):
    """An option of a poll."""

    can_be_edited: bool

    creator_handle: ChatHandle
    """The participant who added it."""

    option_id: str

    text: str

    voters: list[PollVoter]


class Poll(BaseModel):
    """The options of a poll and their votes."""

    options: list[PollOption]

    total_voters: int
    """The number of participants who voted, however many options each one chose."""


class PollEnvelope(BaseModel):
    """A poll, with the message that it is."""

    chat_id: str

    created_at: datetime

    message_id: str
    """The id of the message, for ``client.messages.poll``."""

    poll: Poll

    reactions: list[Reaction]

    updated_at: datetime
