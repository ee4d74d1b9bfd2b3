# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.participants import AsyncParticipantsResource
from linq._async.resources.participants import (
    AsyncParticipantsWithRawResponse as AsyncParticipantsResourceWithRawResponse,
)
from linq._async.resources.participants import (
    AsyncParticipantsWithStreamingResponse as AsyncParticipantsResourceWithStreamingResponse,
)
from linq._sync.resources.participants import ParticipantsResource
from linq._sync.resources.participants import ParticipantsWithRawResponse as ParticipantsResourceWithRawResponse
from linq._sync.resources.participants import (
    ParticipantsWithStreamingResponse as ParticipantsResourceWithStreamingResponse,
)

__all__ = [
    "AsyncParticipantsResource",
    "AsyncParticipantsResourceWithRawResponse",
    "AsyncParticipantsResourceWithStreamingResponse",
    "ParticipantsResource",
    "ParticipantsResourceWithRawResponse",
    "ParticipantsResourceWithStreamingResponse",
]
