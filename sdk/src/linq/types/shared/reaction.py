"""Reactions to a message."""

from typing import Annotated, Literal, TypeAlias

from linq._models import BaseModel, OpenEnum
from linq.types.shared.chat_handle import ChatHandle

ReactionType: TypeAlias = Annotated[
    Literal["love", "like", "dislike", "laugh", "emphasize", "question", "custom", "sticker"], OpenEnum
]


class Sticker(BaseModel):
    """The image of a reaction of the type ``sticker``."""

    file_name: str | None = None

    height: int | None = None
    """Pixels."""

    mime_type: str | None = None

    url: str | None = None
    """Where to download it."""

    width: int | None = None
    """Pixels."""


class Reaction(BaseModel):
    """One person's reaction to a part of a message."""

    handle: ChatHandle
    """The participant who reacted."""

    is_me: bool
    """Whether it is from your line."""

    type: ReactionType

    id: str | None = None

    custom_emoji: str | None = None
    """The emoji of the type ``custom``."""

    sticker: Sticker | None = None
    """The image of the type ``sticker``."""
