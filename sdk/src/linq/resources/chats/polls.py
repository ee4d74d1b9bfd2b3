# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.polls import AsyncPollsResource
from linq._async.resources.polls import AsyncPollsWithRawResponse as AsyncPollsResourceWithRawResponse
from linq._async.resources.polls import AsyncPollsWithStreamingResponse as AsyncPollsResourceWithStreamingResponse
from linq._sync.resources.polls import PollsResource
from linq._sync.resources.polls import PollsWithRawResponse as PollsResourceWithRawResponse
from linq._sync.resources.polls import PollsWithStreamingResponse as PollsResourceWithStreamingResponse

__all__ = [
    "AsyncPollsResource",
    "AsyncPollsResourceWithRawResponse",
    "AsyncPollsResourceWithStreamingResponse",
    "PollsResource",
    "PollsResourceWithRawResponse",
    "PollsResourceWithStreamingResponse",
]
