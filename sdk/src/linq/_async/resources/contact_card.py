# Generated from _requests/contact_card.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.contact_card``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import contact_card as requests
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Omit, Query, TimeoutTypes
    from linq.types import ContactCardRetrieveResponse, SetContactCard


class AsyncContactCardResource(AsyncResource):
    """``client.contact_card``: the names and pictures that your lines share."""

    @property
    def with_raw_response(self) -> AsyncContactCardWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncContactCardWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncContactCardWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncContactCardWithStreamingResponse(self._client)

    async def create(
        self,
        *,
        first_name: str,
        phone_number: str,
        image_url: str | Omit = omit,
        last_name: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SetContactCard:
        """Create the contact card of a line, or replace it (``POST /v3/contact_card``).

        :param phone_number: your line, in E.164
        :param image_url: the URL of a picture, ``https://…``
        """
        return await self._client.transport.send(
            requests.create(
                first_name=first_name,
                phone_number=phone_number,
                image_url=image_url,
                last_name=last_name,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def retrieve(
        self,
        *,
        phone_number: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ContactCardRetrieveResponse:
        """List the contact cards of your lines (``GET /v3/contact_card``).

        :param phone_number: only the card of this line, in E.164
        """
        return await self._client.transport.send(
            requests.retrieve(
                phone_number=phone_number,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def update(
        self,
        *,
        phone_number: str,
        first_name: str | Omit = omit,
        image_url: str | Omit = omit,
        last_name: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SetContactCard:
        """Change some fields of a contact card (``PATCH /v3/contact_card``). An empty text removes one.

        :param phone_number: your line, in E.164
        :param image_url: the URL of a picture, ``https://…``
        """
        return await self._client.transport.send(
            requests.update(
                phone_number=phone_number,
                first_name=first_name,
                image_url=image_url,
                last_name=last_name,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AsyncContactCardWithRawResponse:
    """``client.contact_card.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.create = raw(client, requests.create)
        self.retrieve = raw(client, requests.retrieve)
        self.update = raw(client, requests.update)


class AsyncContactCardWithStreamingResponse:
    """``client.contact_card.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.create = streaming(client, requests.create)
        self.retrieve = streaming(client, requests.retrieve)
        self.update = streaming(client, requests.update)
