# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
"""The types that the parameters of several methods share."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq.types.shared.reaction import ReactionType as ReactionType
    from linq.types.shared.service_type import ServiceType as ServiceType
    from linq.types.shared_params.text_decoration import TextDecoration as TextDecoration
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq.types.shared.reaction": ["ReactionType"],
            "linq.types.shared.service_type": ["ServiceType"],
            "linq.types.shared_params.text_decoration": ["TextDecoration"],
        },
    )
