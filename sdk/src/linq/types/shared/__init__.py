# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
"""The types that several methods share."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
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
    __getattr__, __dir__, __all__ = lazily(
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
