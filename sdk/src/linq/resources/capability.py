# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.capability import AsyncCapabilityResource
from linq._async.resources.capability import AsyncCapabilityWithRawResponse as AsyncCapabilityResourceWithRawResponse
from linq._async.resources.capability import (
    AsyncCapabilityWithStreamingResponse as AsyncCapabilityResourceWithStreamingResponse,
)
from linq._sync.resources.capability import CapabilityResource
from linq._sync.resources.capability import CapabilityWithRawResponse as CapabilityResourceWithRawResponse
from linq._sync.resources.capability import CapabilityWithStreamingResponse as CapabilityResourceWithStreamingResponse

__all__ = [
    "AsyncCapabilityResource",
    "AsyncCapabilityResourceWithRawResponse",
    "AsyncCapabilityResourceWithStreamingResponse",
    "CapabilityResource",
    "CapabilityResourceWithRawResponse",
    "CapabilityResourceWithStreamingResponse",
]
