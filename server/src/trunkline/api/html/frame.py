"""The frame of every page: the head, the navigation and the stylesheet."""

import base64
import hashlib
import posixpath
import re
from functools import cache
from importlib import resources

from trunkline.api.html.markup import Markup, element, link
from trunkline.api.responses import ERRORS_PATH
from trunkline.schemas.chat import GUIDE_PATH

APP_PATH = "/guides/build-an-app"
SANDBOX_PATH = "/guides/sandbox"
WEBHOOKS_PATH = "/guides/webhooks"

PAGES = {
    "/docs": "API reference",
    ERRORS_PATH: "Errors",
    APP_PATH: "Build an app",
    GUIDE_PATH: "Chat health",
    WEBHOOKS_PATH: "Webhooks",
    SANDBOX_PATH: "Sandbox",
    "/openapi.json": "OpenAPI",
    "/console": "Console",
}

SCRIPTS = {"/docs": "/console/try.js"}
"""The pages that have a script. They can be read without it."""

_SCRIPT_POLICY = (
    "script-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@cache
def text(name: str) -> str:
    """The text of a file in this package."""
    return resources.files("trunkline.api.html").joinpath(name).read_text("utf-8")


def security_policy(path: str) -> str:
    """The ``Content-Security-Policy`` of a page: it allows only its own stylesheet, and its script if it has one."""
    digest = base64.b64encode(hashlib.sha256(text("style.css").encode()).digest()).decode()
    scripts = f"{_SCRIPT_POLICY}; " if path in SCRIPTS else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; {scripts}"
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(path: str, title: str, contents: dict[str, str], *body: Markup) -> str:
    """A page. ``contents`` are the anchors of its sections with their titles.

    Links begin with ``/``. They become relative, so that they also work behind a proxy that adds a prefix to the path.
    """
    scripts = [element("script", type="module", src=SCRIPTS[path])] if path in SCRIPTS else []
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", f"{title} · Trunkline"),
        element("style", Markup(text("style.css"))),
        *scripts,
    )
    header = element("header", element("p", "Trunkline", class_="name"), _navigation(path))
    main = element("main", element("h1", title), *_contents(contents), *body, id="content")
    skip = element("a", "Skip to the content", href="#content", class_="skip")
    document = f"<!doctype html>\n{element('html', head, element('body', skip, header, main), lang='en')}\n"
    return re.sub(r'(?<= href=")/[^"]*|(?<= src=")/[^"]*', lambda target: _relative(target[0], path), document)


def _relative(target: str, path: str) -> str:
    """A link from the page at ``path`` to ``target``; both begin with ``/``."""
    address, mark, anchor = target.partition("#")
    folder, name = posixpath.split(address)
    return posixpath.join(posixpath.relpath(folder, posixpath.dirname(path)), name) + mark + anchor


def _navigation(path: str) -> Markup:
    items = [
        element("li", element("a", name, href=target, **({"aria_current": "page"} if target == path else {})))
        for target, name in PAGES.items()
    ]
    return element("nav", element("ul", *items), aria_label="Site")


def _contents(contents: dict[str, str]) -> list[Markup]:
    items = [element("li", link(name, f"#{anchor}")) for anchor, name in contents.items()]
    return [element("nav", element("ul", *items), aria_label="On this page", class_="contents")] if items else []
