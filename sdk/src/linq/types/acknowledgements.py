"""The short answers of methods that change something."""

from linq._models import BaseModel


class Acknowledgement(BaseModel):
    """That a change was made, or will be."""

    message: str | None = None
    """For people."""

    status: str | None = None

    trace_id: str | None = None
    """What to quote to the people who run the server."""


class ChatLeaveChatResponse(Acknowledgement):
    """What ``chats.leave_chat`` gives."""


class MessageAddReactionResponse(Acknowledgement):
    """What ``messages.add_reaction`` gives."""


class ParticipantAddResponse(Acknowledgement):
    """What ``chats.participants.add`` gives."""


class ParticipantRemoveResponse(Acknowledgement):
    """What ``chats.participants.remove`` gives."""


class ChatUpdateResponse(BaseModel):
    """What ``chats.update`` gives."""

    chat_id: str | None = None

    status: str | None = None
