"""What the service says of itself: ``/openapi.json``, and the pages that every ``doc_url`` leads to."""

from collections.abc import Callable
from functools import cache, partial

import msgspec
from litestar import HttpMethod, MediaType, Response, get, route
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler, Dependencies

from trunkline.api import pages
from trunkline.api.openapi import describe
from trunkline.api.pages.frame import SANDBOX_PATH, WEBHOOKS_PATH
from trunkline.api.responses import ERRORS_PATH
from trunkline.domain.document import GUIDE_PATH
from trunkline.domain.health import Thresholds

# They change with the version and the settings only; a reader may see the old ones for some minutes after.
_CACHING = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}

# Checkers of links ask by HEAD.
_METHODS = [HttpMethod.GET, HttpMethod.HEAD]


def reference(
    described: list[ControllerRouterHandler], dependencies: Dependencies, version: str, server: str
) -> list[ControllerRouterHandler]:
    """The routes of the reference, which describes the routes given. Each page is made once, when it is asked for."""
    document = cache(partial(describe, described, dependencies, version, server))
    openapi = cache(lambda: msgspec.json.encode(document()))
    texts: dict[str, Callable[[], str]] = {
        "/docs": lambda: pages.api(document()),
        ERRORS_PATH: partial(pages.errors, server),
        GUIDE_PATH: partial(pages.chat_health, Thresholds()),
        WEBHOOKS_PATH: pages.webhooks,
        SANDBOX_PATH: partial(pages.sandbox, server),
    }

    @route("/openapi.json", http_method=_METHODS)
    async def openapi_document() -> Response[bytes]:
        return Response(openapi(), media_type=MediaType.JSON, headers=_CACHING)

    @get("/")
    async def home() -> Redirect:
        return Redirect("/docs")

    return [openapi_document, home, *[_page(path, cache(text)) for path, text in texts.items()]]


def _page(path: str, text: Callable[[], str]) -> ControllerRouterHandler:
    headers = {**_CACHING, "Content-Security-Policy": pages.security_policy(), "Referrer-Policy": "no-referrer"}

    @route(path, http_method=_METHODS)
    async def page() -> Response[str]:
        return Response(text(), media_type=MediaType.HTML, headers=headers)

    return page
