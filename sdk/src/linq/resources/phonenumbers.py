# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.phonenumbers import AsyncPhonenumbersResource
from linq._async.resources.phonenumbers import (
    AsyncPhonenumbersWithRawResponse as AsyncPhonenumbersResourceWithRawResponse,
)
from linq._async.resources.phonenumbers import (
    AsyncPhonenumbersWithStreamingResponse as AsyncPhonenumbersResourceWithStreamingResponse,
)
from linq._sync.resources.phonenumbers import PhonenumbersResource
from linq._sync.resources.phonenumbers import PhonenumbersWithRawResponse as PhonenumbersResourceWithRawResponse
from linq._sync.resources.phonenumbers import (
    PhonenumbersWithStreamingResponse as PhonenumbersResourceWithStreamingResponse,
)

__all__ = [
    "AsyncPhonenumbersResource",
    "AsyncPhonenumbersResourceWithRawResponse",
    "AsyncPhonenumbersResourceWithStreamingResponse",
    "PhonenumbersResource",
    "PhonenumbersResourceWithRawResponse",
    "PhonenumbersResourceWithStreamingResponse",
]
