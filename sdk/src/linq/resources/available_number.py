# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.available_number import AsyncAvailableNumberResource
from linq._async.resources.available_number import (
    AsyncAvailableNumberWithRawResponse as AsyncAvailableNumberResourceWithRawResponse,
)
from linq._async.resources.available_number import (
    AsyncAvailableNumberWithStreamingResponse as AsyncAvailableNumberResourceWithStreamingResponse,
)
from linq._sync.resources.available_number import AvailableNumberResource
from linq._sync.resources.available_number import (
    AvailableNumberWithRawResponse as AvailableNumberResourceWithRawResponse,
)
from linq._sync.resources.available_number import (
    AvailableNumberWithStreamingResponse as AvailableNumberResourceWithStreamingResponse,
)

__all__ = [
    "AsyncAvailableNumberResource",
    "AsyncAvailableNumberResourceWithRawResponse",
    "AsyncAvailableNumberResourceWithStreamingResponse",
    "AvailableNumberResource",
    "AvailableNumberResourceWithRawResponse",
    "AvailableNumberResourceWithStreamingResponse",
]
