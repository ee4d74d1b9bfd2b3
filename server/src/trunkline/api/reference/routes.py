"""``/openapi.json``, and the pages to which every ``doc_url`` leads."""

from collections.abc import Callable
from functools import cache, partial

import msgspec

from trunkline.api import html
from trunkline.api.html.frame import APP_PATH, SANDBOX_PATH, WEBHOOKS_PATH
from trunkline.api.operation import Handler, Request, Route, page
from trunkline.api.reference.openapi import describe
from trunkline.api.responses import ERRORS_PATH, JSON, Response
from trunkline.api.routes import ROUTES
from trunkline.domain.chat_health import Thresholds
from trunkline.schemas.chat import GUIDE_PATH

# The pages change only with the version and the settings. Readers may see an old one for some minutes.
_CACHING = [(b"cache-control", b"public, max-age=300"), (b"x-content-type-options", b"nosniff")]


def reference_routes(version: str, base_url: str, thresholds: Thresholds) -> list[Route]:
    """The routes of the reference. Each page is made once, when it is first requested."""
    document = cache(partial(describe, ROUTES, version, base_url))
    # The document is read elsewhere, so its links are absolute.
    openapi = cache(lambda: msgspec.json.encode(document()).replace(b"](/", f"]({base_url}/".encode()))
    pages: dict[str, Callable[[], str]] = {
        "/docs": lambda: html.api(document()),
        ERRORS_PATH: partial(html.errors, base_url),
        APP_PATH: partial(html.build_an_app, base_url),
        GUIDE_PATH: partial(html.chat_health, thresholds),
        WEBHOOKS_PATH: html.webhooks,
        SANDBOX_PATH: partial(html.sandbox, base_url),
    }
    return [
        page("/openapi.json", _document(openapi, [(b"content-type", JSON), *_CACHING])),
        page("/", _redirect(b"docs")),
        *[page(path, _html(path, cache(text))) for path, text in pages.items()],
    ]


def _document(content: Callable[[], bytes], headers: list[tuple[bytes, bytes]]) -> Handler:
    async def handler(_request: Request) -> Response:
        return Response(200, list(headers), content())

    return handler


def _html(path: str, text: Callable[[], str]) -> Handler:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        *_CACHING,
        (b"content-security-policy", html.security_policy(path).encode()),
        (b"referrer-policy", b"no-referrer"),
    ]
    return _document(lambda: text().encode(), headers)


def _redirect(target: bytes) -> Handler:
    async def handler(_request: Request) -> Response:
        return Response(302, [(b"location", target)], b"")

    return handler
