# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.phone_numbers import AsyncPhoneNumbersResource
from linq._async.resources.phone_numbers import (
    AsyncPhoneNumbersWithRawResponse as AsyncPhoneNumbersResourceWithRawResponse,
)
from linq._async.resources.phone_numbers import (
    AsyncPhoneNumbersWithStreamingResponse as AsyncPhoneNumbersResourceWithStreamingResponse,
)
from linq._sync.resources.phone_numbers import PhoneNumbersResource
from linq._sync.resources.phone_numbers import PhoneNumbersWithRawResponse as PhoneNumbersResourceWithRawResponse
from linq._sync.resources.phone_numbers import (
    PhoneNumbersWithStreamingResponse as PhoneNumbersResourceWithStreamingResponse,
)

__all__ = [
    "AsyncPhoneNumbersResource",
    "AsyncPhoneNumbersResourceWithRawResponse",
    "AsyncPhoneNumbersResourceWithStreamingResponse",
    "PhoneNumbersResource",
    "PhoneNumbersResourceWithRawResponse",
    "PhoneNumbersResourceWithStreamingResponse",
]
