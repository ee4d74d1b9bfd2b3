# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.typing import AsyncTypingResource
from linq._async.resources.typing import AsyncTypingWithRawResponse as AsyncTypingResourceWithRawResponse
from linq._async.resources.typing import AsyncTypingWithStreamingResponse as AsyncTypingResourceWithStreamingResponse
from linq._sync.resources.typing import TypingResource
from linq._sync.resources.typing import TypingWithRawResponse as TypingResourceWithRawResponse
from linq._sync.resources.typing import TypingWithStreamingResponse as TypingResourceWithStreamingResponse

__all__ = [
    "AsyncTypingResource",
    "AsyncTypingResourceWithRawResponse",
    "AsyncTypingResourceWithStreamingResponse",
    "TypingResource",
    "TypingResourceWithRawResponse",
    "TypingResourceWithStreamingResponse",
]
