# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.blocked_handles import AsyncBlockedHandlesResource
from linq._async.resources.blocked_handles import (
    AsyncBlockedHandlesWithRawResponse as AsyncBlockedHandlesResourceWithRawResponse,
)
from linq._async.resources.blocked_handles import (
    AsyncBlockedHandlesWithStreamingResponse as AsyncBlockedHandlesResourceWithStreamingResponse,
)
from linq._sync.resources.blocked_handles import BlockedHandlesResource
from linq._sync.resources.blocked_handles import BlockedHandlesWithRawResponse as BlockedHandlesResourceWithRawResponse
from linq._sync.resources.blocked_handles import (
    BlockedHandlesWithStreamingResponse as BlockedHandlesResourceWithStreamingResponse,
)

__all__ = [
    "AsyncBlockedHandlesResource",
    "AsyncBlockedHandlesResourceWithRawResponse",
    "AsyncBlockedHandlesResourceWithStreamingResponse",
    "BlockedHandlesResource",
    "BlockedHandlesResourceWithRawResponse",
    "BlockedHandlesResourceWithStreamingResponse",
]
