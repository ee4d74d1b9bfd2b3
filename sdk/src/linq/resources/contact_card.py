# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.contact_card import AsyncContactCardResource
from linq._async.resources.contact_card import (
    AsyncContactCardWithRawResponse as AsyncContactCardResourceWithRawResponse,
)
from linq._async.resources.contact_card import (
    AsyncContactCardWithStreamingResponse as AsyncContactCardResourceWithStreamingResponse,
)
from linq._sync.resources.contact_card import ContactCardResource
from linq._sync.resources.contact_card import ContactCardWithRawResponse as ContactCardResourceWithRawResponse
from linq._sync.resources.contact_card import (
    ContactCardWithStreamingResponse as ContactCardResourceWithStreamingResponse,
)

__all__ = [
    "AsyncContactCardResource",
    "AsyncContactCardResourceWithRawResponse",
    "AsyncContactCardResourceWithStreamingResponse",
    "ContactCardResource",
    "ContactCardResourceWithRawResponse",
    "ContactCardResourceWithStreamingResponse",
]
