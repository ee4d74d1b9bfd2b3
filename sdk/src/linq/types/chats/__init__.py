# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
"""The types of ``client.chats.messages``, ``client.chats.participants`` and ``client.chats.polls``."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq.types.acknowledgements import ParticipantAddResponse as ParticipantAddResponse
    from linq.types.acknowledgements import ParticipantRemoveResponse as ParticipantRemoveResponse
    from linq.types.params import MessageListParams as MessageListParams
    from linq.types.params import MessageSendParams as MessageSendParams
    from linq.types.params import ParticipantAddParams as ParticipantAddParams
    from linq.types.params import ParticipantRemoveParams as ParticipantRemoveParams
    from linq.types.params import PollCreateParams as PollCreateParams
    from linq.types.poll import Poll as Poll
    from linq.types.poll import PollEnvelope as PollEnvelope
    from linq.types.sending import MessageSendResponse as MessageSendResponse
    from linq.types.sending import SentMessage as SentMessage
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq.types.acknowledgements": ["ParticipantAddResponse", "ParticipantRemoveResponse"],
            "linq.types.params": [
                "MessageListParams",
                "MessageSendParams",
                "ParticipantAddParams",
                "ParticipantRemoveParams",
                "PollCreateParams",
            ],
            "linq.types.poll": ["Poll", "PollEnvelope"],
            "linq.types.sending": ["MessageSendResponse", "SentMessage"],
        },
    )
