"""What the service says of itself: ``/openapi.json``, and the pages that every ``doc_url`` leads to."""

import msgspec
from litestar import MediaType, Response, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from trunkline.api import pages
from trunkline.api.openapi import describe
from trunkline.api.responses import ERRORS_PATH
from trunkline.domain.document import GUIDE_PATH


def reference(described: list[ControllerRouterHandler], version: str, server: str) -> list[ControllerRouterHandler]:
    """The routes of the reference, which describes the routes given. Everything is made once, here."""
    document = describe(described, version, server)
    openapi = msgspec.json.encode(document)
    texts = {
        "/docs": pages.api(document),
        ERRORS_PATH: pages.errors(),
        GUIDE_PATH: pages.chat_health(),
    }

    @get("/openapi.json")
    async def openapi_document() -> Response[bytes]:
        return Response(openapi, media_type=MediaType.JSON)

    @get("/")
    async def home() -> Redirect:
        return Redirect("/docs")

    return [openapi_document, home, *[_page(path, text) for path, text in texts.items()]]


def _page(path: str, text: str) -> ControllerRouterHandler:
    @get(path)
    async def page() -> Response[str]:
        return Response(text, media_type=MediaType.HTML)

    return page
