# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
"""The types of ``client.messages.poll``."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq.types.params import PollAddOptionsParams as PollAddOptionsParams
    from linq.types.params import PollVoteParams as PollVoteParams
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq.types.params": ["PollAddOptionsParams", "PollVoteParams"],
        },
    )
