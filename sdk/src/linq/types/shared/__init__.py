"""The types that several methods share, loaded when they are first used."""

from typing import TYPE_CHECKING

from linq._lazy import lazily

if TYPE_CHECKING:
    from linq.types.shared.chat_handle import ChatHandle as ChatHandle
    from linq.types.shared.parts import InlineStickerResponse as InlineStickerResponse
    from linq.types.shared.parts import LinkPartResponse as LinkPartResponse
    from linq.types.shared.parts import MediaPartResponse as MediaPartResponse
    from linq.types.shared.parts import TextDecoration as TextDecoration
    from linq.types.shared.parts import TextPartResponse as TextPartResponse
    from linq.types.shared.reaction import Reaction as Reaction
    from linq.types.shared.reaction import ReactionType as ReactionType
    from linq.types.shared.service_type import ServiceType as ServiceType
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "linq.types.shared.chat_handle": ["ChatHandle"],
            "linq.types.shared.parts": [
                "InlineStickerResponse",
                "LinkPartResponse",
                "MediaPartResponse",
                "TextDecoration",
                "TextPartResponse",
            ],
            "linq.types.shared.reaction": ["Reaction", "ReactionType"],
            "linq.types.shared.service_type": ["ServiceType"],
        },
    )
