"""The short results of methods that change something."""

from linq._models import BaseModel


class Acknowledgement(BaseModel):
    """The change was made, or is accepted and will be made."""

    message: str | None = None
    """A message for people, not for programs."""

    status: str | None = None

    trace_id: str | None = None
    """The id to quote to the service's operators."""


class ChatLeaveChatResponse(Acknowledgement):
    """The result of ``chats.leave_chat``."""


class MessageAddReactionResponse(Acknowledgement):
    """The result of ``messages.add_reaction``."""


class ParticipantAddResponse(Acknowledgement):
    """The result of ``chats.participants.add``."""


class ParticipantRemoveResponse(Acknowledgement):
    """The result of ``chats.participants.remove``."""


class ChatUpdateResponse(BaseModel):
    """The result of ``chats.update``."""

    chat_id: str | None = None

    status: str | None = None
