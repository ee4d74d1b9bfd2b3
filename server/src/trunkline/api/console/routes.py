"""``/console``, and the style sheets, scripts and icons that it loads."""

import gzip
import re
from collections.abc import Iterable
from hashlib import blake2b
from importlib import resources

from trunkline.api.etags import if_none_match, matches
from trunkline.api.operation import Handler, Request, Route, page
from trunkline.api.responses import Response

CONSOLE_PATH = "/console"

_INDEX = "index.html"
_SANDBOX = b'    <meta name="sandbox" content="on" />\n'
_TYPES = {
    "html": b"text/html; charset=utf-8",
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
_ACCEPTS_GZIP = re.compile(rb"(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
_COMMENT = re.compile(rb"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*$", re.DOTALL | re.MULTILINE)
_SECURITY_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types 'none'"
)


def console_routes(*, has_sandbox: bool) -> Iterable[Route]:
    """The routes of the page and of its files. The page refers to them relative to itself.

    It says whether counterparties can be played, so that it offers only what the service has.
    """
    for file in resources.files("trunkline.api.console").joinpath("static").iterdir():
        content = file.read_bytes()
        if file.name == _INDEX:
            yield page(CONSOLE_PATH, _serve(file.name, content if has_sandbox else content.replace(_SANDBOX, b"")))
        else:
            yield page(f"{CONSOLE_PATH}/{file.name}", _serve(file.name, content))
    yield page(f"{CONSOLE_PATH}/", _redirect_to_page)


def _serve(name: str, content: bytes) -> Handler:
    """Serves a file. A browser asks each time whether it has changed, so that an upgrade is seen at once."""
    if name.endswith(".js"):
        content = _COMMENT.sub(_blank_lines, content)
    kind = _TYPES[name.rpartition(".")[2]]
    plain = _variant(kind, content)
    compressed = _variant(kind, gzip.compress(content, mtime=0), (b"content-encoding", b"gzip"))

    async def handler(request: Request) -> Response:
        sent = request.scope["headers"]
        tag, headers, body = compressed if _accepts_gzip(sent) else plain
        known = if_none_match(sent)
        if known is not None and matches(known, tag):
            return Response(304, list(headers), b"")
        return Response(200, list(headers), body)

    return handler


def _blank_lines(comment: re.Match[bytes]) -> bytes:
    """What a browser gets in place of a comment with types, so that it shows the line numbers of the repository."""
    return b"\n" * comment[0].count(b"\n")


def _variant(kind: bytes, body: bytes, *more: tuple[bytes, bytes]) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """The ETag, the headers and the body of a file in one coding."""
    tag = b'"%b"' % blake2b(body, digest_size=8).hexdigest().encode()
    headers = [
        (b"content-type", kind),
        (b"content-security-policy", _SECURITY_POLICY),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-cache"),
        (b"vary", b"accept-encoding"),
        (b"etag", tag),
        *more,
    ]
    return tag, headers, body


def _accepts_gzip(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the client takes a response in this coding (RFC 9110 §12.5.3)."""
    return any(name == b"accept-encoding" and _ACCEPTS_GZIP.search(value) for name, value in headers)


async def _redirect_to_page(_request: Request) -> Response:
    return Response(302, [(b"location", b"../console")], b"")
